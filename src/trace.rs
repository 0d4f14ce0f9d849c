//! A shim over [`tracing`](https://docs.rs/tracing): without the feature, these functions do nothing.

pub(crate) use shim::{
    Once, config_warning, decision, inner_cors_headers, is_enabled, is_first, no_methods_of_route,
    once,
};

#[cfg(feature = "tracing")]
mod shim {
    use std::{
        fmt::Display,
        sync::{
            Arc,
            atomic::{AtomicBool, Ordering},
        },
    };

    use tracing::{Level, debug, enabled, field::display, warn};

    const TARGET: &str = "tower_cors";

    /// Remembers that something was reported, for all clones.
    #[derive(Clone, Debug, Default)]
    pub(crate) struct Once(Arc<AtomicBool>);

    pub(crate) fn once() -> Once {
        Once::default()
    }

    pub(crate) fn is_first(once: &Once) -> bool {
        !once.0.swap(true, Ordering::Relaxed)
    }

    #[inline]
    pub(crate) fn is_enabled() -> bool {
        enabled!(target: TARGET, Level::DEBUG)
    }

    pub(crate) fn decision(
        kind: &dyn Display,
        method: &dyn Display,
        origin: Option<&dyn Display>,
        path: &dyn Display,
        answered: bool,
        refusal: Option<&dyn Display>,
        hint: Option<&dyn Display>,
    ) {
        let (origin, hint) = (origin.map(display), hint.map(display));
        if let Some(refusal) = refusal {
            debug!(target: TARGET, %kind, %method, origin, %path, answered, %refusal, hint, "refused");
        } else {
            debug!(target: TARGET, %kind, %method, origin, %path, answered, hint, "passed");
        }
    }

    pub(crate) fn inner_cors_headers(names: &dyn Display) {
        warn!(
            target: TARGET,
            headers = %names,
            "something inside the layer sets CORS headers, which are removed; \
             let the outermost layer alone set them"
        );
    }

    pub(crate) fn no_methods_of_route(reported: &Once) {
        if is_first(reported) {
            warn!(
                target: TARGET,
                "allow_methods_of_route has no effect on a route whose response to OPTIONS has no Allow \
                 header; in axum, put the layer around the whole router, not into Router::layer"
            );
        }
    }

    pub(crate) fn config_warning(warning: &dyn Display) {
        warn!(target: TARGET, "{warning}");
    }
}

#[cfg(not(feature = "tracing"))]
mod shim {
    use std::fmt::Display;

    #[derive(Clone, Debug, Default)]
    pub(crate) struct Once;

    pub(crate) fn once() -> Once {
        Once
    }

    pub(crate) fn is_first(_: &Once) -> bool {
        false
    }

    #[inline]
    pub(crate) fn is_enabled() -> bool {
        false
    }

    pub(crate) fn decision(
        _: &dyn Display,
        _: &dyn Display,
        _: Option<&dyn Display>,
        _: &dyn Display,
        _: bool,
        _: Option<&dyn Display>,
        _: Option<&dyn Display>,
    ) {
    }

    pub(crate) fn inner_cors_headers(_: &dyn Display) {}

    pub(crate) fn no_methods_of_route(_: &Once) {}

    pub(crate) fn config_warning(_: &dyn Display) {}
}
