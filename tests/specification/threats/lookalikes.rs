//! Origins that were taken for an allowed one, by the patterns that they are like.

use tower_cors::{CorsLayer, CorsLayerBuilder, Refuse};

use crate::{
    case::{check, preflight, simple},
    headers::{ALLOW_ANY, CREDENTIALS, Header, PREFLIGHT_VARY, REFUSAL_VARY, VARY},
};

#[tokio::test]
async fn origins_that_begin_with_an_allowed_one_are_refused() {
    check_row(Row {
        patterns: &["https://example.com", "http://localhost:*"],
        allowed: &["https://example.com", "http://localhost", "http://localhost:3000"],
        refused: &[
            "https://example.com.evil.net",
            "https://example.com.example.net",
            "https://example.common.net",
            "https://example.community",
            "https://example.com-evil.net",
            "https://example.com.",
            "https://example.co",
            "https://example.com@evil.net",
            "https://example.com:443@evil.net",
            "https://example.com%2eevil.net",
            r"https://example.com\.evil.net",
            "http://localhost.example.com",
            "http://localhost.evil.net:3000",
            "http://localhost:3000.evil.net",
            "http://localhost:3000@evil.net",
        ],
    })
    .await;
}

#[tokio::test]
async fn origins_that_end_with_an_allowed_host_are_refused() {
    check_row(Row {
        patterns: &["https://example.com", "https://*.example.org"],
        allowed: &["https://example.com", "https://a.example.org", "https://a.b.example.org"],
        refused: &[
            "https://notexample.com",
            "https://evil-example.com",
            "https://a.example.com",
            "https://notexample.org",
            "https://evil-example.org",
            "https://a.notexample.org",
            "https://example.org",
            "https://.example.org",
            "https://..example.org",
            "https://a..example.org",
            "https://.a.example.org",
            "https://*.example.org",
        ],
    })
    .await;
}

#[tokio::test]
async fn origins_that_contain_an_allowed_one_are_refused() {
    check_row(Row {
        patterns: &["https://example.com"],
        allowed: &["https://example.com"],
        refused: &[
            "https://a.example.com.evil.net",
            "https://notexample.com.evil.net",
            "https://evil.net/?example.com",
            "https://evil.net?https://example.com",
            "https://evil.net#https://example.com",
            "https://evil.net/https://example.com",
            "https://https://example.com",
            "xhttps://example.com",
        ],
    })
    .await;
}

/// An origin is no regular expression.
#[tokio::test]
async fn a_dot_of_an_allowed_host_stands_for_no_other_byte() {
    check_row(Row {
        patterns: &["https://www.example.com", "https://*.api.example.com"],
        allowed: &["https://www.example.com", "https://a.api.example.com"],
        refused: &[
            "https://wwwaexample.com",
            "https://www-example.com",
            "https://www.exampleacom",
            "https://aaapi.example.com",
            "https://a.apiaexample.com",
            "https://a-api.example.com",
        ],
    })
    .await;
}

#[tokio::test]
async fn hosts_that_share_an_end_are_not_joined() {
    check_row(Row {
        patterns: &["https://foo.com", "https://bar.com", "https://*.barbar.com"],
        allowed: &["https://foo.com", "https://bar.com", "https://foo.barbar.com"],
        refused: &[
            "https://barfoo.com",
            "https://foobar.com",
            "https://foo.bar.com",
            "https://foo.foo.com",
            "https://bar.barbar.bar.com",
            "https://barbar.com",
            "https://ar.com",
            "https://com",
        ],
    })
    .await;
}

#[tokio::test]
async fn another_scheme_or_port_is_another_origin() {
    check_row(Row {
        patterns: &["https://example.com", "https://*.example.com", "http://localhost:8080"],
        allowed: &["https://example.com", "https://a.example.com", "http://localhost:8080"],
        refused: &[
            "http://example.com",
            "http://a.example.com",
            "tauri://example.com",
            "//example.com",
            "example.com",
            "https://example.com:444",
            "https://example.com:443",
            "https://example.com:80",
            "https://example.com:",
            "https://a.example.com:8443",
            "http://localhost",
            "http://localhost:80800",
            "http://localhost:08080",
            "https://localhost:8080",
        ],
    })
    .await;
}

