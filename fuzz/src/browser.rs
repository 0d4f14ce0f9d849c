use std::{convert::Infallible, future::ready};

use http::{Request, Response, Uri, header::LOCATION};
use tower::service_fn;
use tower_cors::browser::{Browser, Credentials, ResponseKind};
use url::Url;

use crate::{
    exchange::now,
    fetch_standard::{Fetch, Verdict, visible},
    input,
};

/// Responses to a page's fetch: the model of a browser agrees with the steps of the Fetch standard on whether there is a
/// preflight, whether it allows the request, and what the page can read.
///
/// The blocks of an input are the page's origin with options, a request, the response to its preflight, and the response
/// to the request.
///
/// # Panics
///
/// Panics if the model disagrees.
pub fn browser(input: &[u8]) {
    let blocks = input::blocks(input);
    let block = |number: usize| blocks.get(number).map_or(&[][..], Vec::as_slice);
    let (address, options) = input::first(block(0));
    let Some(origin) = std::str::from_utf8(address).ok().and_then(page_origin) else { return };
    let request = with_absolute_target(input::request(block(1)));
    let Ok(url) = Url::parse(&request.uri().to_string()) else { return };
    let to_preflight = input::response(block(2));
    let mut response = input::response(block(3));
    // So no response is a redirect that the browser follows.
    response.headers_mut().remove(LOCATION);

    let has = |option: &[u8]| options.contains(&option);
    let fetch = Fetch {
        origin: &origin,
        is_same_origin: url.origin().ascii_serialization() == origin,
        request: &request,
        includes_credentials: has(b"include"),
        use_cors_preflight: has(b"upload_listener"),
    };
    let expected = fetch.verdict(&to_preflight, &response);
    let kind = if fetch.is_same_origin { ResponseKind::Basic } else { ResponseKind::Cors };
    let found = model(&fetch, &to_preflight, &response, kind);
    assert_eq!(found, expected);
}

/// What the model of a browser does.
fn model(
    fetch: &Fetch<'_>,
    to_preflight: &Response<String>,
    response: &Response<String>,
    kind: ResponseKind,
) -> Verdict {
    let service = service_fn(|request: Request<()>| {
        let is_preflight = request.headers().contains_key("access-control-request-method");
        let answer = if is_preflight { to_preflight } else { response };
        ready(Ok::<_, Infallible>(answer.clone()))
    });
    let browser = Browser::new(service);
    let mut page = browser.page(fetch.origin);
    let mode =
        if fetch.includes_credentials { Credentials::Include } else { Credentials::SameOrigin };
    let fetching = page.fetch(fetch.request.clone());
    let result = now(fetching.credentials(mode).upload_listener(fetch.use_cors_preflight));

    let preflight = page.exchanges().iter().find(|exchange| exchange.is_preflight());
    let preflight = preflight.map(|exchange| {
        let line = |name: &str| {
            let value = exchange.request_headers().get(name)?;
            Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        let method = line("access-control-request-method").unwrap_or_default();
        (method, line("access-control-request-headers"))
    });
    let is_sent = page.exchanges().iter().any(|exchange| !exchange.is_preflight());
    let seen = result.ok().and_then(|response| {
        assert_eq!(response.kind(), kind);
        Some((response.status()?, visible(response.headers(), |_| true)))
    });
    Verdict { preflight, is_sent, seen }
}

/// The origin of a page over http or https, or `null`.
fn page_origin(address: &str) -> Option<String> {
    if address == "null" {
        return Some(String::from("null"));
    }
    let url = Url::parse(address).ok()?;
    ["http", "https"].contains(&url.scheme()).then(|| url.origin().ascii_serialization())
}

fn with_absolute_target(mut request: Request<()>) -> Request<()> {
    let uri = request.uri();
    let is_http = matches!(uri.scheme_str(), Some("http" | "https"));
    let has_user = uri.authority().is_some_and(|authority| authority.as_str().contains('@'));
    if !is_http || has_user {
        *request.uri_mut() = Uri::from_static("https://api.example.net/items");
    }
    request
}
