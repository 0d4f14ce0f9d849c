//! What is reported of a request, and what the inner service has a say in.

use http::{
    HeaderMap, HeaderValue, Response,
    header::{ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD},
};

use super::{
    Decision, Outcome, Policy, Refusal, RequestHead, RequestKind, ResponseHeaders, Verdict,
    request::{OwnedHead, REQUEST_PRIVATE_NETWORK},
    route,
};
use crate::trace;

/// Decides, and reports what is decided, or sees to it that it is once it is known.
#[cold]
pub(super) fn decide(policy: &Policy, verdict: Verdict, request: RequestHead<'_>) -> Decision {
    let (decision, outcome) = policy.decide_in_words(verdict, request);
    let is_allowed_preflight = outcome.kind == RequestKind::Preflight && outcome.refusal.is_none();
    let later = |purpose| {
        let request = Some(OwnedHead::from(request));
        let (policy, outcome) = (policy.clone(), outcome.clone());
        Decision::Forward(ResponseHeaders::watched(Watch { policy, purpose, outcome, request }))
    };
    match decision {
        Decision::Forward(headers) if headers.is_preflight() => later(Purpose::Decorate(headers)),
        Decision::Respond(answer) if is_allowed_preflight && policy.0.methods_of_route => {
            match request.headers.get(ACCESS_CONTROL_REQUEST_METHOD) {
                Some(method) => later(Purpose::AskRoute { answer, method: method.clone() }),
                None => Decision::Respond(answer),
            }
        }
        Decision::Forward(headers) => {
            report(policy, request, &outcome);
            if !policy.0.attach_outcome {
                return Decision::Forward(headers);
            }
            let (policy, purpose) = (policy.clone(), Purpose::Decorate(headers));
            let watch = Watch { policy, purpose, outcome, request: None };
            Decision::Forward(ResponseHeaders::watched(watch))
        }
        Decision::Respond(mut answer) => {
            report(policy, request, &outcome);
            if policy.0.attach_outcome {
                answer.extensions_mut().insert(outcome);
            }
            Decision::Respond(answer)
        }
    }
}

fn report(policy: &Policy, request: RequestHead<'_>, outcome: &Outcome) {
    trace::decision(request, outcome);
    if let Some(hook) = &policy.0.hook {
        hook.call(request, outcome);
    }
}

/// What remains to be done when the inner service has responded.
#[derive(Clone, Debug)]
pub(super) struct Watch {
    policy: Policy,
    purpose: Purpose,
    outcome: Outcome,
    /// The request, if it is still to be reported.
    request: Option<OwnedHead>,
}

#[derive(Clone, Debug)]
enum Purpose {
    Decorate(ResponseHeaders),
    /// To learn which methods the route has, for the answer to a preflight that asks for one.
    AskRoute {
        answer: Response<()>,
        method: HeaderValue,
    },
}

impl Watch {
    /// Makes the request what the inner service is to see.
    pub(super) fn prepare(&self, headers: &mut HeaderMap) {
        if let Purpose::AskRoute { .. } = self.purpose {
            headers.remove(ACCESS_CONTROL_REQUEST_METHOD);
            headers.remove(ACCESS_CONTROL_REQUEST_HEADERS);
            headers.remove(REQUEST_PRIVATE_NETWORK);
        }
    }

    #[cold]
    pub(super) fn finish<B: Default>(self, response: &mut Response<B>) {
        let Self { policy, purpose, mut outcome, request } = self;
        let refusal = purpose.fulfil(&policy, response);
        outcome.refusal = outcome.refusal.or(refusal);
        if let Some(request) = &request {
            report(&policy, request.borrow(), &outcome);
        }
        if policy.0.attach_outcome {
            response.extensions_mut().insert(outcome);
        }
    }

    /// The inner service failed, and had no say.
    pub(super) fn give_up(&self) {
        if let Some(request) = &self.request {
            report(&self.policy, request.borrow(), &self.outcome);
        }
    }
}

impl Purpose {
    fn fulfil<B: Default>(self, policy: &Policy, response: &mut Response<B>) -> Option<Refusal> {
        match self {
            Self::Decorate(headers) => {
                let is_refused = headers.is_preflight() && !response.status().is_success();
                headers.apply(response.headers_mut());
                is_refused.then(|| Refusal::InnerStatus(response.status()))
            }
            Self::AskRoute { answer, method } => {
                let (answer, refusal) = match route::methods(response) {
                    Some(of_route) => policy.narrow(answer, &method, &of_route),
                    None => (answer, None),
                };
                *response = answer.map(|()| B::default());
                refusal
            }
        }
    }
}
