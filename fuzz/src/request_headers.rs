use http::{HeaderValue, Request, header::ACCESS_CONTROL_REQUEST_HEADERS};
use tower_cors::{Decision, Policy};

use crate::{expected, input, naive};

/// Lines of `Access-Control-Request-Headers`, compared with a reading of the rules word by word.
///
/// The first line of an input has the allowed names, with a space between two. The others are the header's lines.
///
/// # Panics
///
/// Panics if the crate reads them in another way.
pub fn request_headers(input: &[u8]) {
    let lines = input::lines(input);
    let Some((Ok(names), lines)) =
        lines.split_first().map(|(names, lines)| (std::str::from_utf8(names), lines))
    else {
        return;
    };
    let names: Vec<&str> = names.split_ascii_whitespace().collect();
    let builder = Policy::builder().allow_origin("https://example.com").allow_headers(&names);
    let Ok(policy) = builder.build_policy() else { return };
    if names.contains(&"*") {
        return;
    }
    let mut request = Request::options("/")
        .header("origin", "https://example.com")
        .header("access-control-request-method", "GET")
        .body(())
        .unwrap();
    for value in lines.iter().filter_map(|line| HeaderValue::from_bytes(line).ok()) {
        request.headers_mut().append(ACCESS_CONTROL_REQUEST_HEADERS, value);
    }

    let mut names: Vec<String> = names.iter().map(|name| name.to_ascii_lowercase()).collect();
    names.sort_unstable();
    names.dedup();
    let sent = expected::lines(request.headers(), &ACCESS_CONTROL_REQUEST_HEADERS);
    let sent: Vec<Vec<u8>> = sent.iter().map(|line| line.as_bytes().to_vec()).collect();
    let expected = naive::request_headers::refusal(&names, &sent);
    let Decision::Respond(response) = policy.decide(&request) else { panic!("it is answered") };
    assert_eq!(response.status(), if expected.is_none() { 204 } else { 403 });
    assert_eq!(policy.explain(&request).refusal, expected);
}
