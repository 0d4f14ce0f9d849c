//! Looks for what may be wrong with a request. It is called only for somebody who reads the outcome.

use http::{
    Method,
    header::{ACCESS_CONTROL_REQUEST_METHOD, ORIGIN},
};

use super::{
    explain,
    failure::Failure,
    hint::Hint,
    methods::AllowedMethods,
    refusal::Refusal,
    request::{CorsRequest, FieldLines, RequestHead, RequestKind},
    request_headers::AllowedHeaders,
    rules::Rules,
};
use crate::{fetch::SAFELISTED_METHODS, meant};

impl Rules {
    /// The near miss of a failure.
    pub(super) fn near_miss(&self, failure: Failure<'_>) -> Option<Hint> {
        match failure {
            Failure::Origin(FieldLines::One(origin)) => {
                let similar = self.origins.near_miss(origin);
                let similar = similar
                    .map(|(allowed, difference)| Hint::SimilarOrigin { allowed, difference });
                let insecure = || self.origins.leaves_out(origin).then_some(Hint::InsecureOrigin);
                similar.or_else(insecure)
            }
            Failure::Method(FieldLines::One(method)) => {
                let AllowedMethods::Listed(methods) = &self.methods else { return None };
                let allowed = methods.iter().map(String::as_str).chain(SAFELISTED_METHODS);
                similar(method.as_bytes(), allowed).map(Hint::SimilarMethod)
            }
            Failure::HeaderName(name) => {
                let AllowedHeaders::Listed { names, .. } = &self.headers else { return None };
                similar(name, names.iter().map(String::as_str)).map(Hint::SimilarHeader)
            }
            _ => None,
        }
    }

    /// A hint about a request that is not refused.
    pub(super) fn hint(&self, kind: RequestKind, request: RequestHead<'_>) -> Option<Hint> {
        let is_options = *request.method == Method::OPTIONS;
        let has_method = || request.headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
        match request.classify() {
            // The server's own pages need no preflight.
            CorsRequest::Actual { .. } if kind == RequestKind::NonCors => None,
            CorsRequest::Actual { .. } if is_options => {
                Some(Hint::NoPreflight(ACCESS_CONTROL_REQUEST_METHOD))
            }
            CorsRequest::None if is_options && has_method() => Some(Hint::NoPreflight(ORIGIN)),
            CorsRequest::Actual { .. } if kind == RequestKind::Preflighted => {
                self.refusal_of_preflight(request).map(Hint::PreflightRefused)
            }
            _ => None,
        }
    }

    /// The refusal of the preflight that a browser sends before this request.
    fn refusal_of_preflight(&self, request: RequestHead<'_>) -> Option<Refusal> {
        let method = request.method.as_str();
        if !self.methods.allow(method.as_bytes()) {
            return explain::of_method_name(method);
        }
        let mut unsafe_names = request.unsafe_header_names();
        let name = unsafe_names.find(|name| !self.headers.allow(name.as_bytes()))?;
        Some(explain::of_header_name(name.as_bytes()))
    }
}

/// The allowed name that is one slip away from `name`. Case, `-` and `_` do not count. Short names have to be equal
/// otherwise: many valid ones differ in one letter.
fn similar<'a>(name: &[u8], allowed: impl Iterator<Item = &'a str>) -> Option<String> {
    if name.len() > LONGEST {
        return None;
    }
    let name = str::from_utf8(name).ok()?;
    let can_be_slip = name.len() >= SHORTEST_SLIP;
    let plain = |name: &str| name.replace(['-', '_'], "").to_ascii_lowercase();
    let (lower, meant) = (name.to_ascii_lowercase(), plain(name));
    let found = allowed.take(MOST).find(|allowed| {
        plain(allowed) == meant
            || (can_be_slip && meant::is_one_slip(&lower, &allowed.to_ascii_lowercase()))
    });
    found.map(str::to_owned)
}

/// Bounds of the search: bytes of a name, and allowed names.
const LONGEST: usize = 64;
const MOST: usize = 256;

/// In bytes.
const SHORTEST_SLIP: usize = 5;
