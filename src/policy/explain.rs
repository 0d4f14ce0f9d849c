//! Explains decisions: turns the check that failed into a refusal that people can read.

use http::HeaderValue;

use super::{
    decision::Decision,
    engine::Policy,
    failure::Failure,
    methods,
    origins::OriginCheck,
    outcome::Outcome,
    refusal::Refusal,
    request::{CorsRequest, FieldLines, MAX_METHOD, RequestHead, RequestKind},
    rules::Rules,
};
use crate::{fetch, origin::OriginView, response::ResponseHeaders};

impl Policy {
    /// Explains the decision: the kind of the request, and the reason if it is not allowed.
    ///
    /// It explains the server's decision only. Two checks remain with the browser: the credentials mode, and that
    /// `*` as the allowed headers does not cover `authorization`.
    #[must_use]
    pub fn explain<'a>(&self, request: impl Into<RequestHead<'a>>) -> Outcome {
        self.decide_and_explain(request).1
    }

    /// Decides like [`decide`](Self::decide), and explains the decision. A predicate is called once.
    pub fn decide_and_explain<'a>(
        &self,
        request: impl Into<RequestHead<'a>>,
    ) -> (Decision, Outcome) {
        self.explain_with(&OriginCheck::NotRun, request.into())
    }

    pub(crate) fn explain_with(
        &self,
        earlier: &OriginCheck,
        request: RequestHead<'_>,
    ) -> (Decision, Outcome) {
        let rules = self.rules();
        let (mut decision, failure) = self.decide_with(earlier, request);
        let kind = self.kind_of(request);
        // The server's own pages need no permission.
        let failure = failure.filter(|_| kind != RequestKind::NonCors);
        let failure = failure.map(|failure| rules.precise(failure, request));
        let refusal = failure.map(Rules::refusal);
        let hint = match failure {
            Some(failure) => rules.near_miss(failure),
            None => rules.hint(kind, request),
        };
        if let (true, Some(refusal)) = (rules.diagnose, &refusal) {
            decision = rules.diagnose(decision, refusal, hint.as_ref(), request);
        }
        if rules.report_only {
            decision = Decision::Forward(ResponseHeaders::untouched());
        }
        let answered = matches!(decision, Decision::Respond(_));
        (decision, Outcome { kind, refusal, hint, answered })
    }

    /// Like [`RequestKind::of`], but also knows the configured own origins.
    pub(crate) fn kind_of(&self, request: RequestHead<'_>) -> RequestKind {
        match request.classify() {
            CorsRequest::Actual { origin } if self.rules().is_own_origin(origin) => {
                RequestKind::NonCors
            }
            _ => RequestKind::of(request),
        }
    }
}

impl Rules {
    pub(super) fn is_own_origin(&self, origin: FieldLines<'_>) -> bool {
        let own_origins = self.own_origins.as_ref();
        let is_own = |origin: &HeaderValue| {
            own_origins.is_some_and(|own_origins| own_origins.matches(origin.as_bytes()))
        };
        matches!(origin, FieldLines::One(origin) if is_own(origin))
    }

    /// Names a disallowed header of a list that is too long to be read, if there is one at its beginning.
    fn precise<'a>(&self, failure: Failure<'a>, request: RequestHead<'a>) -> Failure<'a> {
        match failure {
            Failure::HeaderListTooLong => {
                self.headers.first_disallowed(request).map_or(failure, Failure::HeaderName)
            }
            _ => failure,
        }
    }

    fn refusal(failure: Failure<'_>) -> Refusal {
        match failure {
            Failure::Origin(FieldLines::One(origin)) => of_origin(origin),
            Failure::Origin(_) => Refusal::SeveralOrigins,
            Failure::Predicate(error) => Refusal::PredicateFailed(error.to_owned()),
            Failure::Method(FieldLines::One(method)) => of_method(method),
            Failure::Method(_) => Refusal::SeveralMethods,
            Failure::HeaderName(name) => of_header_name(name),
            Failure::HeaderListMalformed => Refusal::MalformedRequestHeaders,
            Failure::HeaderListTooLong => Refusal::RequestHeadersTooLong,
        }
    }
}

fn of_origin(origin: &HeaderValue) -> Refusal {
    match OriginView::parse(origin.as_bytes()) {
        Ok(_) => Refusal::OriginNotAllowed(origin.clone()),
        Err(_) if origin == "null" => Refusal::NullOrigin,
        Err(_) => Refusal::MalformedOrigin(origin.clone()),
    }
}

pub(super) fn of_method_name(method: &str) -> Option<Refusal> {
    HeaderValue::from_str(method).ok().map(|method| of_method(&method))
}

fn of_method(method: &HeaderValue) -> Refusal {
    if method.len() > MAX_METHOD {
        Refusal::MethodTooLong(method.clone())
    } else if methods::is_sendable(method.as_bytes()) {
        Refusal::MethodNotAllowed(method.clone())
    } else {
        Refusal::ImpossibleMethod(method.clone())
    }
}

pub(super) fn of_header_name(name: &[u8]) -> Refusal {
    let text = String::from_utf8_lossy(name).into_owned();
    if fetch::is_token(name) {
        Refusal::HeaderNotAllowed(text)
    } else {
        Refusal::ImpossibleHeader(text)
    }
}
