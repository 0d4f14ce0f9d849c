//! The HTTP requests that a browser sends.

use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Uri,
    header::{ACCEPT, COOKIE, HOST, ORIGIN},
};
use url::Position;

use super::{
    cookies::{Access, CookieRefusal},
    memory::Memory,
    options::Mode,
    request::ScriptRequest,
    site::is_trustworthy,
};

/// A request to send.
#[derive(Clone, Debug)]
pub(super) struct Outgoing {
    pub(super) is_preflight: bool,
    pub(super) has_body: bool,
    pub(super) method: Method,
    pub(super) uri: Uri,
    pub(super) headers: HeaderMap,
    /// The headers that the script set in vain.
    pub(super) dropped_headers: Vec<HeaderName>,
    /// The cookies of the URL that are not sent.
    pub(super) refused_cookies: Vec<CookieRefusal>,
}

impl Outgoing {
    /// The [HTTP-network-or-cache fetch](https://fetch.spec.whatwg.org/#concept-http-network-or-cache-fetch).
    pub(super) fn actual(request: &ScriptRequest, memory: &mut Memory) -> Self {
        let mut headers = request.headers.clone();
        if !headers.contains_key(ACCEPT) {
            headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
        }
        let access = access(request, memory, memory.date());
        let (cookies, refused_cookies) = memory.cookies.header(&access);
        headers.extend(cookies.map(|cookies| (COOKIE, cookies)));
        Self {
            is_preflight: false,
            has_body: request.has_body,
            method: request.method.clone(),
            uri: uri(request),
            headers: with_common_headers(headers, request, request.origin_header()),
            dropped_headers: request.dropped.clone(),
            refused_cookies,
        }
    }

    pub(super) fn preflight(request: &ScriptRequest) -> Self {
        let headers = request.preflight().request_headers();
        let origin = Some(request.serialized_origin());
        Self {
            is_preflight: true,
            has_body: false,
            method: Method::OPTIONS,
            uri: uri(request),
            headers: with_common_headers(headers, request, origin),
            dropped_headers: Vec::new(),
            refused_cookies: Vec::new(),
        }
    }
}

/// The cookies that this request and its response can reach. `Expires` counts from `date`.
pub(super) fn access<'a>(request: &'a ScriptRequest, memory: &Memory, date: i64) -> Access<'a> {
    let url = request.url();
    let is_cross_site = !request.origin.is_same_site(url);
    let is_blocked = is_cross_site && memory.blocks_third_party_cookies;
    let withheld = request.withholds_cookies();
    Access { url, is_cross_site, is_blocked, withheld, now: memory.now, date }
}

fn with_common_headers(
    mut headers: HeaderMap,
    request: &ScriptRequest,
    origin: Option<&str>,
) -> HeaderMap {
    let url = request.url();
    let host = HeaderValue::from_str(&url[Position::BeforeHost..Position::AfterPort]);
    headers.extend(host.ok().map(|host| (HOST, host)));
    let origin = origin.and_then(|origin| HeaderValue::from_str(origin).ok());
    headers.extend(origin.map(|origin| (ORIGIN, origin)));
    if is_trustworthy(url) {
        let mode = match request.options.mode {
            Mode::Cors => "cors",
            Mode::NoCors => "no-cors",
            Mode::SameOrigin => "same-origin",
        };
        headers.insert(SEC_FETCH_DEST, HeaderValue::from_static("empty"));
        headers.insert(SEC_FETCH_MODE, HeaderValue::from_static(mode));
        headers.insert(SEC_FETCH_SITE, HeaderValue::from_static(request.sec_fetch_site()));
    }
    headers
}

/// The current URL without user name, password and fragment.
fn uri(request: &ScriptRequest) -> Uri {
    let url = request.url();
    let authority = &url[Position::BeforeHost..Position::AfterPort];
    let origin_form = &url[Position::BeforePath..Position::AfterQuery];
    format!("{}://{authority}{origin_form}", url.scheme()).parse().unwrap_or_default()
}

const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");
const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
