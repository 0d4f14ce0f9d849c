//! Which origins may read responses.

use std::{
    fmt,
    panic::{RefUnwindSafe, UnwindSafe},
    sync::Arc,
};

use http::HeaderValue;

use super::{Refusal, RequestHead, decision::Notes, request::Line};
use crate::origin::{Origin, OriginSet, OriginView};

pub(super) enum AllowedOrigins {
    /// `*`: the value of `Origin` is never read.
    Any,
    Listed(Listed),
    /// Any origin with credentials.
    Reflected {
        insecure: bool,
    },
}

pub(super) struct Listed {
    pub(super) set: OriginSet,
    pub(super) null: bool,
    /// Asked about what is not listed.
    pub(super) predicate: Option<Predicate>,
    /// Whether the predicate is asked about origins over plain http.
    pub(super) insecure: bool,
}

/// The closure of [`allow_origin_if`](crate::CorsLayerBuilder::allow_origin_if).
#[derive(Clone)]
pub(crate) struct Predicate(Arc<Ask>);

type Ask = dyn Fn(&Origin, &RequestHead<'_>) -> bool + Send + Sync;

impl AllowedOrigins {
    /// The value of `Access-Control-Allow-Origin`, if it is the same for every request.
    #[inline]
    pub(super) fn static_value(&self) -> Option<HeaderValue> {
        matches!(self, Self::Any).then(|| HeaderValue::from_static("*"))
    }

    /// The value of `Access-Control-Allow-Origin`, if there is to be one.
    #[inline]
    pub(super) fn allow(
        &self,
        origin: &Line<'_>,
        request: RequestHead<'_>,
        notes: &mut impl Notes,
    ) -> Option<HeaderValue> {
        if let Self::Any = self {
            return self.static_value();
        }
        let Line::One(origin) = *origin else {
            notes.refused(|| Refusal::SeveralOrigins);
            return None;
        };
        let bytes = origin.as_bytes();
        let allowed = match self {
            Self::Listed(listed) => listed.has(bytes) || listed.asks(origin, request),
            Self::Reflected { insecure } => {
                OriginView::parse(bytes).is_ok_and(|origin| *insecure || !origin.is_insecure())
            }
            Self::Any => true,
        };
        if !allowed {
            notes.refused(|| match OriginView::parse(bytes) {
                Ok(_) => Refusal::OriginNotAllowed(origin.clone()),
                Err(_) if bytes == b"null" => Refusal::NullOrigin,
                Err(_) => Refusal::MalformedOrigin(origin.clone()),
            });
        }
        // Reflecting is safe only for what was found to be allowed.
        allowed.then(|| origin.clone())
    }
}

impl Listed {
    pub(super) fn has(&self, origin: &[u8]) -> bool {
        self.set.matches(origin) || (self.null && origin == b"null")
    }

    fn asks(&self, origin: &HeaderValue, request: RequestHead<'_>) -> bool {
        self.predicate
            .as_ref()
            .is_some_and(|predicate| predicate.allows(origin, request, self.insecure))
    }
}

impl Predicate {
    // Kept out of the way of policies without a predicate.
    #[inline(never)]
    fn allows(&self, origin: &HeaderValue, request: RequestHead<'_>, insecure: bool) -> bool {
        let is_secure = |origin: &OriginView<'_>| insecure || !origin.is_insecure();
        OriginView::parse(origin.as_bytes()).is_ok_and(|origin| is_secure(&origin))
            && Origin::try_from(origin.clone()).is_ok_and(|origin| (self.0)(&origin, &request))
    }

    pub(crate) fn new(
        ask: impl Fn(&Origin, &RequestHead<'_>) -> bool + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(ask))
    }

    pub(super) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// A policy with a closure is as unwind safe as one without: each request asks it anew, and what a
/// closure leaves broken behind a panic it leaves for itself.
impl UnwindSafe for Predicate {}
impl RefUnwindSafe for Predicate {}

impl fmt::Debug for Predicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("allow_origin_if(..)")
    }
}
