//! Patterns with a `*` within the first label.

#[path = "naive/labels.rs"]
mod naive;

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
    assert_eq!(rows.len(), 8);
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
            "has more than one `*`, and only one part of the first label can vary; write one, and what your names have in common",
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
            r#"has a path or a trailing slash, and browsers send origins without; write "https://shop-*.vercel.app""#,
        ),
        (
            "https://Shop-*.vercel.app",
            r#"has upper-case letters, and browsers send origins in lower case; write "https://shop-*.vercel.app""#,
        ),
        (
            "https://shöp-*.vercel.app",
            r#"is not all ASCII, and browsers send such hosts in Punycode; write a pattern such as "https://pr-*.example.com""#,
        ),
        (
            "shop-*.vercel.app",
            r#"has no scheme, and an origin is scheme, host and port; write "https://shop-*.vercel.app""#,
        ),
        (
            "htps://shop-*.vercel.app",
            r#"has a scheme that is one slip away from `https`; write "https://shop-*.vercel.app""#,
        ),
        (
            "tauri://shop-*.localhost",
            r#"has a `*` in the host of an application's own scheme, which is matched as a whole; write a pattern such as "https://pr-*.example.com""#,
        ),
        (
            "https://shop-*.vercel.app:443",
            r#"has its scheme's default port, which browsers leave out; write "https://shop-*.vercel.app""#,
        ),
        (
            "http://shop-*.vercel.app:80",
            r#"has its scheme's default port, which browsers leave out; write "http://shop-*.vercel.app""#,
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
            "has its `*` for the port, and no part of its host varies; give it to allow_origin",
        ),
        (
            "http://shop-*-acme.vercel.app:*",
            "has a `*` for its port too, and only a part of the first label can vary; write the port, or leave it out \
             for the default one",
        ),
        (
            "tauri://localhost:*",
            r#"has a `*` in the host of an application's own scheme, which is matched as a whole; write a pattern such as "https://pr-*.example.com""#,
        ),
        (
            "https://shop.vercel.app:443",
            r#"has its scheme's default port, which browsers leave out; write a pattern such as "https://pr-*.example.com""#,
        ),
        (
            "shop.vercel.app",
            r#"has no scheme, and an origin is scheme, host and port; write a pattern such as "https://pr-*.example.com""#,
        ),
        (
            "*://shop-*-acme.vercel.app",
            r#"has a `*` in its scheme, and no scheme has a wildcard; write a pattern such as "https://pr-*.example.com""#,
        ),
        (
            " https://shop-*-acme.vercel.app, ",
            r#"looks like a list, and is read as one origin; write "https://shop-*-acme.vercel.app""#,
        ),
        (
            "https://a-*.example.com, https://b-*.example.com",
            "looks like a list, and is read as one origin; parse each pattern by itself",
        ),
        (
            "https://shop-**-acme.vercel.app",
            r#"has more than one `*`, and only one part of the first label can vary; write "https://shop-*-acme.vercel.app""#,
        ),
    ] {
        let mistake = text.parse::<LabelPattern>().unwrap_err();
        assert_eq!(mistake.to_string(), format!("{text:?} {message}"));
        assert_eq!(mistake.text(), text);
    }
}

