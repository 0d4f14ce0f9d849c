//! Origins and the patterns that match them, as the public types show them.

use http::HeaderValue;
use tower_cors::{CorsLayer, Danger, Origin, OriginPattern, OriginSet};

use crate::decisions::full;

#[test]
fn hosts_with_empty_labels_are_no_origins() {
    for text in ["https://.", "http://.", "https://.:8080", "https://example.com..", "https://.a"] {
        assert!(text.parse::<OriginPattern>().is_err(), "{text}");
        let any = "https://*.example.com".parse::<OriginPattern>().unwrap();
        let set: OriginSet = [any].into_iter().collect();
        assert!(!set.contains(&HeaderValue::from_static(text)), "{text}");
        assert!(Origin::try_from(HeaderValue::from_static(text)).is_err(), "{text}");
    }
    for text in ["https://*..", "https://.:*", "https://*.example.com.."] {
        assert!(text.parse::<OriginPattern>().is_err(), "{text}");
    }
}

/// Each is one step from a text that a browser sends.
#[test]
fn a_host_or_port_that_no_browser_sends_makes_no_origin() {
    for text in [
        "tauri://localhost:80",
        "https://a..b..example.com",
        "https://xn--",
        "https://xn--a-.b--c.example.com",
        "https://[1::0]",
        "https://example.com:80:81",
    ] {
        assert!(text.parse::<OriginPattern>().is_err(), "{text}");
        assert!(Origin::try_from(HeaderValue::from_static(text)).is_err(), "{text}");
    }
}

#[test]
fn a_set_is_empty_until_there_is_a_pattern_of_any_kind() {
    assert!(OriginSet::default().is_empty());
    for pattern in ["https://a.com", "https://a.com:*", "https://*.a.com", "https://*.a.com:*"] {
        let set: OriginSet = [pattern.parse::<OriginPattern>().unwrap()].into_iter().collect();
        assert!(!set.is_empty(), "{pattern}");
    }
}

#[test]
fn many_patterns_of_each_kind_are_found() {
    let patterns: Vec<String> = (0..20)
        .flat_map(|index| {
            // Domains of many lengths, each a subdomain of the one before.
            let domain = "a.".repeat(index) + "example";
            [
                format!("https://{index}.com"),
                format!("https://{index}.com:*"),
                format!("http://*.{domain}:{}", index + 1),
            ]
        })
        .collect();
    let set: OriginSet =
        patterns.iter().map(|pattern| pattern.parse::<OriginPattern>().unwrap()).collect();
    for pattern in patterns {
        let origin = pattern.replace("*.", "b.").replace(":*", ":8443");
        assert!(set.contains(&HeaderValue::from_str(&origin).unwrap()), "{origin}");
    }
    assert!(!set.contains(&HeaderValue::from_static("http://b.a.a.a:1")));
}

#[test]
fn a_policy_allows_an_origin_by_its_patterns_alone() {
    let value = HeaderValue::from_static;
    let policy = full().build_policy().unwrap();
    assert!(policy.allows_origin(&value("https://app.example.com")));
    assert!(policy.allows_origin(&value("https://a.example.net")));
    assert!(!policy.allows_origin(&value("https://example.net")));
    assert!(!policy.allows_origin(&value("null")));
    assert!(!CorsLayer::public().policy().allows_origin(&value("https://app.example.com")));
    let reflecting = CorsLayer::builder()
        .allow_any_origin()
        .allow_credentials(true)
        .dangerously_allow(Danger::AnyOriginWithCredentials)
        .build_policy()
        .unwrap();
    assert!(!reflecting.allows_origin(&value("https://app.example.com")));
}
