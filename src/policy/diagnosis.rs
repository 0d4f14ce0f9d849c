//! [`diagnose`](crate::CorsLayerBuilder::diagnose): responses that tell why a request is refused, for development.

use std::fmt::Write;

use http::{
    HeaderMap, HeaderValue,
    header::{ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN},
};

use super::{
    decision::Decision,
    hint::Hint,
    refusal::Refusal,
    request::{CorsRequest, FieldLines, RequestHead},
    rules::Rules,
};
use crate::{escaped::Escaped, response::CORS_REFUSAL};

impl Rules {
    /// Adds the reason to the response of a refused request. If the origin is allowed, the response lists
    /// the allowed methods and headers, so that the browser's own check names the one that is not.
    pub(super) fn diagnose(
        &self,
        decision: Decision,
        refusal: &Refusal,
        hint: Option<&Hint>,
        request: RequestHead<'_>,
    ) -> Decision {
        match decision {
            Decision::Forward(headers) => {
                Decision::Forward(headers.with_reason(refusal.header_value(hint)))
            }
            Decision::Respond(mut refused) => {
                if let Some(origin) = self.origin_to_tell(refusal, request) {
                    let method = match request.classify() {
                        CorsRequest::Preflight { method, .. } => method,
                        _ => FieldLines::None,
                    };
                    refused = self.granted(&origin, request);
                    let granted = refused.headers_mut();
                    // If the method was refused, the header names are not checked yet. Only allowed values are
                    // sent back.
                    if self.methods.check(method).is_ok() {
                        self.echo_method(granted, method);
                    }
                    if self.headers.check(request).is_ok() {
                        self.echo_names(granted, request);
                    }
                }
                refusal.add_to(refused.headers_mut(), hint);
                Decision::Respond(refused)
            }
        }
    }

    /// The value of `Access-Control-Allow-Origin`, if browsers refuse the preflight even with it. They do if the
    /// requested method or header is not in the response's lists. No browser sends the other refused preflights, so
    /// nobody knows what the value would do.
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
    /// Adds the reason to the response to a preflight.
    ///
    /// If an upload has [listeners](https://fetch.spec.whatwg.org/#cors-preflight-fetch), a browser takes a
    /// missing method list to allow the requested method. So the safelisted methods are listed.
    pub(super) fn add_to(&self, response: &mut HeaderMap, hint: Option<&Hint>) {
        let _ = response.try_insert(CORS_REFUSAL, self.header_value(hint));
        let is_of_method = matches!(self, Self::MethodNotAllowed(_) | Self::MethodNotOfRoute(_));
        let is_readable = response.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN);
        if is_of_method && is_readable && !response.contains_key(ACCESS_CONTROL_ALLOW_METHODS) {
            let safelisted = HeaderValue::from_static("GET,HEAD,POST");
            let _ = response.try_insert(ACCESS_CONTROL_ALLOW_METHODS, safelisted);
        }
    }

    /// The name of the refusal, the refused value of the request, and the name of the hint. It has no value of
    /// the configuration.
    fn header_value(&self, hint: Option<&Hint>) -> HeaderValue {
        let hint = hint.map(|hint| format!("; hint: {}", hint.name()));
        let hint = hint.unwrap_or_default();
        let mut text = String::from(self.name());
        if let Some(carried) = self.carried() {
            let room = MAX - text.len() - 1 - hint.len();
            let _ = write!(text, " {}", Escaped::cut(carried, room));
        }
        text += &hint;
        // Escaped text is ASCII without control characters, and so are the names.
        HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(""))
    }
}

/// The maximum length of the header value, in bytes.
const MAX: usize = 256;
