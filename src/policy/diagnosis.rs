//! [`diagnose`](crate::CorsLayerBuilder::diagnose): answers that say why they refuse, for development.

use std::fmt::Write;

use http::{
    HeaderMap, HeaderValue,
    header::{ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN},
};

use super::{
    decision::Decision,
    refusal::Refusal,
    request::{CorsRequest, FieldLines, RequestHead},
    rules::Rules,
};
use crate::{
    escaped::Escaped,
    response::{CORS_REFUSAL, ResponseHeaders, respond},
};

impl Rules {
    /// Adds the reason to what is refused. Where the origin is allowed, the answer grants what is allowed,
    /// so that the browser's own check fails at what is not, and says so.
    pub(super) fn diagnose(
        &self,
        decision: Decision,
        refusal: &Refusal,
        request: RequestHead<'_>,
    ) -> Decision {
        match decision {
            Decision::Forward(_) => {
                let reason = refusal.header_value();
                Decision::Forward(ResponseHeaders::diagnosed(&self.responses, reason))
            }
            Decision::Respond(mut refused) => {
                if let Some(origin) = self.origin_to_tell(refusal, request) {
                    let method = match request.classify() {
                        CorsRequest::Preflight { method, .. } => method,
                        _ => FieldLines::None,
                    };
                    let mut granted = self.granted(&origin, request);
                    // The method may have been refused before the names were looked at. Nothing is sent back that was
                    // not found to be allowed.
                    if self.methods.allow(&method, &mut ()) {
                        self.echo_method(&mut granted, &method);
                    }
                    if self.headers.allow(request, &mut ()) {
                        self.echo_names(&mut granted, request);
                    }
                    refused = respond(self.preflight_status, granted);
                }
                refusal.add_to(refused.headers_mut());
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
        let is_sent = match request.classify().origin()? {
            FieldLines::One(origin) => Some(origin.clone()),
            FieldLines::None | FieldLines::Several => None,
        };
        self.origins.static_value().cloned().or(is_sent)
    }
}

impl Refusal {
    /// Makes it known in the answer to a preflight.
    ///
    /// Where no methods are listed, a browser takes the requested one to be allowed if the upload is
    /// [listened to](https://fetch.spec.whatwg.org/#cors-preflight-fetch), so the safelisted ones are.
    pub(super) fn add_to(&self, answer: &mut HeaderMap) {
        let _ = answer.try_insert(CORS_REFUSAL, self.header_value());
        let is_of_method = matches!(self, Self::MethodNotAllowed(_) | Self::MethodNotOfRoute(_));
        let is_readable = answer.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN);
        if is_of_method && is_readable && !answer.contains_key(ACCESS_CONTROL_ALLOW_METHODS) {
            let safelisted = HeaderValue::from_static("GET,HEAD,POST");
            let _ = answer.try_insert(ACCESS_CONTROL_ALLOW_METHODS, safelisted);
        }
    }

    /// Its name, and what the request itself carried.
    fn header_value(&self) -> HeaderValue {
        let mut text = String::from(self.name());
        if let Some(carried) = self.carried() {
            let room = MAX - text.len() - 1;
            let _ = write!(text, " {}", Escaped::cut(carried, room));
        }
        // Escaped text is ASCII without control characters, and so are the names.
        HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(""))
    }
}

/// The most bytes that the header has.
const MAX: usize = 256;
