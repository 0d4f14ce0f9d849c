//! What a configuration allows a request, as the documentation says it.

use std::net::Ipv4Addr;

use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request,
    header::{ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, UPGRADE},
};
use tower_cors::{CorsConfig, Danger, Origin, Refuse};

use crate::{input::Configuration, naive};

pub(crate) fn is_preflight(request: &Request<()>) -> bool {
    let headers = request.headers();
    *request.method() == Method::OPTIONS
        && headers.contains_key(ORIGIN)
        && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// Whether each response has `Access-Control-Allow-Origin: *`.
pub(crate) fn is_public(config: &CorsConfig) -> bool {
    lists_any(&config.allow_origins) && !config.allow_credentials
}

/// The value of `Access-Control-Allow-Origin`. `None` if the request's origin is not allowed, or if there is none.
pub(crate) fn allow_origin(
    configuration: &Configuration,
    request: &Request<()>,
) -> Option<HeaderValue> {
    if is_public(&configuration.config) {
        return Some(HeaderValue::from_static("*"));
    }
    let [origin] = lines(request.headers(), &ORIGIN)[..] else { return None };
    allows_origin(configuration, origin).then(|| origin.clone())
}

fn allows_origin(configuration: &Configuration, value: &HeaderValue) -> bool {
    let Configuration { config, predicate } = configuration;
    let accepts_http = config.dangerously_allow.contains(&Danger::InsecureOrigins);
    // The target `origin` holds this against the URL standard.
    let origin = Origin::try_from(value.clone()).ok();
    if lists_any(&config.allow_origins) {
        return origin.is_some_and(|origin| accepts_http || !is_insecure(&origin));
    }
    let is_matched = |pattern: &String| {
        pattern == "null" && value == "null"
            || naive::origins::matches(pattern, value.as_bytes(), naive::is_punycode)
    };
    let has_cookies = config.allow_credentials || config.refuse_disallowed_origins.is_some();
    let sees_http = !config.allow_private_network && (accepts_http || !has_cookies);
    let is_chosen = |domain: &String| {
        origin.is_some_and(|origin| {
            (sees_http || !is_insecure(&origin)) && origin.is_subdomain_of(domain)
        })
    };
    config.allow_origins.iter().any(is_matched) || predicate.as_ref().is_some_and(is_chosen)
}

fn is_insecure(origin: &Origin) -> bool {
    let name = origin.host().strip_suffix('.').unwrap_or(origin.host());
    let is_loopback = name == "localhost"
        || name.ends_with(".localhost")
        || name == "[::1]"
        || name.parse().is_ok_and(|address: Ipv4Addr| address.octets()[0] == 127);
    origin.scheme() == "http" && !is_loopback
}

/// Whether the layer refuses a request that is no preflight.
pub(crate) fn refuses(configuration: &Configuration, request: &Request<()>) -> bool {
    let is_upgrade =
        request.headers().contains_key(UPGRADE) || *request.method() == Method::CONNECT;
    let is_guarded = match configuration.config.refuse_disallowed_origins {
        None => false,
        Some(Refuse::Upgrades) => is_upgrade,
        Some(_) => true,
    };
    is_guarded
        && request.headers().contains_key(ORIGIN)
        && allow_origin(configuration, request).is_none()
        && !is_of_own_page(&configuration.config, request.headers())
}

/// Whether the request is from a page of the server's own: it is listed, or the browser says so.
pub(crate) fn is_of_own_page(config: &CorsConfig, headers: &HeaderMap) -> bool {
    let [value] = lines(headers, &ORIGIN)[..] else { return false };
    let says_so = matches!(
        lines(headers, &HeaderName::from_static("sec-fetch-site"))[..],
        [site] if site == "same-origin"
    );
    let origin = Origin::try_from(value.clone());
    let is_of_browser =
        value == "null" || origin.is_ok_and(|origin| ["http", "https"].contains(&origin.scheme()));
    config.own_origins.iter().any(|own| value == own) || says_so && is_of_browser
}

pub(crate) fn allows_preflight(configuration: &Configuration, request: &Request<()>) -> bool {
    allow_origin(configuration, request).is_some()
        && allows_method(&configuration.config, request.headers())
        && allows_headers(&configuration.config, request.headers())
}

fn allows_method(config: &CorsConfig, headers: &HeaderMap) -> bool {
    let [method] = lines(headers, &ACCESS_CONTROL_REQUEST_METHOD)[..] else { return false };
    let is = |name: &str| method.as_bytes() == name.as_bytes();
    let is_forbidden = ["CONNECT", "TRACE", "TRACK"]
        .iter()
        .any(|name| method.as_bytes().eq_ignore_ascii_case(name.as_bytes()));
    let is_allowed = lists_any(&config.allow_methods)
        || config.allow_methods.iter().any(|name| is(name))
        || ["GET", "HEAD", "POST"].iter().any(|name| is(name));
    is_allowed && !is_forbidden && method.len() <= 64 && is_token(method.as_bytes())
}

fn allows_headers(config: &CorsConfig, headers: &HeaderMap) -> bool {
    let lines = lines(headers, &ACCESS_CONTROL_REQUEST_HEADERS);
    let lines: Vec<Vec<u8>> = lines.iter().map(|line| line.as_bytes().to_vec()).collect();
    match (lists_any(&config.allow_headers), config.allow_credentials) {
        (true, false) => true,
        (true, true) => can_be_echoed(&lines),
        (false, _) => {
            let names = config.allow_headers.iter().map(|name| name.to_ascii_lowercase());
            let mut names: Vec<String> = names.collect();
            names.sort_unstable();
            names.dedup();
            naive::request_headers::refusal(&names, &lines).is_none()
        }
    }
}

/// Any names, but at most 32 lines and 4096 bytes of them.
fn can_be_echoed(lines: &[Vec<u8>]) -> bool {
    let whole = lines.join(&b',');
    let elements: Vec<&[u8]> = whole.split(|&byte| byte == b',').collect();
    let is_space = |byte: &u8| b" \t".contains(byte);
    let empty = elements.iter().filter(|element| element.iter().all(is_space));
    let is_in_form = |element: &&[u8]| {
        let name = element.trim_ascii();
        element.len() <= name.len() + 2 && (name.is_empty() || is_token(name))
    };
    lines.len() <= 32
        && whole.len() <= 4096
        && empty.count() <= 16
        && elements.iter().all(is_in_form)
}

pub(crate) fn lists_any(list: &[String]) -> bool {
    list.iter().any(|entry| entry == "*")
}

pub(crate) fn is_token(bytes: &[u8]) -> bool {
    let is_permitted =
        |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
    !bytes.is_empty() && bytes.iter().all(is_permitted)
}

pub(crate) fn lines<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Vec<&'a HeaderValue> {
    headers.get_all(name).iter().collect()
}
