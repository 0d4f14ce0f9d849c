//! What a request is: how far a server can tell a simple request from a preflighted one.

use http::{HeaderName, HeaderValue};
use tower_cors::RequestKind;

use crate::{
    actor::Actor::AllowedOrigin,
    case::{Ask, check_kinds, preflighted, simple},
};

/// The limits are those of the [standard](https://fetch.spec.whatwg.org/#cors-safelisted-request-header).
#[test]
fn only_safelisted_headers_keep_a_request_simple() {
    let long = "a".repeat(128);
    let longer = "a".repeat(129);
    let accept =
        |ask: Ask, lines: usize| (0..lines).fold(ask, |ask, _| ask.with(("accept", &long)));
    let (simple, preflighted) =
        (simple("GET").from(AllowedOrigin), preflighted("GET").from(AllowedOrigin));
    let (simple, preflighted) = (|| simple.clone(), || preflighted.clone());
    check_kinds(&[
        simple()
            .with(("accept", "a/b"))
            .with(("accept-language", "de"))
            .with(("content-language", "de")),
        simple().with(("accept", "a/b,\tc/d")),
        preflighted().with(("accept", "(")),
        preflighted().with(("accept-language", "de_DE")),
        simple().with(("accept", &long)),
        preflighted().with(("accept", &longer)),
        accept(simple(), 8),
        accept(preflighted(), 8).with(("accept", "a")),
        simple().with(("content-type", "Text/Plain ; charset=utf-8")),
        simple().with(("content-type", "multipart/form-data; boundary=a")),
        simple().with(("content-type", "application/x-www-form-urlencoded")),
        preflighted().with(("content-type", "text /plain")),
        preflighted().with(("content-type", "text/plain; a=\"b\"")),
        preflighted().with(("content-type", "")),
        simple().with(("range", "bytes=0-")),
        simple().with(("range", "bytes=5-10")),
        simple().with(("range", "bytes=05-5")),
        preflighted().with(("range", "bytes=6-5")),
        preflighted().with(("range", "bytes=-5")),
        preflighted().with(("range", "bytes=0-1,2-3")),
        preflighted().with(("range", "Bytes=0-")),
        simple().with((
            "range",
            "bytes=99999999999999999999999999999998-99999999999999999999999999999999",
        )),
        preflighted().with(("x-a", "1")),
        preflighted().with(("authorization", "a")),
    ]);
}

#[test]
fn headers_that_browsers_and_proxies_add_keep_a_request_simple() {
    check_kinds(&[
        simple("GET")
            .from(AllowedOrigin)
            .with(("x-request-id", "1"))
            .with(("user-agent", "a"))
            .with(("if-none-match", "b"))
            .with(("x-forwarded-for", "c"))
            .with(("cf-ray", "d")),
        simple("GET")
            .from(AllowedOrigin)
            .with(("sec-fetch-mode", "cors"))
            .with(("cookie", "a=b"))
            .with(("referer", "c"))
            .with(("dnt", "1")),
    ]);
}

/// A browser and its proxies send far fewer. The bound limits the time that a request can take.
#[test]
fn a_request_of_more_than_256_lines_is_taken_to_be_preflighted() {
    for (lines, kind) in [(255, RequestKind::Simple), (256, RequestKind::Preflighted)] {
        let mut request = simple("GET").from(AllowedOrigin).request();
        for line in 0..lines {
            let name = HeaderName::try_from(format!("x-forwarded-{line}")).unwrap();
            request.headers_mut().append(name, HeaderValue::from_static("1"));
        }
        assert_eq!(RequestKind::of(&request), kind, "{lines}");
    }
}