#[tokio::test]
async fn other_spellings_of_an_allowed_origin_are_refused() {
    check_row(Row {
        patterns: &["https://example.com", "https://[2001:db8::1]", "http://127.0.0.1:*"],
        allowed: &["https://example.com", "https://[2001:db8::1]", "http://127.0.0.1:8080"],
        refused: &[
            "https://example.com/",
            "https://user@example.com",
            "HTTPS://EXAMPLE.COM",
            "https://Example.com",
            "https:example.com",
            "https://example.com?",
            "https://example.com https://evil.example",
            "https://example.com, https://evil.example",
            "https://evil.example,https://example.com",
            "https://[2001:DB8::1]",
            "https://[2001:db8:0::1]",
            "https://[2001:db8::1%25eth0]",
            "https://[2001:db8::2]",
            "https://2001:db8::1",
            "https://[2001:db8::1",
            "https://[example.com]",
            "http://127.1",
            "http://2130706433",
            "http://[::ffff:127.0.0.1]",
            "*",
            "",
        ],
    })
    .await;
}

/// Some browsers once let pages have such hosts. A wildcard must not take what follows them for its domain.
#[tokio::test]
async fn a_wildcard_matches_no_end_of_another_host() {
    check_row(Row {
        patterns: &["https://*.example.com", "https://*.example.com:8443"],
        allowed: &["https://a.example.com", "https://a.example.com:8443"],
        refused: &[
            "https://evil.net/.example.com",
            "https://evil.net?.example.com",
            "https://evil.net#.example.com",
            r"https://evil.net\.example.com",
            "https://evil.net:80.example.com",
            "https://evil.net:80/a.example.com:8443",
            "https://evil.net@a.example.com",
            "https://evil.net%2f.example.com",
            "https://a%60b.example.com",
            "https://[::1].example.com",
            "https://evil.net,https://a.example.com",
        ],
    })
    .await;
}

#[tokio::test]
async fn a_wildcard_matches_no_byte_that_host_names_do_not_have() {
    let layer = CorsLayer::builder().allow_origin("https://*.example.com").build().unwrap();
    let cases: Vec<_> = (b'\t'..=b'\t')
        .chain(b' '..=b'~')
        .chain(0x80..=0xff)
        .map(|byte| {
            let origin = [b"https://a", &[byte][..], b"b.example.com"].concat();
            let ask = simple("GET").with(("origin", &origin));
            if byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.".contains(&byte) {
                let origin = String::from_utf8(origin).unwrap();
                ask.forwarded(&[(ALLOW_ANY.0, &origin), VARY])
            } else {
                ask.forwarded(&[VARY])
            }
        })
        .collect();
    check(&layer, &cases).await;
}

struct Row {
    patterns: &'static [&'static str],
    /// So that the row is known to have the patterns that it means.
    allowed: &'static [&'static str],
    refused: &'static [&'static str],
}

/// Asserts that requests and preflights from all origins of the row are answered so, with credentials or
/// without, and where disallowed origins are refused.
async fn check_row(Row { patterns, allowed, refused }: Row) {
    let builder = || CorsLayer::builder().allow_origins(patterns);
    let refusing =
        |builder: CorsLayerBuilder| builder.refuse_disallowed_origins(Refuse::All).no_own_origins();
    for (builder, grants, refuses) in [
        (builder(), &[][..], false),
        (builder().allow_credentials(true), &[CREDENTIALS], false),
        (refusing(builder()), &[], true),
        (refusing(builder()).allow_credentials(true), &[CREDENTIALS], true),
    ] {
        let mut cases = Vec::new();
        for origin in allowed {
            let shared = [grants, &[(ALLOW_ANY.0, *origin), VARY]].concat();
            let answer = [grants, &[(ALLOW_ANY.0, *origin), PREFLIGHT_VARY]].concat();
            cases.push(simple("GET").with(("origin", origin)).forwarded(&shared));
            cases.push(preflight("POST").with(("origin", origin)).allowed(&answer));
        }
        for origin in refused {
            let ask = simple("GET").with(("origin", origin));
            let refusal: &[Header<'_>] = &[REFUSAL_VARY];
            cases.push(if refuses { ask.refused(refusal) } else { ask.forwarded(&[VARY]) });
            cases.push(preflight("POST").with(("origin", origin)).refused(&[PREFLIGHT_VARY]));
        }
        check(&builder.build().unwrap(), &cases).await;
    }
}
