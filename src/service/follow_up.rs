//! Follow-ups: the layer's work on a response besides writing headers.

use http::{
    HeaderMap, HeaderValue, Response,
    header::{ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD},
};

use super::{body::EmptyBody, report::Report, route};
use crate::{
    fetch::ACCESS_CONTROL_REQUEST_PRIVATE_NETWORK,
    policy::{Policy, Refusal},
    response::ResponseHeaders,
    trace,
};

/// The work that remains when the inner service has responded. If there is no response, dropping this only
/// makes the report.
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
    /// Writes the headers into the inner service's response to a preflight. Its status decides whether
    /// browsers allow the preflight.
    ForwardedPreflight(ResponseHeaders),
    /// Responds to a preflight for `method`, and allows only the route's methods, which the inner service's
    /// response lists.
    MethodsOfRoute { response: Response<()>, method: HeaderValue },
}

impl FollowUp {
    pub(super) fn new(task: Task, report: Report) -> Box<Self> {
        Box::new(Self { task, report })
    }

    /// Prepares the request for the inner service.
    #[cold]
    pub(super) fn on_request(&self, headers: &mut HeaderMap) {
        if let Task::MethodsOfRoute { .. } = self.task {
            headers.remove(ACCESS_CONTROL_REQUEST_METHOD);
            headers.remove(ACCESS_CONTROL_REQUEST_HEADERS);
            headers.remove(ACCESS_CONTROL_REQUEST_PRIVATE_NETWORK);
        }
    }

    #[cold]
    pub(super) fn on_response<B: EmptyBody>(self, response: &mut Response<B>) {
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
    /// Returns the refusal, if the inner service's response causes one.
    fn carry_out<B: EmptyBody>(
        self,
        policy: &Policy,
        response: &mut Response<B>,
    ) -> Option<Refusal> {
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
            Self::MethodsOfRoute { response: own, method } => {
                let rules = policy.rules();
                let (own, refusal) = if let Some(of_route) = route::methods(response) {
                    rules.narrow(own, &method, &of_route)
                } else {
                    trace::no_methods_of_route(&rules.reported_no_allow);
                    (own, None)
                };
                *response = own.map(|()| B::empty());
                refusal
            }
        }
    }
}
