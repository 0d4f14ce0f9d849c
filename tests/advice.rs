//! What a mistake tells to write builds: nobody is sent from one mistake to the next.

use proptest::{collection::vec, prelude::*, sample::select};
use tower_cors::{
    ConfigError, CorsLayer, CorsLayerBuilder, InvalidOriginPattern, LabelPattern, OriginPattern,
};

fn builder() -> CorsLayerBuilder {
    CorsLayer::builder().allow_origin("https://example.com")
}

/// Each list of names, with one entry.
const LISTS: [fn(&str) -> CorsLayerBuilder; 4] = [
    |name| builder().allow_method(name),
    |name| builder().allow_header(name),
    |name| builder().expose_header(name),
    |name| builder().vary_on(name),
];

/// Returns what the only mistake says to write, after checking that its text says so, too.
fn suggestion_for_name(list: fn(&str) -> CorsLayerBuilder, text: &str) -> Option<String> {
    let mistakes = list(text).build().err()?;
    assert_eq!(mistakes.iter().len(), 1, "{text:?}: {mistakes}");
    let suggestion = match mistakes.iter().next()? {
        ConfigError::InvalidMethod { suggestion, .. }
        | ConfigError::InvalidHeaderName { suggestion, .. } => suggestion.clone(),
        ConfigError::MisspelledMethod { suggestion, .. }
        | ConfigError::MisspelledHeader { suggestion, .. } => Some(suggestion.clone()),
        _ => None,
    }?;
    assert!(mistakes.to_string().ends_with(&format!("; write {suggestion:?}")), "{mistakes}");
    Some(suggestion)
}

#[test]
#[rustfmt::skip]
fn of_several_mistakes_in_a_name_the_last_one_is_answered() {
    for (builder, said) in [
        (builder().allow_method("Patch "), "allow_methods: \"Patch \" has white space or a control character, which no method has; write \"PATCH\""),
        (builder().allow_method(" put"), "allow_methods: \" put\" has white space or a control character, which no method has; write \"PUT\""),
        (builder().allow_method("'*'"), "allow_methods: \"'*'\" has a quotation mark, which no method has; write \"*\""),
        (builder().allow_method("'any'"), "allow_methods: \"'any'\" has a quotation mark, which no method has; write \"*\""),
        (builder().allow_method(" trace"), "allow_methods: \"trace\" is a method that no script can send; remove it"),
        (builder().allow_method("PUT, *"), "allow_methods: \"PUT, *\" looks like a list, and is read as one method; write \"*\" alone for any, or each method but the `*` as an entry of its own, such as \"PUT\" (in an environment variable, with commas between them)"),
        (builder().allow_header("ContentType "), "allow_headers: \"ContentType \" has white space or a control character, which no header name has; write \"content-type\""),
        (builder().allow_header(" Cookie"), "allow_headers: \"cookie\" is a header that no script can set, so no preflight asks for it; remove it, and allow credentials for cookies to be sent"),
        (builder().allow_header("contentLength"), "allow_headers: \"content-length\" is a header that no script can set, so no preflight asks for it; remove it"),
        (builder().allow_header("$HEADERS,"), "allow_headers: \"$HEADERS,\" looks like a list, and is read as one header name; write each header name as an entry of its own, such as \"content-type\" (in an environment variable, with commas between them)"),
        (builder().allow_header("*, authorization"), "allow_headers: \"*, authorization\" looks like a list, and is read as one header name; write each header name as an entry of its own, such as \"content-type\" (in an environment variable, with commas between them)"),
        (builder().expose_header("*, authorization"), "expose_headers: \"*, authorization\" looks like a list, and is read as one header name; write \"*\" alone for any, or each header name but the `*` as an entry of its own, such as \"content-type\" (in an environment variable, with commas between them)"),
        (builder().expose_header("*, etag"), "expose_headers: \"*, etag\" looks like a list, and is read as one header name; write \"*\" alone for any, or each header name but the `*` as an entry of its own, such as \"content-type\" (in an environment variable, with commas between them)"),
        (builder().expose_header(" set-cookie"), "expose_headers: \"set-cookie\" is a header that no script can read on the response to its request; remove it"),
        (builder().vary_on("*, origin"), "vary_on: \"*, origin\" looks like a list, and is read as one header name; write each header name but the `*` as an entry of its own, such as \"content-type\" (in an environment variable, with commas between them)"),
        (builder().vary_on("'*'"), "vary_on: \"'*'\" has a quotation mark, which no header name has; write each header name as an entry of its own, such as \"content-type\" (in an environment variable, with commas between them)"),
    ] {
        assert_eq!(builder.build().unwrap_err().to_string(), said);
    }
}

