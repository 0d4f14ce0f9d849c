//! Texts that are one slip away from what was meant, and texts that look like something else. Names in real use are
//! neither.

mod origin_texts;

use origin_texts::{message, suggestion};
use tower_cors::{ConfigError, ConfigErrors, CorsLayer, CorsLayerBuilder, Refuse};

fn builder() -> CorsLayerBuilder {
    CorsLayer::builder().allow_origin("https://example.com")
}

#[test]
fn a_list_in_one_text_is_recognised() {
    let each = "write each origin as an entry of its own (in an environment variable, with commas between them)";
    for text in [
        "a;b",
        "a|b",
        "https://a.com;https://b.com",
        "https://a.com|https://b.com",
        "https://a.com https://b.com",
        "https://a.com\nhttps://b.com\n",
    ] {
        let said = format!("{text:?} looks like a list, and is read as one origin; {each}");
        assert_eq!(message(text), said);
    }
    for text in ["https://a.com,", ",https://a.com", "https://a.com;", "https://a.com/, ", "a.com,"]
    {
        let said = format!(
            "{text:?} looks like a list, and is read as one origin; write \"https://a.com\""
        );
        assert_eq!(message(text), said);
    }
    for text in [
        r#"["https://a"]"#,
        r#"["https://a", "https://b"]"#,
        "['https://a']",
        "[https://a]",
        "[]",
        "[a,b]",
    ] {
        let said = format!("{text:?} looks like JSON, and is read as one origin; {each}");
        assert_eq!(message(text), said);
    }
}

#[test]
fn an_address_range_is_recognised() {
    for text in [
        "http://192.168.1.0/24",
        "192.168.1.0/24",
        "10.0.0.0/8",
        "http://[fe80::]/10",
        "fe80::/10",
        "http://192.168.*.*",
        "http://192.168.1.*:3000",
        "192.168.*",
    ] {
        let said = format!(
            "{text:?} is a range of addresses, and an origin has a single one; write each address by itself (in code, \
             allow_origin_if can decide about a range)"
        );
        assert_eq!(message(text), said);
    }
}

#[test]
fn brackets_are_asked_for_around_an_ipv6_address() {
    for (text, written) in [
        ("http://::1:3000", Some("http://[::1]:3000")),
        ("::1:3000", Some("http://[::1]:3000")),
        ("::1", Some("http://[::1]")),
        ("http://fe80::1", Some("http://[fe80::1]")),
        ("https://fe80::A:99999", None),
        // The last group may be a part of the address, or a port.
        ("http://2001:db8::5:8080", None),
        ("fe80::1", None),
        ("http://::3000", None),
    ] {
        let advice = "brackets around the address, such as \"http://[::1]:3000\"";
        let written = written.map_or(advice.to_owned(), |origin| format!("{origin:?}"));
        let said = format!("{text:?} has an IPv6 address without brackets; write {written}");
        assert_eq!(message(text), said);
    }
}

