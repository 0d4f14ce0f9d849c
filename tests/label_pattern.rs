//! Patterns with a `*` within the first label.

use http::{HeaderValue, Request, StatusCode};
use proptest::{collection::vec, prelude::*, sample::select};
use tower_cors::{
    ConfigError, CorsLayer, Danger, Decision, LabelPattern, Origin, OriginPattern, Policy,
};

const SOURCE: &str = include_str!("../src/origin/label.rs");

fn origin(text: &str) -> Option<Origin> {
    Origin::try_from(HeaderValue::from_str(text).ok()?).ok()
}

fn matches(pattern: &str, text: &str) -> bool {
    let pattern: LabelPattern = pattern.parse().unwrap();
    pattern.matches(&origin(text).unwrap())
}

#[test]
fn the_table_of_permitted_patterns_is_true() {
    let rows = rows("| permitted | matches |");
    assert_eq!(rows.len(), 4);
    for row in rows {
        let (pattern, matching) = (&row[0], &row[1]);
        assert!(matches(pattern, matching), "{pattern} {matching}");
        for other in &row[2..] {
            assert!(!matches(pattern, other), "{pattern} {other}");
        }
        let pattern: LabelPattern = pattern.parse().unwrap();
        assert_eq!((pattern.as_str(), pattern.to_string()), (&*row[0], row[0].clone()));
        assert_eq!(format!("{pattern:?}"), format!("LabelPattern({:?})", row[0]));
    }
}

#[test]
fn the_table_of_prohibited_patterns_is_true() {
    let rows = rows("| prohibited | because |");
    assert_eq!(rows.len(), 6);
    for row in rows {
        assert!(row[0].parse::<LabelPattern>().is_err(), "{}", row[0]);
    }
}

/// What is quoted in the rows of a table of the documentation.
fn rows(header: &str) -> Vec<Vec<String>> {
    let table = SOURCE.split(header).nth(1).unwrap();
    let lines = table.lines().skip(2).take_while(|line| line.starts_with("/// |"));
    lines.map(|line| line.split('`').skip(1).step_by(2).map(str::to_owned).collect()).collect()
}

#[test]
fn a_text_that_is_no_pattern_says_what_to_write() {
    for (text, message) in [
        (
            "https://shop.vercel.app",
            "has no `*`, so it is a single origin; give it to allow_origin",
        ),
        (
            "https://shop-*-*.vercel.app",
            "has more than one `*`, and only one part of the first label can vary; write one",
        ),
        (
            "https://shop.*-acme.vercel.app",
            r#"has its `*` outside of the first label; write it within that label, such as "https://pr-*.example.com""#,
        ),
        (
            "https://*.vercel.app",
            "has no letter or digit beside the `*` in its label, so it matches every name there; write what your \
             names have in common, or give a `*.` to allow_origin if all the names are yours",
        ),
        (
            "https://-*-.vercel.app",
            "has no letter or digit beside the `*` in its label, so it matches every name there; write what your \
             names have in common, or give a `*.` to allow_origin if all the names are yours",
        ),
        (
            "http://pr-*",
            r#"has no domain after the label with the `*`, so every network has its own such hosts; write one, such as "https://pr-*.example.com""#,
        ),
        (
            "https://*-shop.com",
            r#"matches names directly below the public suffix "com", which anyone can register; write the `*` before a domain of yours, or list the names"#,
        ),
        (
            "https://*-shop.com.",
            r#"matches names directly below the public suffix "com", which anyone can register; write the `*` before a domain of yours, or list the names"#,
        ),
        (
            "https://shop-*.vercel.app/",
            r#"has a path or a trailing slash, and browsers send origins without; write a pattern such as "https://pr-*.example.com""#,
        ),
        (
            "https://Shop-*.vercel.app",
            r#"has upper-case letters, and browsers send origins in lower case; write a pattern such as "https://pr-*.example.com""#,
        ),
        (
            "https://shöp-*.vercel.app",
            r#"is not all ASCII, and browsers send such hosts in Punycode; write a pattern such as "https://pr-*.example.com""#,
        ),
        (
            "shop-*.vercel.app",
            r#"has no scheme, and an origin is scheme, host and port; write a pattern such as "https://pr-*.example.com""#,
        ),
        (
            "htps://shop-*.vercel.app",
            r#"has a scheme that is one slip away from `https`; write a pattern such as "https://pr-*.example.com""#,
        ),
        (
            "tauri://shop-*.localhost",
            r#"has a `*` in the host of an application's own scheme, which is matched as a whole; write a pattern such as "https://pr-*.example.com""#,
        ),
        (
            "https://shop-*.vercel.app:443",
            r#"has its scheme's default port, which browsers leave out; write a pattern such as "https://pr-*.example.com""#,
        ),
        (
            "http://shop-*.vercel.app:80",
            r#"has its scheme's default port, which browsers leave out; write a pattern such as "https://pr-*.example.com""#,
        ),
        (
            "https://shop-*.vercel.app:0",
            r#"has port 0, which no server has; write a pattern such as "https://pr-*.example.com""#,
        ),
        (
            "https://1*.2.3.4",
            r#"has a host that ends in a number, which browsers take for an IPv4 address and send otherwise; write a pattern such as "https://pr-*.example.com""#,
        ),
        (
            "https://xn--*.example.com",
            "has its `*` in a label in Punycode, where each letter depends on all others; list the names",
        ),
        (
            "https://shop-1.vercel.app:*",
            r#"has its `*` outside of the first label; write it within that label, such as "https://pr-*.example.com""#,
        ),
    ] {
        let mistake = text.parse::<LabelPattern>().unwrap_err();
        assert_eq!(mistake.to_string(), format!("{text:?} {message}"));
        assert_eq!(mistake.text(), text);
    }
}