#[test]
fn a_regular_expression_or_a_template_is_answered_with_the_pattern_that_it_means() {
    let expression = "looks like a regular expression, and patterns are none";
    let template = "has a placeholder, and a pattern has a `*` for the part that varies";
    for (text, fault, written) in [
        ("https://proj-[a-z0-9]+-team.vercel.app", expression, "https://proj-*-team.vercel.app"),
        ("https://proj-.*-team.vercel.app", expression, "https://proj-*-team.vercel.app"),
        (r"^https://proj-.+-team\.vercel\.app$", expression, "https://proj-*-team.vercel.app"),
        (
            r"/^https:\/\/proj-(.*)-team\.vercel\.app$/",
            expression,
            "https://proj-*-team.vercel.app",
        ),
        (r"https://proj\-\w{8,}-team.vercel.app", expression, "https://proj-*-team.vercel.app"),
        ("https://proj-[0-9a-f]{8}-team.vercel.app", expression, "https://proj-*-team.vercel.app"),
        (r"https://proj.*\.vercel\.app", expression, "https://proj*.vercel.app"),
        ("https://proj-(?:[^.]+?).vercel.app", expression, "https://proj-*.vercel.app"),
        ("https://.*-team.vercel.app", expression, "https://*-team.vercel.app"),
        ("https://proj-{branch}-team.vercel.app", template, "https://proj-*-team.vercel.app"),
        ("https://proj-${BRANCH}-team.vercel.app", template, "https://proj-*-team.vercel.app"),
        ("https://proj-$BRANCH_1-team.vercel.app", template, "https://proj-*-team.vercel.app"),
        ("https://proj-{{ branch }}-team.vercel.app", template, "https://proj-*-team.vercel.app"),
        (
            "https://proj-git-<branch-name>-team.vercel.app/",
            template,
            "https://proj-git-*-team.vercel.app",
        ),
    ] {
        let mistake = text.parse::<LabelPattern>().unwrap_err();
        assert_eq!(mistake.to_string(), format!("{text:?} {fault}; write {written:?}"));
        assert_eq!(mistake.suggestion(), Some(written));
    }
    for (text, fault) in [
        ("https?://proj-.*-team.vercel.app", expression),
        ("https://proj-(a|b)-team.vercel.app", expression),
        ("https://proj-[a-z]-team.vercel.app", expression),
        ("https://proj-(-.*)?-team.vercel.app", expression),
        (r"https://proj-.*\steam.vercel.app", expression),
        (r"https://proj-[a[+\.vercel\.app", expression),
        ("https://proj-[a-z]+-team.co.uk$", expression),
        (r"https://[a-z]+\.example\.com", expression),
        (r"https://pr-.*\.example\.com(:\d+)?", expression),
        ("https://<project>-git-<branch>-team.vercel.app", template),
        ("https://{host}", template),
    ] {
        if text.contains("co.uk") && !cfg!(feature = "public-suffix") {
            continue;
        }
        let mistake = text.parse::<LabelPattern>().unwrap_err();
        let advice = "write a pattern such as \"https://pr-*.example.com\"";
        assert_eq!(mistake.to_string(), format!("{text:?} {fault}; {advice}"));
        assert_eq!(mistake.suggestion(), None);
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
#[rustfmt::skip]
fn a_list_points_to_it() {
    let in_label = "has a `*` for a part of the first label, and in a list it stands for the whole label";
    let each = String::from("write each origin by itself");
    let own = |pattern| {
        // Without the list of public suffixes, strangers may have some of the names.
        let is_known = cfg!(feature = "public-suffix");
        if is_known { format!("write {pattern:?} if all its names are yours") } else { each.clone() }
    };
    for (text, fault, label, other) in [
        ("https://shop-*-acme.vercel.app", in_label, "https://shop-*-acme.vercel.app", each.clone()),
        ("https://*-team.example.com", in_label, "https://*-team.example.com", own("https://*.example.com")),
        ("https://*preview.example.com", in_label, "https://*preview.example.com", own("https://*.example.com")),
        ("http://pr-*.shop.example.com:8080", in_label, "http://pr-*.shop.example.com:8080", own("http://*.shop.example.com:8080")),
        ("htps://pr-*.example.com", in_label, "https://pr-*.example.com", own("https://*.example.com")),
        ("https://Pr-*.example.com/", "has a path or a trailing slash, and browsers send origins without", "https://pr-*.example.com", own("https://*.example.com")),
        ("https://pr-.*.example.com", "looks like a regular expression, and patterns are none", "https://pr-*.example.com", own("https://*.example.com")),
        ("https://pr-{n}.example.com", "has a placeholder that nothing has filled in", "https://pr-*.example.com", String::from("write the origin that it stands for")),
    ] {
        let mistakes = CorsLayer::builder().allow_origin(text).build().unwrap_err();
        let advice = format!("in code, let allow_origin_if ask the LabelPattern {label:?}, or {other}");
        assert_eq!(mistakes.to_string(), format!("allow_origins: {text:?} {fault}; {advice}"));
        let own = CorsLayer::builder().allow_origin("https://example.com").own_origin(text);
        assert!(own.build().unwrap_err().to_string().contains("is not one origin"), "{text}");
    }
    for text in ["https://pr-*.example.com:*", "https://pr-*-*.example.com"] {
        let mistakes = CorsLayer::builder().allow_origin(text).build().unwrap_err();
        assert!(!mistakes.to_string().contains("LabelPattern"), "{text}");
    }
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
            prop_assert_eq!(matched, naive::matches(pattern, &text), "{} {}", pattern, text);
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

/// Patterns with some letters changed, and with parts of regular expressions and templates.
fn like_a_pattern() -> impl Strategy<Value = String> {
    const PARTS: [&str; 28] = [
        "https", "http", "s?", "://", "^", "$", "(", ")", "(?:", "|", r"\.", ".", "*", "+", ".*",
        "-.*", "[a-z]+", r"\d{2,}", "{branch}", "<n>", "${N}", "pr-", "-team", ".example", ".com",
        ":8080", "/", "[",
    ];
    let parts =
        vec(select(&PARTS), 0..9).prop_map(|parts| format!("https://pr-{}", parts.concat()));
    prop_oneof![near_pattern(), parts]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_suggestion_parses_and_names_a_host_that_was_written(text in like_a_pattern()) {
        if let Err(mistake) = text.parse::<LabelPattern>()
            && let Some(suggestion) = mistake.suggestion()
        {
            prop_assert!(suggestion.parse::<LabelPattern>().is_ok(), "{text:?}: {suggestion}");
            prop_assert!(is_written(suggestion, &text), "{text:?}: {suggestion}");
        }
    }
}

/// Returns whether the text has both ends of the pattern, and more of a host neither before nor after them.
fn is_written(pattern: &str, text: &str) -> bool {
    let (start, end) = pattern.split_once("://").unwrap().1.split_once('*').unwrap();
    let end = end.split(':').next().unwrap();
    let text = text.to_ascii_lowercase().replace('\\', "");
    text.match_indices(start).any(|(place, _)| {
        let (before, after) = (&text[..place], &text[place + start.len()..]);
        let begins = before.is_empty() || before.ends_with(['/', '@', ':', ' ', ',']);
        begins
            && after.match_indices(end).any(|(place, _)| {
                let after = &after[place + end.len()..];
                after.is_empty() || after.starts_with(['/', ':', '#', '$', ' ', ',', '|'])
            })
    })
}

/// Each letter of such a label depends on all others, so its beginning says nothing.
#[test]
fn a_label_in_punycode_never_matches() {
    let pattern: LabelPattern = "https://x*-a.vercel.app".parse().unwrap();
    let origin = |text: &'static str| Origin::try_from(HeaderValue::from_static(text)).unwrap();
    assert!(pattern.matches(&origin("https://xa-a.vercel.app")));
    assert!(!pattern.matches(&origin("https://xn--fa-hia-a.vercel.app")));
}