#[test]
#[rustfmt::skip]
fn words_and_schemes_that_mean_something_else() {
    for (text, said) in [
        ("any", r#"is read as one origin, not as any; write "*""#),
        ("ALL", r#"is read as one origin, not as any; write "*""#),
        ("true", r#"is read as one origin, not as any; write "*""#),
        ("data:text/html,hello", "has the scheme `data`, and such pages send `null` as their origin; write the origin of a server or of an application's scheme"),
        ("data://a", "has the scheme `data`, and such pages send `null` as their origin; write the origin of a server or of an application's scheme"),
        ("about:blank", "has the scheme `about`, and such a page has the origin of the page that made it; write that page's origin"),
        ("blob:https://a.com/1-2", "has the scheme `blob`, and such a page has the origin of the page that made it; write \"https://a.com\""),
        ("javascript:f()", "has the scheme `javascript`, which is no page's; write an origin such as \"https://example.com\""),
        ("https://${HOST}", "has a placeholder that nothing has filled in; write the origin that it stands for"),
        ("$ORIGIN", "has a placeholder that nothing has filled in; write the origin that it stands for"),
        ("https://{tenant}.example.com", "has a placeholder that nothing has filled in; write the origin that it stands for"),
        ("https://$TENANT.example.com", "has a placeholder that nothing has filled in; write the origin that it stands for"),
        ("https://<your-domain>", "has a placeholder that nothing has filled in; write the origin that it stands for"),
    ] {
        assert_eq!(message(text), format!("{text:?} {said}"));
    }
    // A host may have the name of a scheme.
    assert!(message("data:3000").contains("has no scheme"));
}

#[test]
fn a_scheme_that_is_one_slip_away_is_a_mistake() {
    for (text, known, written) in [
        ("htps://a.com", "https", "https://a.com"),
        ("hhtp://a.com", "http", "http://a.com"),
        ("httpss://a.com:8443", "https", "https://a.com:8443"),
        ("htpps://*.a.com", "https", "https://*.a.com"),
        ("thtp://localhost:3000", "http", "http://localhost:3000"),
        ("ttps://a.com", "https", "https://a.com"),
        ("chrome-extention://abc", "chrome-extension", "chrome-extension://abc"),
        ("mozextension://abc", "moz-extension", "moz-extension://abc"),
        ("capacitr://localhost", "capacitor", "capacitor://localhost"),
    ] {
        let said = format!(
            "{text:?} has a scheme that is one slip away from `{known}`; write {written:?}"
        );
        assert_eq!(message(text), said);
        let own = builder().refuse_disallowed_origins(Refuse::All).own_origin(text).build();
        assert!(matches!(
            only(own.unwrap_err()),
            ConfigError::InvalidOwnOrigin(_) | ConfigError::InexactOwnOrigin { .. }
        ));
    }
    assert_eq!(suggestion("HTPS://A.com/").as_deref(), Some("https://a.com"));
}

fn only(mistakes: ConfigErrors) -> ConfigError {
    assert_eq!(mistakes.iter().len(), 1, "{mistakes}");
    mistakes.into_iter().next().unwrap()
}

#[test]
fn a_method_that_is_one_slip_away_is_a_mistake() {
    for (text, known) in [
        ("DELET", "DELETE"),
        ("DELTE", "DELETE"),
        ("DELETEE", "DELETE"),
        ("delet", "DELETE"),
        ("Options", "OPTIONS"),
        ("OPTION", "OPTIONS"),
        ("PTU", "PUT"),
        ("GETT", "GET"),
        ("PACTH", "PATCH"),
        ("POTCH", "PATCH"),
        ("PROFIND", "PROPFIND"),
        ("DEL", "DELETE"),
        ("del", "DELETE"),
    ] {
        assert_eq!(
            builder().allow_method(text).build().unwrap_err().to_string(),
            format!(
                "allow_methods: {text:?} is not how the method is spelled, and methods are compared byte for byte; \
                 write {known:?}"
            )
        );
    }
}

#[test]
fn a_header_name_that_is_one_slip_away_is_a_mistake() {
    for (text, known) in [
        ("contentType", "content-type"),
        ("Content_Type", "content-type"),
        ("contnt-type", "content-type"),
        ("content-tpye", "content-type"),
        ("authorisation", "authorization"),
        ("Autorization", "authorization"),
        ("X-Requested-Wiht", "x-requested-with"),
        ("e-tag", "etag"),
        ("lastEventId", "last-event-id"),
        ("content-types", "content-type"),
        ("accepts", "accept"),
        ("acecpt", "accept"),
        ("authorizations", "authorization"),
        ("ETags", "etag"),
        ("user_agent", "user-agent"),
        ("x-csrf_token", "x-csrf-token"),
        ("X_CSRF_Token", "x-csrf-token"),
        ("xcsrftoken", "x-csrf-token"),
        ("x-csrf-tokne", "x-csrf-token"),
        ("x-request_id", "x-request-id"),
        ("x-total_count", "x-total-count"),
        ("x-total-coun", "x-total-count"),
        ("X-API-Keys", "x-api-key"),
        ("mcp_session_id", "mcp-session-id"),
    ] {
        for (option, builder) in [
            ("allow_headers", builder().allow_header(text)),
            ("expose_headers", builder().expose_header(text)),
            ("vary_on", builder().vary_on(text)),
        ] {
            assert_eq!(
                builder.build().unwrap_err().to_string(),
                format!(
                    "{option}: {text:?} is probably misspelled, and another spelling is another header; \
                     write {known:?}"
                )
            );
        }
    }
}

#[test]
#[rustfmt::skip]
fn what_is_said_of_texts_that_are_no_names() {
    let form = "which is one or more of A-Z, a-z, 0-9 and !#$%&'*+-.^_`|~";
    let environment = "(in an environment variable, with commas between them)";
    let methods = format!("write each method as an entry of its own, such as \"PUT\" {environment}");
    let names = format!("write each header name as an entry of its own, such as \"content-type\" {environment}");
    let methods = [
        ("", String::from("is an empty entry, perhaps after a trailing comma or from an empty variable; remove it")),
        ("ALL", String::from("is read as one method, not as any; write \"*\"")),
        ("any", String::from("is read as one method, not as any; write \"*\"")),
        ("PUT, DELETE,", format!("looks like a list, and is read as one method; {methods}")),
        ("PUT|DELETE", format!("looks like a list, and is read as one method; {methods}")),
        ("PUT,", String::from("looks like a list, and is read as one method; write \"PUT\"")),
        (r#"["PUT"]"#, format!("looks like JSON, and is read as one method; {methods}")),
        (" PUT", String::from("has white space or a control character, which no method has; write \"PUT\"")),
        ("PUT DELETE", format!("has white space or a control character, which no method has; {methods}")),
        ("'PUT'", String::from("has a quotation mark, which no method has; write \"PUT\"")),
        ("PROP*", String::from("has a `*`, which has no special meaning within a method; write each method by itself, or \"*\" alone for any")),
        ("PUT/DELETE", format!("is no method, {form}; {methods}")),
    ];
    for (text, said) in methods {
        let mistakes = builder().allow_method(text).build().unwrap_err();
        assert_eq!(mistakes.to_string(), format!("allow_methods: {text:?} {said}"));
    }
    let headers = [
        ("all", String::from("is read as one header name, not as any; write \"*\"")),
        ("x-a;x-b", format!("looks like a list, and is read as one header name; {names}")),
        ("content type", format!("has white space or a control character, which no header name has; {names}")),
        ("content-type\t", String::from("has white space or a control character, which no header name has; write \"content-type\"")),
        ("authorization:", format!("is no header name, {form}; write \"authorization\"")),
        ("x-*", String::from("has a `*`, which has no special meaning within a header name; write each header name by itself, or \"*\" alone for any")),
    ];
    for (text, said) in headers {
        let mistakes = builder().allow_header(text).build().unwrap_err();
        assert_eq!(mistakes.to_string(), format!("allow_headers: {text:?} {said}"));
        let mistakes = builder().expose_header(text).build().unwrap_err();
        assert_eq!(mistakes.to_string(), format!("expose_headers: {text:?} {said}"));
    }
    let vary = [
        ("*", format!("would say in `Vary` that no cache can use any response; {names}")),
        ("x-*", format!("has a `*`, which has no special meaning within a header name; {names}")),
        ("all", format!("is read as one header name, not as any; {names}")),
    ];
    for (text, said) in vary {
        let mistakes = builder().vary_on(text).build().unwrap_err();
        assert_eq!(mistakes.to_string(), format!("vary_on: {text:?} {said}"));
    }
}

#[test]
fn names_in_real_use_are_no_slips() {
    let methods = include_str!("names/methods.txt").lines();
    for method in methods.filter(|method| !["CONNECT", "TRACE", "TRACK"].contains(method)) {
        assert!(builder().allow_method(method).build().is_ok(), "{method}");
    }
    for scheme in include_str!("names/schemes.txt").lines() {
        let origin = format!("{scheme}://localhost");
        assert!(builder().allow_origin(&origin).build().is_ok(), "{origin}");
        let own = builder().refuse_disallowed_origins(Refuse::All).own_origin(&origin);
        assert!(own.build().is_ok(), "{origin}");
    }
    for name in include_str!("names/headers.txt").lines() {
        for builder in
            [builder().allow_header(name), builder().expose_header(name), builder().vary_on(name)]
        {
            assert!(builder.build().is_ok(), "{name}");
        }
    }
    for method in ["X-CUSTOM", "chicken", "HOST", "POET", "CUT"] {
        assert!(builder().allow_method(method).build().is_ok(), "{method}");
    }
}

#[test]
fn nothing_inexact_is_suggested_for_an_own_origin() {
    for text in [
        "any",
        "*.example.com",
        r"https://.*\.example\.com",
        r"https://(www\.)?example\.com",
        "https://*example.com",
        "https://*",
        "https://*.127.0.0.1",
        "tauri://*.localhost",
        "http://192.168.*.*",
    ] {
        let own = builder().refuse_disallowed_origins(Refuse::All).own_origin(text);
        let said = format!(
            "own_origins: {text:?} is not one origin, and a server's own pages have known ones; list each, such as \
             \"https://example.com\""
        );
        assert_eq!(own.build().unwrap_err().to_string(), said);
    }
    let own = builder().refuse_disallowed_origins(Refuse::All).own_origin(r"https://a\.com");
    let said = r#"own_origins: "https://a\\.com" looks like a regular expression, and patterns are none; write "https://a.com""#;
    assert_eq!(own.build().unwrap_err().to_string(), said);
}

/// A plural or a past tense is another method.
#[test]
fn an_inflected_method_is_no_slip() {
    for method in ["POSTS", "REPORTS", "MOVED"] {
        assert!(builder().allow_method(method).build().is_ok(), "{method}");
    }
}

/// What the documentation says of misspelled header names, for each name that it lists.
#[test]
fn the_documentation_says_which_spellings_of_header_names_are_recognised() {
    let docs = ERRORS.split("/// A common header name in another spelling.").nth(1).unwrap();
    let (docs, _) = docs.split_once("MisspelledHeader {").unwrap();
    let (registered, docs) =
        docs.split_once("The common names are ").unwrap().1.split_once(".\n").unwrap();
    let (custom, _) = docs.split_once(" are common as well").unwrap();
    let (registered, custom) = (quoted(registered), quoted(custom));
    assert_eq!(registered, list("REGISTERED_HEADERS"));
    assert_eq!(custom, list("CUSTOM_HEADERS"));
    for (names, shortest) in [(registered, 8), (custom, 13)] {
        for known in names {
            let is_custom = shortest == 13;
            let plain = known.replace('-', "");
            let without_second = known.replacen('-', "!", 1).replace('-', "").replace('!', "-");
            let swapped = format!("{}{}{}", &known[..2], &known[3..4], &known[2..3]) + &known[4..];
            let wrong = format!("{}q", &known[..known.len() - 1]);
            let additional = format!("{}q{}", &known[..3], &known[3..]);
            let missing = &known[..known.len() - 1];
            let has_separators = known.contains('-');
            let is_long = known.len() >= shortest;
            let is_in_use = |text: &str| {
                include_str!("names/headers.txt")
                    .lines()
                    .any(|name| name.eq_ignore_ascii_case(text))
            };
            for (text, is_recognised) in [
                (known.replace('-', "_"), has_separators),
                (plain, has_separators),
                (without_second, has_separators && !is_custom),
                (format!("{known}s"), known != "location"),
                (swapped, true),
                (wrong, is_long),
                (additional, is_long),
                (missing.to_owned(), is_long),
            ] {
                if text == *known || is_in_use(&text) {
                    continue;
                }
                let built = builder().vary_on(&text).build();
                let is_mistake = matches!(
                    built.map(drop).map_err(only),
                    Err(ConfigError::MisspelledHeader { .. })
                );
                assert_eq!(is_mistake, is_recognised, "{known}: {text}");
            }
        }
    }
}

#[test]
fn the_documentation_lists_the_known_methods() {
    let docs = ERRORS.split("The known methods are ").nth(1).unwrap();
    assert_eq!(quoted(docs.split_once(".\n").unwrap().0), list("KNOWN_METHODS"));
}

const ERRORS: &str = include_str!("../src/config/error.rs");

fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// The texts in a constant of the source.
fn list(name: &str) -> Vec<&'static str> {
    let source = include_str!("../src/compile/validate/spelling.rs");
    let list = source.split(&format!("const {name}: ")).nth(1).unwrap().split("];").next().unwrap();
    list.split('"').skip(1).step_by(2).collect()
}
