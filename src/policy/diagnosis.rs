//! [`diagnose`](crate::CorsLayerBuilder::diagnose): answers that say why they refuse, for development.

use std::fmt::Write;

use http::{HeaderName, HeaderValue};

use super::{
    Decision, Policy, Refusal, RequestHead, ResponseHeaders,
    preflight::answer,
    refusal::Escaped,
    request::{Asks, Line},
};

pub(super) const CORS_REFUSAL: HeaderName = HeaderName::from_static("x-cors-refusal");

/// As long as the header may be, in bytes.
const MAX: usize = 256;

impl Policy {
    /// Adds the reason to what is refused. Where the origin is allowed, the answer grants what is allowed,
    /// so that the browser's own check fails at what is not, and says so.
    pub(super) fn diagnose(
        &self,
        decision: Decision,
        refusal: &Refusal,
        request: RequestHead<'_>,
    ) -> Decision {
        let reason = refusal.header_value();
        match decision {
            Decision::Forward(_) => Decision::Forward(ResponseHeaders::diagnosed(self, reason)),
            Decision::Respond(mut refused) => {
                if let Some(origin) = self.origin_to_tell(refusal, request) {
                    let rules = &*self.0;
                    let method = match request.asks() {
                        Asks::Leave { method, .. } => method,
                        _ => Line::Absent,
                    };
                    let granted = rules.granted(origin, &method, request);
                    refused = answer(rules.preflight_status, granted);
                }
                let _ = refused.headers_mut().try_insert(CORS_REFUSAL, reason);
                Decision::Respond(refused)
            }
        }
    }

    /// The value of `Access-Control-Allow-Origin` of an answer that a browser refuses by itself. Only for
    /// two refusals it is certain to: what it asked for is not among what the answer lists. The others are
    /// of requests that no browser sends, and there is no telling what would be made of an answer.
    fn origin_to_tell(&self, refusal: &Refusal, request: RequestHead<'_>) -> Option<HeaderValue> {
        if !matches!(refusal, Refusal::MethodNotAllowed(_) | Refusal::HeaderNotAllowed(_)) {
            return None;
        }
        let is_sent = match request.asks().origin()? {
            Line::One(origin) => Some(origin.clone()),
            Line::Absent | Line::Several => None,
        };
        self.0.origins.static_value().or(is_sent)
    }
}

impl Refusal {
    /// Its name, and what the request itself carried.
    pub(super) fn header_value(&self) -> HeaderValue {
        let mut text = String::from(self.name());
        if let Some(carried) = self.carried() {
            let room = MAX - text.len() - 1;
            let _ = write!(text, " {}", Escaped::cut(carried, room));
        }
        // Escaped text is ASCII without control characters, and so are the names.
        HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(""))
    }
}
