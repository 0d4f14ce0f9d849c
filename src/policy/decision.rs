//! What a policy decides, and what a decision does to a response.

use std::{convert::Infallible, sync::Arc};

use http::{HeaderMap, HeaderValue, Response, header::VARY};

use super::{
    Policy, Rules,
    diagnosis::CORS_REFUSAL,
    preflight::refused,
    response_rules::{self, ResponseRules, remove_foreign},
    vary,
};
use crate::trace;

/// What a [`Policy`] decides for a request.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "a caller could not answer a third case rightly")]
#[must_use]
pub enum Decision {
    /// The request goes on, and these headers go on its response.
    Forward(ResponseHeaders),
    /// This is the response, without a body, and the request goes no further: it is a preflight, or its origin
    /// is [refused](crate::CorsLayerBuilder::refuse_disallowed_origins).
    Respond(Response<()>),
}

/// What becomes of a request: a decision that need not have a header map yet, where there may be one to spare.
///
/// `F` is what a layer may do besides. The engine never does, and is generic over it so that its result, which is
/// large, is not copied from one type into another.
#[expect(unnameable_types, reason = "only a sealed trait gives one")]
#[derive(Debug)]
pub enum Action<F = Infallible> {
    /// Calls the inner service, and writes these headers into its response.
    Forward(ResponseHeaders),
    /// Calls the inner service, and does more to its response than to write headers.
    Follow(F),
    /// Responds in place of the inner service.
    Respond(Response<()>),
    /// Responds with 403 and this `Vary` alone.
    Refuse(Option<HeaderValue>),
}

impl From<Action> for Decision {
    fn from(action: Action) -> Self {
        match action {
            Action::Forward(headers) => Self::Forward(headers),
            Action::Follow(never) => match never {},
            Action::Respond(answer) => Self::Respond(answer),
            Action::Refuse(vary) => Self::Respond(refused(HeaderMap::new(), vary)),
        }
    }
}

/// The CORS headers of the response to a forwarded request.
#[derive(Clone, Debug)]
#[must_use = "a response without these headers is hidden by browsers, or mixed up by caches"]
pub struct ResponseHeaders(Granted);

#[derive(Clone, Debug)]
enum Granted {
    /// The response only varies by the origin.
    VaryByOrigin,
    /// `origin` is the value of `Access-Control-Allow-Origin`, if there is to be one.
    By { rules: Arc<ResponseRules>, origin: Option<HeaderValue> },
    /// The response is left as it is.
    Untouched,
    /// What takes an option that few configurations have. In a box, so that the others need no more place.
    Seldom(Box<Seldom>),
}

#[derive(Clone, Debug)]
enum Seldom {
    /// The response says why it is not shared.
    Diagnosed { policy: Policy, reason: HeaderValue },
    /// The headers of an allowed preflight's answer, for the inner service's.
    Preflight { policy: Policy, answer: HeaderMap },
}

impl ResponseHeaders {
    #[inline]
    pub(super) fn new(rules: &Rules, origin: Option<&HeaderValue>) -> Self {
        Self::by(&rules.responses, origin)
    }

    #[inline]
    pub(super) fn by(rules: &Arc<ResponseRules>, origin: Option<&HeaderValue>) -> Self {
        Self(if origin.is_some() || trace::IS_COMPILED || rules.says_more() {
            Granted::By { rules: Arc::clone(rules), origin: origin.cloned() }
        } else {
            // Most policies have nothing else to say, and then there is no pointer to count.
            Granted::VaryByOrigin
        })
    }

    pub(crate) fn untouched() -> Self {
        Self(Granted::Untouched)
    }

    pub(super) fn diagnosed(policy: &Policy, reason: HeaderValue) -> Self {
        Self::seldom(Seldom::Diagnosed { policy: policy.clone(), reason })
    }

    pub(super) fn preflight(policy: &Policy, answer: HeaderMap) -> Self {
        Self::seldom(Seldom::Preflight { policy: policy.clone(), answer })
    }

    fn seldom(seldom: Seldom) -> Self {
        Self(Granted::Seldom(Box::new(seldom)))
    }

    /// Whether they are for the inner service's answer to a preflight.
    pub(crate) fn answer_preflight(&self) -> bool {
        matches!(&self.0, Granted::Seldom(seldom) if matches!(**seldom, Seldom::Preflight { .. }))
    }

    /// Writes the headers into a response's.
    ///
    /// `Access-Control-*` headers that are there already are removed: two parties that allow things
    /// allow what neither meant to. `Vary` is kept, and `origin` is added to it where the
    /// [standard asks for it](https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches). If a map
    /// as full as a [`HeaderMap`] can be has no place for `Vary`, nothing else is added to it.
    #[inline]
    pub fn apply(self, headers: &mut HeaderMap) {
        self.0.apply(headers);
    }
}

impl Granted {
    #[expect(
        clippy::inline_always,
        reason = "to hand on what is decided costs more than to decide"
    )]
    #[inline(always)]
    fn apply(self, headers: &mut HeaderMap) {
        match self {
            Self::VaryByOrigin => response_rules::vary_by_origin(headers),
            Self::By { rules, origin } => rules.write(headers, origin),
            Self::Untouched => {}
            Self::Seldom(seldom) => seldom.apply(headers),
        }
    }
}

impl Seldom {
    #[cold]
    fn apply(self, headers: &mut HeaderMap) {
        match self {
            Self::Diagnosed { policy, reason } => {
                policy.0.responses.write(headers, None);
                let _ = headers.try_insert(CORS_REFUSAL, reason);
            }
            Self::Preflight { policy, answer } => policy.0.write_preflight(headers, answer),
        }
    }
}

impl Rules {
    /// Makes the inner service's response to a preflight the answer.
    fn write_preflight(&self, headers: &mut HeaderMap, mut answer: HeaderMap) {
        let rules = &self.responses;
        remove_foreign(headers, Some(&rules.reported_inner));
        if let Some(value) = answer.remove(VARY)
            && !vary::add_missing(headers, &self.preflights_vary_by, value)
        {
            return;
        }
        let mut last = None;
        for (name, value) in answer {
            // A map gives the name with the first of its values only.
            last = name.or(last);
            if let Some(name) = &last {
                let _ = headers.try_append(name, value);
            }
        }
    }
}
