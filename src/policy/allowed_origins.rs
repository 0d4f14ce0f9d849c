//! Which origins may read responses.

use http::HeaderValue;

use super::{Predicate, Refusal, RequestHead, refusal::Notes, request::Line};
use crate::origin::{Origin, OriginSet, OriginView};

#[derive(Clone)]
#[expect(
    clippy::large_enum_variant,
    reason = "most policies list origins, and each has one of these"
)]
pub(super) enum AllowedOrigins {
    /// `*`: the value of `Origin` is never read.
    Any,
    Listed(Listed),
    /// Any origin with credentials.
    Reflected {
        insecure: bool,
    },
}

#[derive(Clone)]
pub(super) struct Listed {
    pub(super) set: OriginSet,
    pub(super) null: bool,
    /// Asked about what is not listed.
    pub(super) predicate: Option<Predicate>,
    /// Whether the predicate is asked about origins over plain http.
    pub(super) insecure: bool,
}

impl AllowedOrigins {
    /// The value of `Access-Control-Allow-Origin`, if it is the same for every request.
    #[inline]
    pub(super) fn static_value(&self) -> Option<&'static HeaderValue> {
        static ANY: HeaderValue = HeaderValue::from_static("*");

        matches!(self, Self::Any).then_some(&ANY)
    }

    /// The value of `Access-Control-Allow-Origin`, if there is to be one.
    #[inline]
    pub(super) fn allow<'a>(
        &self,
        origin: &Line<'a>,
        request: RequestHead<'_>,
        notes: &mut impl Notes,
    ) -> Option<&'a HeaderValue> {
        if let Self::Any = self {
            return self.static_value();
        }
        let Line::One(origin) = *origin else {
            notes.refused(|| Refusal::SeveralOrigins);
            return None;
        };
        let bytes = origin.as_bytes();
        let allowed = match self {
            Self::Listed(listed) => {
                listed.has(bytes) || (listed.predicate.is_some() && listed.asks(origin, request))
            }
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
        allowed.then_some(origin)
    }
}

impl Listed {
    #[inline]
    pub(super) fn has(&self, origin: &[u8]) -> bool {
        self.set.matches(origin) || (self.null && origin == b"null")
    }

    // Kept out of the way of policies without a predicate.
    #[cold]
    fn asks(&self, origin: &HeaderValue, request: RequestHead<'_>) -> bool {
        match &self.predicate {
            Some(Predicate::Synchronous(ask)) => {
                self.askable(origin).is_some_and(|origin| ask(&origin, &request))
            }
            Some(Predicate::Asynchronous) | None => false,
        }
    }

    /// The origin that an asynchronous predicate has to be asked about.
    pub(super) fn question(&self, origin: &Line<'_>) -> Option<Origin> {
        match (&self.predicate, *origin) {
            (Some(Predicate::Asynchronous), Line::One(origin)) if !self.has(origin.as_bytes()) => {
                self.askable(origin)
            }
            _ => None,
        }
    }

    fn askable(&self, origin: &HeaderValue) -> Option<Origin> {
        let view = OriginView::parse(origin.as_bytes()).ok()?;
        if view.is_insecure() && !self.insecure {
            return None;
        }
        Origin::try_from(origin.clone()).ok()
    }
}
