//! Events for [`tracing`](https://docs.rs/tracing), which are nothing without the feature.

pub(crate) use events::{IS_COMPILED, Once, decision, inner_headers, is_enabled, warnings};

#[cfg(feature = "tracing")]
mod events {
    use std::sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    };

    use http::HeaderName;
    use tracing::{Level, debug, enabled, warn};

    use crate::{
        policy::{Escaped, Outcome, RequestHead},
        warning::ConfigWarning,
    };

    const TARGET: &str = "tower_cors";

    pub(crate) const IS_COMPILED: bool = true;

    /// Whether something was reported already, by whichever clone.
    #[derive(Clone, Debug)]
    pub(crate) struct Once(Arc<AtomicBool>);

    impl Once {
        pub(crate) fn new() -> Self {
            Self(Arc::default())
        }
    }

    #[inline]
    pub(crate) fn is_enabled() -> bool {
        enabled!(target: TARGET, Level::DEBUG)
    }

    pub(crate) fn decision(request: RequestHead<'_>, outcome: &Outcome) {
        let Outcome { kind, answered, .. } = *outcome;
        let origin = request.headers.get(http::header::ORIGIN);
        let origin = origin.map(|origin| Escaped::new(origin.as_bytes()));
        let origin = origin.as_ref().map(tracing::field::display);
        let path = Escaped::new(request.uri.path().as_bytes());
        if let Some(refusal) = &outcome.refusal {
            debug!(target: TARGET, %kind, origin, %path, answered, %refusal, "refused");
        } else {
            debug!(target: TARGET, %kind, origin, %path, answered, "passed");
        }
    }

    /// Says, once a policy, that the inner service sets CORS headers, which the policy removes.
    pub(crate) fn inner_headers<'a>(
        reported: Option<&Once>,
        names: impl Iterator<Item = &'a HeaderName>,
    ) {
        if reported.is_some_and(|once| !once.0.swap(true, Ordering::Relaxed)) {
            let names: Vec<&str> = names.map(HeaderName::as_str).collect();
            let names = names.join(", ");
            let names = Escaped::new(names.as_bytes());
            warn!(
                target: TARGET,
                headers = %names,
                "something inside the layer sets CORS headers, which are removed; \
                 let the outermost layer alone set them"
            );
        }
    }

    pub(crate) fn warnings(warnings: &[ConfigWarning]) {
        for warning in warnings {
            warn!(target: TARGET, "{warning}");
        }
    }
}

#[cfg(not(feature = "tracing"))]
mod events {
    use http::HeaderName;

    use crate::{
        policy::{Outcome, RequestHead},
        warning::ConfigWarning,
    };

    pub(crate) const IS_COMPILED: bool = false;

    #[derive(Clone, Debug)]
    pub(crate) struct Once;

    impl Once {
        pub(crate) fn new() -> Self {
            Self
        }
    }

    #[inline]
    pub(crate) fn is_enabled() -> bool {
        false
    }

    pub(crate) fn decision(_: RequestHead<'_>, _: &Outcome) {}

    pub(crate) fn inner_headers<'a>(_: Option<&Once>, _: impl Iterator<Item = &'a HeaderName>) {}

    pub(crate) fn warnings(_: &[ConfigWarning]) {}
}
