//! The reasons of refusals, and outcomes in words.

use http::HeaderValue;
use tower_cors::{Outcome, Refusal, RequestKind};

use crate::{
    actor::Actor::{AllowedOrigin, Null, Stranger},
    case::{Ask, non_cors, preflight, preflighted, simple},
    decisions::full,
    headers::{Header, REQUEST_HEADERS as NAMES, REQUEST_METHOD as METHOD},
};

#[test]
#[rustfmt::skip]
fn each_refusal_says_what_was_refused() {
    let value = HeaderValue::from_static;
    let long = "a-name-longer-than-all-that-the-policy-allows-together-with-the-tolerance-for-white-space";
    let many = "x-a, x-b, x-c, x-d, x-e, x-f, x-g, x-h, x-i, x-j, x-k, x-l, x-m, x-n, x-o, x-p, x-q, x-r";
    let put = || preflight("PUT").from(AllowedOrigin);
    let policy = full().build_policy().unwrap();
    for (ask, refusal, text) in [
        (put().from(AllowedOrigin), Refusal::SeveralOrigins, "more than one Origin line"),
        (preflight("PUT").from(Null), Refusal::NullOrigin, "origin `null` is not allowed"),
        (preflight("PUT").with(("origin", "")), Refusal::MalformedOrigin(value("")), "malformed origin ``"),
        (preflight("PUT").with(("origin", "https://a\tb")), Refusal::MalformedOrigin(value("https://a\tb")), "malformed origin `https://a\\tb`"),
        (preflight("PUT").from(Stranger), Refusal::OriginNotAllowed(value("https://evil.example")), "origin `https://evil.example` is not allowed"),
        (put().with((METHOD, "PUT")), Refusal::SeveralMethods, "more than one Access-Control-Request-Method line"),
        (preflight("TrAcE").from(AllowedOrigin), Refusal::ImpossibleMethod(value("TrAcE")), "no browser sends the method `TrAcE`"),
        (preflight("").from(AllowedOrigin), Refusal::ImpossibleMethod(value("")), "no browser sends the method ``"),
        (preflight("PATCH").from(AllowedOrigin), Refusal::MethodNotAllowed(value("PATCH")), "method `PATCH` is not allowed"),
        (put().with((NAMES, "x-a,x-c")), Refusal::HeaderNotAllowed("x-c".into()), "header `x-c` is not allowed"),
        (put().with((NAMES, "x-a;x-c")), Refusal::ImpossibleHeader("x-a;x-c".into()), "no header has the name `x-a;x-c`"),
        (put().with((NAMES, "x-a,   x-b")), Refusal::MalformedRequestHeaders, "Access-Control-Request-Headers has too much white space or too many empty elements"),
        (put().with((NAMES, many)), Refusal::HeaderNotAllowed("x-c".into()), "header `x-c` is not allowed"),
        (put().with((NAMES, long)), Refusal::RequestHeadersTooLong, "Access-Control-Request-Headers is longer than the allowed names"),
    ] {
        let Outcome { kind, refusal: found, .. } = policy.explain(&ask.request());
        assert_eq!((kind, found), (RequestKind::Preflight, Some(refusal.clone())), "{ask}");
        assert_eq!(refusal.to_string(), text, "{ask}");
    }
}

#[test]
fn an_outcome_says_what_the_request_is_and_whether_it_is_allowed() {
    let policy = full().build_policy().unwrap();
    for (ask, text) in [
        (non_cors("GET"), "no CORS request"),
        (simple("GET").from(AllowedOrigin), "simple request, allowed"),
        (preflighted("PUT").from(AllowedOrigin), "preflighted request, allowed"),
        (
            preflighted("PATCH").from(AllowedOrigin),
            "preflighted request, allowed; its preflight is refused: method `PATCH` is not allowed",
        ),
        (preflight("PUT").from(AllowedOrigin), "preflight, allowed"),
        (preflight("PUT").from(Null), "preflight, refused: origin `null` is not allowed"),
    ] {
        assert_eq!(policy.explain(&ask.request()).to_string(), text, "{ask}");
    }
}

#[test]
fn reasons_are_escaped_and_short() {
    let long = HeaderValue::from_bytes("https://a\u{e9}".repeat(40).as_bytes()).unwrap();
    let text = Refusal::MalformedOrigin(long).to_string();
    assert!(text.starts_with("malformed origin `https://a\\xc3\\xa9https"), "{text}");
    assert!(text.ends_with("...`"), "{text}");
    assert!(text.len() <= "malformed origin ``".len() + 256, "{text}");
}

/// The search for a header differs for few and many headers, and for single and repeated ones.
#[test]
fn other_headers_change_no_reason() {
    const ORIGIN: Header<'_> = ("origin", AllowedOrigin.origin());
    const PUT: Header<'_> = (METHOD, "PUT");
    const OTHERS: [&str; 8] = ["x-a", "accept", "x-b", "host", "x-c", "range", "x-d", "te"];

    let policy = full().build_policy().unwrap();
    let not_allowed = Refusal::HeaderNotAllowed("x-z".into());
    let cases: [(&[Header<'_>], _); 5] = [
        (&[ORIGIN, PUT, (NAMES, "x-a")], None),
        (&[PUT, (NAMES, "X-A"), ORIGIN], None),
        (&[ORIGIN, PUT, (NAMES, "x-a"), (NAMES, "x-z")], Some(not_allowed)),
        (&[ORIGIN, ORIGIN, PUT], Some(Refusal::SeveralOrigins)),
        (&[ORIGIN, PUT, PUT], Some(Refusal::SeveralMethods)),
    ];
    let others = |count| OTHERS.iter().cycle().take(count).map(|&name| (name, "a"));
    for (headers, refusal) in cases {
        for before in 0..=OTHERS.len() {
            for after in 0..=OTHERS.len() {
                for repeated in 0..3 {
                    let lines = others(before).chain(headers.iter().copied()).chain(others(after));
                    let lines = lines.chain(others(repeated)).chain(others(repeated));
                    // In this order, which `preflight` would change.
                    let ask = lines.fold(non_cors("OPTIONS"), Ask::with);
                    let found = policy.explain(&ask.request()).refusal;
                    assert_eq!(found, refusal, "{ask}");
                }
            }
        }
    }
}