#[cfg(feature = "public-suffix")]
#[test]
fn names_that_registries_sell_do_not_parse_and_names_of_companies_do() {
    for (domain, parses) in [
        ("com", false),
        ("co.uk", false),
        ("kobe.jp", false),
        ("unlisted", false),
        ("vercel.app", true),
        ("netlify.app", true),
        ("pages.dev", true),
        ("example.com", true),
        ("example.co.uk", true),
        ("localhost", true),
    ] {
        let pattern = format!("https://shop-*.{domain}");
        assert_eq!(pattern.parse::<LabelPattern>().is_ok(), parses, "{pattern}");
    }
}

#[test]
fn the_whole_label_matches_and_nothing_else_varies() {
    let pattern = "https://shop-*-acme.vercel.app";
    for (text, matched) in [
        ("https://shop-1-acme.vercel.app", true),
        ("https://shop-git-main-acme.vercel.app", true),
        ("https://shop---acme.vercel.app", true),
        ("https://shop--acme.vercel.app", false),
        ("https://shop-acme.vercel.app", false),
        ("https://shop-a_b-acme.vercel.app", false),
        ("https://shop-a.b-acme.vercel.app", false),
        ("https://shop-1.evil-acme.vercel.app", false),
        ("https://x.shop-1-acme.vercel.app", false),
        ("https://shop-1-acme.vercel.app.evil.example", false),
        ("https://shop-1-acme.vercel.app.", false),
        ("http://shop-1-acme.vercel.app", false),
        ("https://shop-1-acme.vercel.app:443", false),
        ("https://shop-1-acme.vercel.app:8443", false),
        ("https://evil.example", false),
    ] {
        assert_eq!(matches(pattern, text), matched, "{text}");
    }
}

#[test]
fn a_list_points_to_it() {
    let mistakes = CorsLayer::builder().allow_origin("https://shop-*-acme.vercel.app").build();
    assert_eq!(
        mistakes.unwrap_err().to_string(),
        "allow_origins: \"https://shop-*-acme.vercel.app\" has a `*` for a part of the first label, and in a list it \
         stands for the whole label; write `*.` before the whole host (in code, allow_origin_if can ask a LabelPattern)"
    );
}

#[test]
fn with_credentials_it_needs_the_danger_of_predicates() {
    let builder = || {
        let previews: LabelPattern = "https://shop-*-acme.vercel.app".parse().unwrap();
        CorsLayer::builder()
            .allow_credentials(true)
            .allow_origin_if(move |origin, _| previews.matches(origin))
    };
    let mistakes = builder().build().unwrap_err();
    assert_eq!(mistakes.iter().collect::<Vec<_>>(), [&ConfigError::PredicateWithCredentials]);
    let policy =
        builder().dangerously_allow(Danger::PredicateWithCredentials).build_policy().unwrap();
    assert_eq!(status(&policy, "https://shop-1-acme.vercel.app"), StatusCode::NO_CONTENT);
    assert_eq!(status(&policy, "https://shop-acme.vercel.app"), StatusCode::FORBIDDEN);
}