/// `http` limits the length of a name.
#[test]
fn a_name_that_is_only_too_long_has_no_suggestion() {
    let mistakes = builder().allow_header("a".repeat(1 << 17)).build().unwrap_err();
    let [ConfigError::InvalidHeaderName { suggestion, .. }] = Vec::from_iter(&mistakes)[..] else {
        panic!("another mistake")
    };
    assert_eq!(*suggestion, None);
}

#[test]
fn a_name_that_is_suggested_builds() {
    let mut suggested = 0;
    let names = [METHODS, HEADERS, WORDS].into_iter().flat_map(str::lines);
    for name in names {
        let capitals = name.to_ascii_uppercase();
        let small = name.to_ascii_lowercase();
        let camel = name.replace('-', "");
        let snake = name.replace('-', "_");
        let plural = format!("{name}s");
        let short = &name[..name.len() - 1];
        let surrounded = SURROUNDINGS.iter().flat_map(|(before, after)| {
            [name, &small, &camel].map(|text| format!("{before}{text}{after}"))
        });
        let spellings = [name, &capitals, &small, &camel, &snake, &plural, short];
        for text in surrounded.chain(spellings.map(str::to_owned)) {
            for list in LISTS {
                if let Some(suggestion) = suggestion_for_name(list, &text) {
                    assert!(list(&suggestion).build().is_ok(), "{text:?}: {suggestion:?}");
                    suggested += 1;
                }
            }
        }
    }
    assert!(suggested > 5_000, "{suggested}");
}

const SURROUNDINGS: [(&str, &str); 5] =
    [(" ", ""), ("", "\t"), ("\"", "\""), ("", ","), ("' ", " ':")];

const METHODS: &str = include_str!("names/methods.txt");
const HEADERS: &str = include_str!("names/headers.txt");

/// Names that do not build, and words that are no names.
const WORDS: &str = "*\nall\nany\ntrue\ncookie\nset-cookie\norigin\nhost\ncontent-length\naccess-control-allow-origin";

#[test]
fn a_word_for_any_is_no_suggestion_for_a_pattern() {
    for text in ["any", "\"*\"", " *", "'*',"] {
        let mistake = text.parse::<OriginPattern>().unwrap_err();
        assert_eq!(mistake.suggestion(), None, "{text}");
        assert!(mistake.to_string().ends_with("; write \"*\""), "{mistake}");
        assert!(CorsLayer::builder().allow_origin("*").build().is_ok());
    }
}

/// Origins with parts that people write into them.
fn like_an_origin() -> impl Strategy<Value = String> {
    const STARTS: [&str; 12] = [
        "https://",
        "http://",
        "*://",
        "http*://",
        "htps://",
        "HTTPS://",
        "wss://",
        "tauri://",
        "",
        " https://",
        "^https://",
        "https?://",
    ];
    const PARTS: [&str; 30] = [
        "example",
        ".com",
        ".co.uk",
        "pr-",
        "-team",
        "*",
        "*.",
        ".",
        "[a-z]+",
        ".*",
        r"\.",
        "{branch}",
        "<n>",
        "${N}",
        "(",
        ")",
        ":8080",
        ":443",
        ":*",
        "/",
        "/path",
        "?a=b",
        "vercel",
        ".app",
        "localhost",
        "$",
        "User",
        "@",
        ",",
        "'",
    ];
    (select(&STARTS), vec(select(&PARTS), 1..7))
        .prop_map(|(start, parts)| format!("{start}{}", parts.concat()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_the_text_of_a_mistake_names_builds(text in like_an_origin()) {
        if let Err(mistake) = text.parse::<OriginPattern>() {
            check(&text, &mistake)?;
        }
    }
}

/// Checks what the advice quotes, but for examples.
fn check(text: &str, mistake: &InvalidOriginPattern) -> Result<(), TestCaseError> {
    let message = mistake.to_string();
    let fault = format!("{text:?} {}; ", mistake.fault());
    let advice = message.strip_prefix(&fault).unwrap();
    let quoted: Vec<&str> = advice.split('"').collect();
    for pair in quoted.chunks_exact(2) {
        let (before, named) = (pair[0], pair[1]);
        if before.ends_with("LabelPattern ") {
            prop_assert!(named.parse::<LabelPattern>().is_ok(), "{message}");
        } else if !before.ends_with("such as ") {
            let builds = CorsLayer::builder().allow_origin(named).build().is_ok();
            prop_assert!(builds, "{message}");
        }
    }
    Ok(())
}
