//! What is suggested instead of a text that is no origin pattern, which is never another host.

mod origin_texts;

use origin_texts::{message, suggestion};
use proptest::{collection::vec, prelude::*, sample::select};
use tower_cors::OriginPattern;

#[test]
fn a_regular_expression_is_recognised_and_translated_where_a_pattern_says_the_same() {
    let fault = "looks like a regular expression, and patterns are none; write";
    for (expression, pattern) in [
        (r"https://example\.com", "https://example.com"),
        (r"^https://example\.com$", "https://example.com"),
        (r"/^https:\/\/example\.com$/", "https://example.com"),
        ("https://example.com$", "https://example.com"),
        (r"https://.*\.example\.com", "https://*.example.com"),
        (r"https://.+\.example\.com$", "https://*.example.com"),
        (r"^https://.*\.my\-site\.com(:\d+)?$", "https://*.my-site.com:*"),
        ("https://.*.example.com", "https://*.example.com"),
        (r"http://localhost(:[0-9]+)?", "http://localhost:*"),
    ] {
        assert_eq!(message(expression), format!("{expression:?} {fault} {pattern:?}"));
    }
    for expression in [
        r"https://(www\.)?example\.com$",
        "https?://example.com",
        r"https?://.*\.example\.com",
        r"(https|http)://.*\.example\.com",
        r"https://[a-z]+\.example\.com",
        r"https://[^.]+\.example\.com",
        r"https://.*example\.com",
        r"http://localhost:\d+",
        r"https://example\.com|https://example\.org",
        r"\w+",
        "^",
    ] {
        let advice = "each origin by itself, with `*.` before a domain for its subdomains, and `:*` for any port";
        assert_eq!(message(expression), format!("{expression:?} {fault} {advice}"));
    }
}

#[test]
fn a_host_that_may_go_on_is_not_suggested() {
    for (text, written) in [
        ("https://exam/ple.com", None),
        ("https://exam#ple.com", None),
        (r"https://exam\xple.com", None),
        ("https://exam?ple.com", None),
        ("https://example.co?m", None),
        ("https://example.com?a=b", Some("https://example.com")),
        ("https://example.com#a", Some("https://example.com")),
        ("https://example.com/a.b", Some("https://example.com")),
        ("http://intranet/path", Some("http://intranet")),
        ("http://localhost/index.html", Some("http://localhost")),
        ("http://[::1]/index.html", Some("http://[::1]")),
        ("example.com:/path", Some("https://example.com")),
        ("localhost:/path", Some("http://localhost")),
        (r"https:\\example.com", Some("https://example.com")),
    ] {
        assert_eq!(suggestion(text).as_deref(), written, "{text}");
    }
}

/// Origins with one to three letters changed.
fn mutated() -> impl Strategy<Value = String> {
    const ORIGINS: [&str; 9] = [
        "https://example.com",
        "http://www.example.com:8080",
        "https://*.example.com",
        "http://localhost:3000",
        "http://192.168.1.7:3000",
        "tauri://localhost",
        "example.com",
        "https://user@example.com/path?a=b.c#d",
        "https://a.com,https://b.com",
    ];
    let letters = r#"\.*+?()[]{}|^$/:#@-_ ,;"'aXß1"#.chars().collect::<Vec<_>>();
    let change = (0..3_u8, any::<prop::sample::Index>(), select(letters));
    (select(&ORIGINS), vec(change, 1..4)).prop_map(|(origin, changes)| {
        let mut letters: Vec<char> = origin.chars().collect();
        for (kind, place, letter) in changes {
            let place = place.index(letters.len());
            match kind {
                0 => letters[place] = letter,
                1 => letters.insert(place, letter),
                _ if letters.len() > 1 => drop(letters.remove(place)),
                _ => {}
            }
        }
        letters.into_iter().collect()
    })
}

/// Texts of the parts of regular expressions and URLs.
fn like_a_regular_expression() -> impl Strategy<Value = String> {
    const PARTS: [&str; 34] = [
        "https", "http", "s?", "://", r":\/\/", "^", "$", "(", ")", "(?:", "|", r"\.", ".", "*",
        "+", "?", ".*", ".+", "[a-z]", "[^.]+", r"\d", r"\w+", "{2}", "www", "example", "com", "/",
        ":", "3000", "@", "-", r"\", "#", "=",
    ];
    let start = select(&["https://", "http://", "^https://", "https?://", ""]);
    (start, vec(select(&PARTS), 1..10))
        .prop_map(|(start, parts)| format!("{start}{}", parts.concat()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_suggestion_names_a_host_that_was_written(text in prop_oneof![mutated(), like_a_regular_expression()]) {
        if let Err(mistake) = text.parse::<OriginPattern>()
            && let Some(suggestion) = mistake.suggestion()
            && suggestion != "*"
        {
            prop_assert!(suggestion.parse::<OriginPattern>().is_ok(), "{text:?}: {suggestion}");
            prop_assert!(is_written(suggestion, &text), "{text:?}: {suggestion}");
        }
    }
}

#[test]
fn an_address_gets_its_brackets() {
    for (text, suggestion) in
        [("https://3000::", "https://[3000::]"), ("https://::1", "https://[::1]")]
    {
        let mistake = text.parse::<OriginPattern>().unwrap_err();
        assert_eq!(mistake.suggestion(), Some(suggestion), "{mistake}");
        assert!(is_written(suggestion, text));
        assert!(!is_written(suggestion, "https://app.example.com"));
    }
}

/// Returns whether the text has the suggestion's host, and more of a host neither before nor after it. Escaped letters
/// count as themselves.
fn is_written(suggestion: &str, text: &str) -> bool {
    let suggestion = suggestion.to_ascii_lowercase();
    let authority = suggestion.split_once("://").unwrap().1;
    // An IPv6 address may lack its brackets.
    let host = match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => authority.rsplit_once(':').map_or(authority, |(host, _)| host),
    };
    let (wildcard, host) = host.strip_prefix("*.").map_or((false, host), |host| (true, host));
    let escaped = [r"\.", r"\-", r"\/", r"\:"].into_iter();
    let text = escaped.fold(text.to_ascii_lowercase(), |text, it| text.replace(it, &it[1..]));
    text.match_indices(host).any(|(start, _)| {
        let (before, after) = (&text[..start], &text[start + host.len()..]);
        let begins = before.is_empty()
            || before.ends_with(['/', ':', '@', '[', '\\', ' ', '"', '\'', ',', ';', '|', '^'])
            || wildcard && before.ends_with(['.', '*']);
        let ends = after.is_empty()
            || after.starts_with(['/', ':', ']', '#', '$', ' ', '"', '\'', ',', ';', '|'])
            || after.starts_with('?') && after.contains('=')
            || after.starts_with(r"(:")
            || after.starts_with("(?::");
        begins && ends
    })
}
