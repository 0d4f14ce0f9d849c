//! What the layer does to a response besides writing headers.

use http::{
    HeaderMap, HeaderValue, Response,
    header::{ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD},
};

use super::{report::Report, route};
use crate::{
    fetch::ACCESS_CONTROL_REQUEST_PRIVATE_NETWORK,
    policy::{Policy, Refusal},
    response::ResponseHeaders,
};

/// What remains to be done when the inner service has responded. Where it fails, only the report is made.
#[expect(unnameable_types, reason = "only a sealed trait gives one")]
#[derive(Debug)]
pub struct FollowUp {
    task: Task,
    report: Report,
}

#[derive(Debug)]
pub(super) enum Task {
    /// Writes the headers.
    Write(ResponseHeaders),
    /// Writes the headers into the inner service's answer to a preflight, whose status decides.
    ForwardedPreflight(ResponseHeaders),
    /// Answers a preflight that asks for `method`, with the methods that the inner service says the route has.
    MethodsOfRoute { answer: Response<()>, method: HeaderValue },
}

impl FollowUp {
    pub(super) fn new(task: Task, report: Report) -> Box<Self> {
        Box::new(Self { task, report })
    }

    /// Makes the request what the inner service is to see.
    #[cold]
    pub(super) fn on_request(&self, headers: &mut HeaderMap) {
        if let Task::MethodsOfRoute { .. } = self.task {
            headers.remove(ACCESS_CONTROL_REQUEST_METHOD);
            headers.remove(ACCESS_CONTROL_REQUEST_HEADERS);
            headers.remove(ACCESS_CONTROL_REQUEST_PRIVATE_NETWORK);
        }
    }

    #[cold]
    pub(super) fn on_response<B: Default>(self, response: &mut Response<B>) {
        let Self { task, mut report } = self;
        if let Some(refusal) = task.carry_out(&report.policy, response) {
            report.outcome.refusal = Some(refusal);
        }
        if report.policy.rules().attach_outcome {
            response.extensions_mut().insert(report.outcome.clone());
        }
    }
}

impl Task {
    /// The refusal is the inner service's.
    fn carry_out<B: Default>(self, policy: &Policy, response: &mut Response<B>) -> Option<Refusal> {
        match self {
            Self::Write(headers) => {
                headers.apply(response.headers_mut());
                None
            }
            Self::ForwardedPreflight(headers) => {
                headers.apply(response.headers_mut());
                let status = response.status();
                (!status.is_success()).then_some(Refusal::InnerStatus(status))
            }
            Self::MethodsOfRoute { answer, method } => {
                let (answer, refusal) = match route::methods(response) {
                    Some(of_route) => policy.rules().narrow(answer, &method, &of_route),
                    None => (answer, None),
                };
                *response = answer.map(|()| B::default());
                refusal
            }
        }
    }
}
