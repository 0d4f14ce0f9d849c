//! Names and patterns that must not be configured.

use tower_cors::CorsLayer;

use crate::{
    actor::Actor::AllowedOrigin,
    case::{check, preflight},
    headers::PREFLIGHT_VARY,
};

#[tokio::test]
async fn forbidden_methods_do_not_build_and_are_refused() {
    const METHODS: [&str; 9] =
        ["CONNECT", "connect", "Connect", "TRACE", "trace", "Trace", "TRACK", "track", "Track"];
    let builder = || CorsLayer::builder().allow_origin(AllowedOrigin.origin());
    for method in METHODS {
        let mistakes = builder().allow_method(method).build().unwrap_err();
        assert_eq!(
            mistakes.to_string(),
            format!("allow_methods: {method:?} is a method that no script can send; remove it")
        );
    }
    for builder in [builder(), builder().allow_credentials(true)] {
        let layer = builder.allow_any_method().build().unwrap();
        let refused =
            METHODS.map(|method| preflight(method).from(AllowedOrigin).refused(&[PREFLIGHT_VARY]));
        check(&layer, &refused).await;
    }
}

/// Patterns that other products read as more than they say.
#[test]
#[rustfmt::skip]
fn a_wildcard_inside_a_host_or_scheme_does_not_build() {
    const STAR: &str = "has a `*` that is neither the whole first label nor the whole port; write each origin by itself, with `*.` before a domain for its subdomains, and `:*` for any port";
    const REGEX: &str = "looks like a regular expression, and patterns are none; write each origin by itself, with `*.` before a domain for its subdomains, and `:*` for any port";
    let cases = [
        ("https://example.com/*", r#"has a path or a trailing slash, and browsers send origins without; write "https://example.com""#),
        ("http://localhost/*", r#"has a path or a trailing slash, and browsers send origins without; write "http://localhost""#),
        ("https://example.com*", STAR),
        ("https://example.*", STAR),
        ("https://*.example.*", STAR),
        ("https://**", STAR),
        ("https://*.*", STAR),
        ("http://localhost:3*", STAR),
        ("http*://example.com", r#"has a `*` in its scheme, and no scheme has a wildcard; write "https://example.com" and "http://example.com", or the one that you use"#),
        ("*://example.com", r#"has a `*` in its scheme, and no scheme has a wildcard; write "https://example.com" and "http://example.com", or the one that you use"#),
        ("**.example.com", r#"has no scheme, and an origin is scheme, host and port; write "https://*.example.com""#),
        (r"/^https://example\.com$/g", REGEX),
        ("https://[a-z]+.example.com", REGEX),
    ];
    for (pattern, text) in cases {
        let mistakes = CorsLayer::builder().allow_origin(pattern).build().unwrap_err();
        assert_eq!(mistakes.to_string(), format!("allow_origins: {pattern:?} {text}"));
    }
}
