//! The allowed origins: the server's side of the [CORS check](https://fetch.spec.whatwg.org/#cors-check).

use http::HeaderValue;

use super::{
    closures::Predicate,
    failure::Failure,
    request::{FieldLines, RequestHead},
};
use crate::origin::{Origin, OriginDifference, OriginSet, OriginView};

#[derive(Clone, Default)]
pub(crate) enum AllowedOrigins {
    /// Any origin, as `*`. The value of `Origin` is never read.
    #[default]
    Any,
    Listed(Listed),
    /// Any origin, with credentials. Browsers refuse `*` then, so the request's origin is sent back.
    Reflected {
        insecure: bool,
    },
}

#[derive(Clone, Default)]
pub(crate) struct Listed {
    pub(crate) set: OriginSet,
    pub(crate) null: bool,
    /// Decides about origins that are not listed.
    pub(crate) predicate: Option<Predicate>,
    /// `true` if the predicate also decides about origins over plain http.
    pub(crate) insecure: bool,
}

impl AllowedOrigins {
    /// The value of `Access-Control-Allow-Origin`, if it is the same for all requests, even those without
    /// `Origin`.
    #[inline]
    pub(super) fn static_value(&self) -> Option<&'static HeaderValue> {
        static ANY: HeaderValue = HeaderValue::from_static("*");

        matches!(self, Self::Any).then_some(&ANY)
    }

    /// The value of `Access-Control-Allow-Origin`, if the origin is allowed.
    #[inline]
    pub(super) fn check<'a>(
        &self,
        origin: FieldLines<'a>,
        request: RequestHead<'_>,
    ) -> Result<&'a HeaderValue, Failure<'a>> {
        if let Some(any) = self.static_value() {
            return Ok(any);
        }
        match origin {
            FieldLines::One(value) if self.allow(value, request) => Ok(value),
            _ => Err(Failure::Origin(origin)),
        }
    }

    #[inline]
    fn allow(&self, origin: &HeaderValue, request: RequestHead<'_>) -> bool {
        match self {
            Self::Any => true,
            Self::Listed(listed) => {
                listed.has(origin.as_bytes())
                    || (listed.predicate.is_some() && listed.predicate_allows(origin, request))
            }
            Self::Reflected { insecure } => OriginView::parse(origin.as_bytes())
                .is_ok_and(|origin| *insecure || !origin.is_insecure()),
        }
    }

    /// An allowed origin that differs little from a refused one.
    pub(super) fn near_miss(&self, origin: &HeaderValue) -> Option<(String, OriginDifference)> {
        match self {
            Self::Listed(listed) => listed.set.near_miss(origin.as_bytes()),
            Self::Any | Self::Reflected { .. } => None,
        }
    }

    /// Returns `true` if the origin is refused because it is over plain http, whatever a predicate says.
    pub(super) fn leaves_out(&self, origin: &HeaderValue) -> bool {
        let leaves_out_http = match self {
            Self::Any => false,
            Self::Listed(listed) => listed.predicate.is_some() && !listed.insecure,
            Self::Reflected { insecure } => !insecure,
        };
        leaves_out_http
            && OriginView::parse(origin.as_bytes()).is_ok_and(|origin| origin.is_insecure())
    }

    /// The origin that an asynchronous predicate has to decide about.
    pub(super) fn undecided(&self, origin: FieldLines<'_>) -> Option<Origin> {
        match (self, origin) {
            (Self::Listed(listed), FieldLines::One(origin)) => listed.undecided(origin),
            _ => None,
        }
    }
}

impl Listed {
    #[inline]
    pub(super) fn has(&self, origin: &[u8]) -> bool {
        self.set.matches(origin) || (self.null && origin == b"null")
    }

    // Cold, so that policies without a predicate do not pay for its code.
    #[cold]
    fn predicate_allows(&self, origin: &HeaderValue, request: RequestHead<'_>) -> bool {
        match &self.predicate {
            Some(Predicate::Synchronous(predicate)) => {
                self.for_predicate(origin).is_some_and(|origin| predicate(&origin, &request))
            }
            Some(Predicate::Asynchronous) | None => false,
        }
    }

    fn undecided(&self, origin: &HeaderValue) -> Option<Origin> {
        match self.predicate {
            Some(Predicate::Asynchronous) if !self.has(origin.as_bytes()) => {
                self.for_predicate(origin)
            }
            _ => None,
        }
    }

    /// The origin, if a predicate may decide about it.
    fn for_predicate(&self, origin: &HeaderValue) -> Option<Origin> {
        let view = OriginView::parse(origin.as_bytes()).ok()?;
        if view.is_insecure() && !self.insecure {
            return None;
        }
        Origin::try_from(origin.clone()).ok()
    }
}

/// The result of a [CORS check](https://fetch.spec.whatwg.org/#cors-check) that ran before the decision: by an
/// asynchronous predicate, or by `first_match`.
pub(crate) enum OriginCheck {
    /// Nothing has allowed the origin yet: the list decides.
    NotRun,
    /// The origin is allowed. The value is that of `Access-Control-Allow-Origin`.
    Passed(HeaderValue),
    /// The asynchronous predicate failed with this error.
    Failed(String),
}

impl OriginCheck {
    #[inline]
    pub(super) fn or_run<'a>(
        &'a self,
        origins: &AllowedOrigins,
        origin: FieldLines<'a>,
        request: RequestHead<'_>,
    ) -> Result<&'a HeaderValue, Failure<'a>> {
        match self {
            Self::NotRun => origins.check(origin, request),
            Self::Passed(allowed) => Ok(allowed),
            Self::Failed(error) => Err(Failure::Predicate(error)),
        }
    }
}