/// The status of the answer to a preflight.
fn status(policy: &Policy, origin: &str) -> StatusCode {
    let request = Request::options("/").header("origin", origin);
    let request = request.header("access-control-request-method", "GET").body(()).unwrap();
    let Decision::Respond(answer) = policy.decide(&request) else { panic!("it is answered") };
    answer.status()
}

/// Matches letter by letter, with every possible end of what the `*` stands for.
fn naive(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern, text) {
        ([b'*', rest @ ..], _) => (1..=text.len()).any(|end| {
            let (middle, after) = text.split_at(end);
            middle.iter().all(|byte| b"abcdefghijklmnopqrstuvwxyz0123456789-".contains(byte))
                && naive(rest, after)
        }),
        ([expected, pattern @ ..], [byte, text @ ..]) => expected == byte && naive(pattern, text),
        (rest, text) => rest.is_empty() && text.is_empty(),
    }
}

const PATTERNS: [&str; 6] = [
    "https://shop-*-acme.vercel.app",
    "https://*--shop.netlify.app",
    "https://pr-*.example.com",
    "https://pr-*.example.com:8443",
    "http://a*a.localhost",
    "https://a*.b.example.org.",
];

/// Origins made of a pattern and a text in place of its `*`, with some letters changed.
fn near_origin() -> impl Strategy<Value = (&'static str, String)> {
    let middle = "[a-z0-9_.-]{0,4}";
    let letters = "a-.:*/_1A".chars().collect::<Vec<_>>();
    let change = (0..3_u8, any::<prop::sample::Index>(), select(letters));
    (select(&PATTERNS), middle, vec(change, 0..3)).prop_map(|(pattern, middle, changes)| {
        (pattern, changed(&pattern.replace('*', &middle), changes))
    })
}

fn changed(text: &str, changes: Vec<(u8, prop::sample::Index, char)>) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    for (kind, place, letter) in changes {
        let place = place.index(letters.len());
        match kind {
            0 => letters[place] = letter,
            1 => letters.insert(place, letter),
            _ => drop(letters.remove(place)),
        }
    }
    letters.into_iter().collect()
}

/// Patterns with some letters changed.
fn near_pattern() -> impl Strategy<Value = String> {
    let letters = r"*.-:/@_a1AZß[]\ %".chars().collect::<Vec<_>>();
    let change = (0..3_u8, any::<prop::sample::Index>(), select(letters));
    (select(&PATTERNS), vec(change, 0..4)).prop_map(|(pattern, changes)| changed(pattern, changes))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn it_matches_what_a_naive_matcher_does((pattern, text) in near_origin()) {
        if let Some(origin) = origin(&text) {
            let matched = pattern.parse::<LabelPattern>().unwrap().matches(&origin);
            // Punycode stands for another text, in which the fixed part is somewhere else.
            let expected =
                naive(pattern.as_bytes(), text.as_bytes()) && !origin.host().starts_with("xn--");
            prop_assert_eq!(matched, expected, "{} {}", pattern, text);
        }
    }

    #[test]
    fn a_pattern_that_parses_matches_an_origin_and_is_fixed_but_for_a_part_of_the_first_label(
        text in near_pattern()
    ) {
        match text.parse::<LabelPattern>() {
            Ok(pattern) => {
                let shortest = text.replace('*', "a");
                prop_assert!(pattern.matches(&origin(&shortest).unwrap()), "{}", text);
                prop_assert!(text.parse::<OriginPattern>().is_err(), "{}", text);
                prop_assert!(shortest.parse::<OriginPattern>().is_ok(), "{}", text);
                let host = text.split_once("://").unwrap().1;
                let (label, domain) = host.split_once('.').unwrap();
                prop_assert!(label.contains('*') && !domain.contains('*'), "{}", text);
            }
            Err(mistake) => {
                let message = mistake.to_string();
                prop_assert!(message.starts_with(&format!("{text:?} ")), "{}", message);
                prop_assert!(message.contains("; "), "{}", message);
            }
        }
    }
}

/// Each letter of such a label depends on all others, so its beginning says nothing.
#[test]
fn a_label_in_punycode_never_matches() {
    let pattern: LabelPattern = "https://x*-a.vercel.app".parse().unwrap();
    let origin = |text: &'static str| Origin::try_from(HeaderValue::from_static(text)).unwrap();
    assert!(pattern.matches(&origin("https://xa-a.vercel.app")));
    assert!(!pattern.matches(&origin("https://xn--fa-hia-a.vercel.app")));
}
