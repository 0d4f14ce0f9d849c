use std::sync::LazyLock;

use http::{HeaderValue, Request, Response, header::ACCESS_CONTROL_ALLOW_ORIGIN, header::ORIGIN};
use tower_cors::{Decision, Origin, Policy};
use url::{Host, Url};

use crate::{expected, naive};

/// Bytes as the value of `Origin`: what the crate takes for an origin is one by the URL standard, as the crate `url` has
/// it, and the other way round. Only the bytes that were sent come back.
///
/// The whole input is the value.
///
/// # Panics
///
/// Panics if the crate does anything else.
pub fn origin(input: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(input) else { return };
    let origin = Origin::try_from(value.clone());
    match &origin {
        Ok(origin) => check_parts(origin, input),
        Err(_) => assert!(!is_sent_by_browsers(input), "{value:?}"),
    }
    check_answer(&value, origin.as_ref().ok());
}

fn check_parts(origin: &Origin, input: &[u8]) {
    assert_eq!(origin.as_bytes(), input);
    let (scheme, host) = (origin.scheme(), origin.host());
    let port = origin.port().map(|port| format!(":{port}")).unwrap_or_default();
    assert_eq!(origin.as_str(), format!("{scheme}://{host}{port}"));
    if !["http", "https"].contains(&scheme) {
        return assert_eq!(port, "");
    }
    match Url::parse(origin.as_str()) {
        Ok(url) => {
            // A URL has no default port, but a request may.
            let without_port = format!("{scheme}://{host}");
            let is_default = origin.port().is_some() && origin.port() == default_port(scheme);
            let text = if is_default { &without_port } else { origin.as_str() };
            assert_eq!(url.origin().ascii_serialization(), text);
        }
        Err(error) => {
            // The tables of IDNA refuse some Punycode.
            let mut labels = host.split('.').filter(|label| label.starts_with("xn--")).peekable();
            let is_for_tables = labels.peek().is_some() && labels.all(naive::is_punycode);
            assert!(is_for_tables, "{origin}: {error}");
        }
    }
}

fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    }
}

/// Whether the value is the serialization of an origin. Left out are hosts that have no name in DNS, the port 0, and IPv4
/// addresses in IPv6 form.
fn is_sent_by_browsers(value: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(value) else { return false };
    let Ok(url) = Url::parse(text) else { return false };
    let is_origin = ["http", "https"].contains(&url.scheme())
        && url.origin().ascii_serialization() == text
        && url.port() != Some(0);
    let is_in_dns = match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.strip_suffix('.').unwrap_or(name);
            name.len() <= 253
                && name.split('.').all(|label| {
                    let is_permitted =
                        |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
                    (1..=63).contains(&label.len()) && label.bytes().all(is_permitted)
                })
        }
        Some(Host::Ipv4(_)) => true,
        Some(Host::Ipv6(address)) => address.to_ipv4_mapped().is_none(),
        None => false,
    };
    is_origin && is_in_dns
}

fn check_answer(value: &HeaderValue, origin: Option<&Origin>) {
    let request = Request::get("/").header(ORIGIN, value).body(()).unwrap();
    let Decision::Forward(headers) = POLICY.decide(&request) else { panic!("it is forwarded") };
    let mut response = Response::new(());
    headers.apply(response.headers_mut());

    let is_chosen = |origin: &Origin| {
        let name = origin.host();
        let has_domain = ["http", "https"].contains(&origin.scheme());
        let is_below = has_domain && name.ends_with(".example.org");
        is_below || origin.scheme() == "app"
    };
    let is_matched = naive::origins::matches(PATTERN, value.as_bytes(), naive::is_punycode);
    assert!(!is_matched || origin.is_some(), "{value:?}");
    let expected = if is_matched || origin.is_some_and(is_chosen) { vec![value] } else { vec![] };
    assert_eq!(expected::lines(response.headers(), &ACCESS_CONTROL_ALLOW_ORIGIN), expected);
}

/// Built once, because that takes longer than all the rest.
static POLICY: LazyLock<Policy> = LazyLock::new(|| {
    let builder = Policy::builder().allow_origin(PATTERN).allow_origin_if(|origin, _| {
        origin.is_subdomain_of("example.org") || origin.scheme() == "app"
    });
    builder.build_policy().unwrap()
});

const PATTERN: &str = "https://*.example.com:*";
