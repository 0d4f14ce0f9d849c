//! The errors of configurations from files and from the environment: what they say, and where.

mod formats;

use formats::{from_environment, from_toml};
use serde::{Deserialize, de::value};
use tower_cors::{CorsConfig, Policy};

#[test]
#[rustfmt::skip]
fn mistakes_of_form() {
    let list = |field| format!("expected a list of strings for `{field}`, or a string with commas between its entries");
    let flag = "expected `true` or `false` for `allow_credentials`";
    let seconds = "expected a whole number of seconds for `max_age`, not below 0";
    let cases = [
        (r#"{"cors": "*"}"#, "unknown field `cors`, and what stands in such a table is a CorsConfig itself; read a struct of your own that has the field `cors: CorsConfig` at line 1 column 7".into()),
        (r#"{"page": 1}"#, format!("unknown field `page`, expected one of {FIELDS} at line 1 column 7")),
        (r#"{"max_age": 1, "max_age": 2}"#, "duplicate field `max_age` at line 1 column 24".into()),
        (r#"{"allow_origins": 1}"#, format!("invalid type: integer `1`, {} at line 1 column 19", list("allow_origins"))),
        (r#"{"allow_origins": true}"#, "allow_origins: `true` is no list; write \"*\" for any at line 1 column 22".into()),
        (r#"{"allow_origins": false}"#, format!("invalid type: boolean `false`, {} at line 1 column 23", list("allow_origins"))),
        (r#"{"allow_methods": ["PUT", 1]}"#, "invalid type: integer `1`, expected strings in `allow_methods` at line 1 column 27".into()),
        (r#"{"expose_headers": {}}"#, format!("invalid type: map, {} at line 1 column 21", list("expose_headers"))),
        (r#"{"allow_credentials": "yes"}"#, "allow_credentials: \"yes\" is neither true nor false; write true at line 1 column 27".into()),
        (r#"{"allow_credentials": 1}"#, "allow_credentials: 1 is neither true nor false; write true at line 1 column 23".into()),
        (r#"{"allow_credentials": [true]}"#, format!("invalid type: sequence, {flag} at line 1 column 23")),
        (r#"{"max_age": -1}"#, "max_age: -1 is no whole number of seconds from 0 on; write 0 if browsers are to keep nothing, or one such as 3600 at line 1 column 14".into()),
        (r#"{"max_age": 1.5}"#, "max_age: 1.5 is no whole number of seconds; write 2 at line 1 column 15".into()),
        (r#"{"max_age": "1h"}"#, "max_age: \"1h\" is no whole number of seconds; write 3600 at line 1 column 16".into()),
        (r#"{"max_age": "1.1h"}"#, "max_age: \"1.1h\" is no whole number of seconds; write 3960 at line 1 column 18".into()),
        (r#"{"max_age": "2 hours"}"#, "max_age: \"2 hours\" is no whole number of seconds; write 7200 at line 1 column 21".into()),
        (r#"{"max_age": "10m"}"#, "max_age: \"10m\" is no whole number of seconds; write 600 at line 1 column 17".into()),
        (r#"{"max_age": "60s"}"#, "max_age: \"60s\" is no whole number of seconds; write 60 at line 1 column 17".into()),
        (r#"{"max_age": "1d"}"#, "max_age: \"1d\" is no whole number of seconds; write 86400 at line 1 column 16".into()),
        (r#"{"max_age": "an hour"}"#, "max_age: \"an hour\" is no whole number of seconds; write one, such as 3600 at line 1 column 21".into()),
        (r#"{"max_age": "99999999999999999999d"}"#, "max_age: \"99999999999999999999d\" is no whole number of seconds; write at most 86400, as no browser keeps it for longer at line 1 column 35".into()),
        (r#"{"max_age": true}"#, format!("invalid type: boolean `true`, {seconds} at line 1 column 16")),
        (r#"{"preflight_status": 99}"#, "preflight_status: 99 is no status; write one from 200 to 299, such as 204 at line 1 column 23".into()),
        (r#"{"preflight_status": "1h"}"#, "preflight_status: \"1h\" is no status; write one from 200 to 299, such as 204 at line 1 column 25".into()),
        (r#"{"allow_credentials": "True"}"#, "allow_credentials: \"True\" is neither true nor false; write true at line 1 column 28".into()),
        (r#"{"diagnose": "off"}"#, "diagnose: \"off\" is neither true nor false; write false at line 1 column 18".into()),
        (r#"{"diagnose": "maybe"}"#, "diagnose: \"maybe\" is neither true nor false; write one of them at line 1 column 20".into()),
        (r#"{"diagnose": -1}"#, "diagnose: -1 is neither true nor false; write one of them at line 1 column 15".into()),
        (r#"{"max_age": 3600.0}"#, "max_age: 3600.0 is no whole number of seconds; write 3600 at line 1 column 18".into()),
        (r#"{"max_age": 1e300}"#, "max_age: 1e300 is no whole number of seconds; write one, such as 3600 at line 1 column 17".into()),
        (r#"{"max_age": "abc"}"#, "max_age: \"abc\" is no whole number of seconds; write one, such as 3600 at line 1 column 17".into()),
        (r#"{"max_age": ""}"#, "max_age: \"\" is no whole number of seconds; write one, such as 3600 at line 1 column 14".into()),
        (r#"{"max_age": "-0"}"#, "max_age: \"-0\" is no whole number of seconds from 0 on; write 0 if browsers are to keep nothing, or one such as 3600 at line 1 column 16".into()),
        (r#"{"max_age": " 1.5 h "}"#, "max_age: \" 1.5 h \" is no whole number of seconds; write 5400 at line 1 column 21".into()),
        (r#"{"max_age": "500ms"}"#, "max_age: \"500ms\" is no whole number of seconds; write 1 at line 1 column 19".into()),
        (r#"{"max_age": "2d"}"#, "max_age: \"2d\" is no whole number of seconds; write at most 86400, as no browser keeps it for longer at line 1 column 16".into()),
        (r#"{"preflight_status": -1}"#, "preflight_status: -1 is no status; write one from 200 to 299, such as 204 at line 1 column 23".into()),
        (r#"{"preflight_status": 204.0}"#, "preflight_status: 204.0 is no status; write one from 200 to 299, such as 204 at line 1 column 26".into()),
        (r#"{"allow_origins": -1}"#, format!("invalid type: integer `-1`, {} at line 1 column 20", list("allow_origins"))),
        (r#"{"dangerously_allow": "NullOrigin"}"#, "dangerously_allow: \"NullOrigin\" is no danger; write null-origin at line 1 column 34".into()),
        (r#"{"dangerously_allow": "Danger::PublicSuffixes"}"#, "dangerously_allow: \"Danger::PublicSuffixes\" is no danger; write public-suffixes at line 1 column 46".into()),
        (r#"{"dangerously_allow": ["insecure_orgins"]}"#, "dangerously_allow: \"insecure_orgins\" is no danger; write insecure-origins at line 1 column 40".into()),
        (r#"{"refuse_disallowed_origins": "Refuse::Upgrade"}"#, "refuse_disallowed_origins: \"Refuse::Upgrade\" is nothing that can be refused; write upgrades at line 1 column 47".into()),
        (r#"{"dangerously_allow": "null"}"#, "dangerously_allow: \"null\" is no danger; write null-origin, insecure-origins, public-suffixes, predicate-with-credentials or any-origin-with-credentials at line 1 column 28".into()),
        (r#"{"dangerously_allow": ["null-origin", "null"]}"#, "dangerously_allow: \"null\" is no danger; write null-origin, insecure-origins, public-suffixes, predicate-with-credentials or any-origin-with-credentials at line 1 column 44".into()),
        (r#"{"refuse_disallowed_origins": "ALL"}"#, "refuse_disallowed_origins: \"ALL\" is nothing that can be refused; write all at line 1 column 35".into()),
        (r#"{"refuse_disallowed_origins": true}"#, "refuse_disallowed_origins: `true` does not say which requests to refuse; write \"all\" or \"upgrades\", or leave it out for none at line 1 column 34".into()),
        (r#"{"refuse_disallowed_origins": 1}"#, "invalid type: integer `1`, expected \"all\" or \"upgrades\" for `refuse_disallowed_origins` at line 1 column 31".into()),
        ("[]", "invalid type: sequence, expected the fields of a CORS configuration at line 1 column 2".into()),
    ];
    for (text, message) in cases {
        assert_eq!(serde_json::from_str::<CorsConfig>(text).unwrap_err().to_string(), message);
    }
    let found = from_environment(&[("CORS_MAX_AGE", "2h")]).unwrap_err().to_string();
    assert_eq!(found, "max_age: \"2h\" is no whole number of seconds; write 7200 for key `max_age`");
    // `config` would round it to an integer.
    let found = from_toml("max_age = 0.4").unwrap_err().to_string();
    assert_eq!(found, "max_age: 0.4 is no whole number of seconds; write 1 for key `max_age`");
}

const FIELDS: &str = "`allow_origins`, `allow_credentials`, `allow_methods`, `allow_headers`, \
    `expose_headers`, `max_age`, `echo_beside_wildcard`, `allow_private_network`, `allow_timing`, \
    `refuse_disallowed_origins`, `own_origins`, `no_own_origins`, `vary_on`, \
    `preflight_status`, `forward_preflights`, `allow_methods_of_route`, \
    `dangerously_allow`, `attach_outcome`, `diagnose`, `report_only`";

/// Of an unknown field, the error names the field that was probably meant.
#[test]
fn an_unknown_field_is_answered_with_the_nearest_name() {
    let builder_only = |method| {
        format!(
            ", and only the builder has `{method}`; convert the configuration to a builder and call it there"
        )
    };
    for (name, answer) in [
        ("allow_orgins", String::from("; write `allow_origins`")),
        ("origins", String::from("; write `allow_origins`")),
        ("credentials", String::from("; write `allow_credentials`")),
        ("allow_origin", String::from("; write `allow_origins`")),
        ("allowed_origins", String::from("; write `allow_origins`")),
        ("allowOrigins", String::from("; write `allow_origins`")),
        ("allow-headers", String::from("; write `allow_headers`")),
        ("max-age", String::from("; write `max_age`")),
        ("maxAge", String::from("; write `max_age`")),
        ("MAX_AGE", String::from("; write `max_age`")),
        ("exposed_headers", String::from("; write `expose_headers`")),
        ("own_origin", String::from("; write `own_origins`")),
        ("refuse_disalowed_origins", String::from("; write `refuse_disallowed_origins`")),
        ("cors_allow_origins", String::from("; write `allow_origins`")),
        (
            "cors",
            String::from(
                ", and what stands in such a table is a CorsConfig itself; read a struct of your own that has the field `cors: CorsConfig`",
            ),
        ),
        ("dangerously-allow", String::from("; write `dangerously_allow`")),
        ("allow_any_origin", String::from("; write `allow_origins` with the value \"*\"")),
        ("allow_any_method", String::from("; write `allow_methods` with the value \"*\"")),
        ("allow_any_headers", String::from("; write `allow_headers` with the value \"*\"")),
        ("expose_all_headers", String::from("; write `expose_headers` with the value \"*\"")),
        ("allow_origin_if", builder_only("allow_origin_if")),
        ("on_decision", builder_only("on_decision")),
        ("grpc_web", builder_only("grpc_web")),
        ("amax_age", String::from("; write `max_age`")),
        ("nomax_age", format!(", expected one of {FIELDS}")),
    ] {
        let text = format!(r#"{{"{name}": true}}"#);
        let found = serde_json::from_str::<CorsConfig>(&text).unwrap_err().to_string();
        let column = name.len() + 3;
        assert_eq!(found, format!("unknown field `{name}`{answer} at line 1 column {column}"));
    }
}

/// Formats with keys of other types, such as YAML, may have one here.
#[test]
fn a_key_that_is_no_text_is_an_error() {
    let map = value::MapDeserializer::<_, value::Error>::new([(1, true)].into_iter());
    assert_eq!(
        CorsConfig::deserialize(map).unwrap_err().to_string(),
        "invalid type: integer `1`, expected the name of a field of a CORS configuration"
    );
}

/// Whoever looks for a builder's method in a file is told what to write.
#[test]
fn every_method_of_the_builder_is_known_as_a_field_or_answered() {
    let sources = [
        include_str!("../src/builder/options.rs"),
        include_str!("../src/builder/further.rs"),
        include_str!("../src/builder/predicate.rs"),
        include_str!("../src/builder/presets.rs"),
    ];
    let methods = sources.iter().flat_map(|source| source.split("    pub fn ").skip(1));
    let methods = methods.filter(|rest| rest.contains("self")).map(|rest| {
        rest.split(|letter: char| letter != '_' && !letter.is_alphanumeric()).next().unwrap()
    });
    let others = ["build", "build_policy", "builder", "public"];
    let methods: Vec<&str> = methods.filter(|method| !others.contains(method)).collect();
    assert!(methods.len() > 25, "{methods:?}");
    for method in methods {
        let text = format!(r#"{{"{method}": null}}"#);
        if let Err(error) = serde_json::from_str::<CorsConfig>(&text) {
            assert!(!error.to_string().contains("expected one of"), "{method}");
        }
    }
}

/// Formats add the place to an error that is made while a key or a value is read.
#[test]
fn errors_have_the_place_in_the_file() {
    #[derive(Debug, Deserialize)]
    struct Server {
        #[serde(rename = "cors")]
        _cors: CorsConfig,
    }

    for (line, place, said) in [
        ("allow_orgins = '*'", 0..12, "unknown field `allow_orgins`; write `allow_origins`"),
        ("max_age = '1h'", 10..14, "max_age: \"1h\" is no whole number of seconds; write 3600"),
        (
            "allow_methods = ['PUT', 1]",
            24..25,
            "invalid type: integer `1`, expected strings in `allow_methods`",
        ),
        (
            "dangerously_allow = ['null-origin', 'x']",
            36..39,
            "dangerously_allow: \"x\" is no danger; write null-origin, insecure-origins, public-suffixes, \
             predicate-with-credentials or any-origin-with-credentials",
        ),
        (
            "preflight_status = 99",
            19..21,
            "preflight_status: 99 is no status; write one from 200 to 299, such as 204",
        ),
        (
            "allow_credentials = 'yes'",
            20..25,
            "allow_credentials: \"yes\" is neither true nor false; write true",
        ),
        (
            "refuse_disallowed_origins = 'some'",
            28..34,
            "refuse_disallowed_origins: \"some\" is nothing that can be refused; write all or upgrades",
        ),
    ] {
        let before = "[cors]\nallow_timing = true\n";
        let text = format!("{before}{line}\n");
        let error = toml::from_str::<Server>(&text).unwrap_err();
        let place = place.start + before.len()..place.end + before.len();
        assert_eq!((error.message(), error.span()), (said, Some(place)), "{line}");
        let error =
            toml::from_str::<CorsConfig>(&format!("allow_timing = true\n{line}")).unwrap_err();
        assert!(error.to_string().starts_with("TOML parse error at line 2, column "), "{error}");
    }
    let source =
        config::File::from_str("[cors]\nallow_methods = ['PUT', 1]", config::FileFormat::Toml);
    let read = config::Config::builder().add_source(source).build().unwrap();
    assert_eq!(
        read.try_deserialize::<Server>().unwrap_err().to_string(),
        "invalid type: integer `1`, expected strings in `allow_methods` for key `cors.allow_methods[1]`"
    );
}

/// The usual layout of a file has the fields in a table of their own.
#[test]
fn a_table_around_the_fields_is_answered_with_the_struct_to_read() {
    #[derive(Deserialize)]
    struct Settings {
        cors: CorsConfig,
    }

    let text = "[cors]\nallow_origins = ['https://example.com']\n";
    let error = toml::from_str::<CorsConfig>(text).unwrap_err();
    let said = "unknown field `cors`, and what stands in such a table is a CorsConfig itself; read a struct of your own \
                that has the field `cors: CorsConfig`";
    assert_eq!(error.message(), said);
    let settings: Settings = toml::from_str(text).unwrap();
    assert_eq!(settings.cors.allow_origins, ["https://example.com"]);
}

/// What is written instead is a number that builds.
#[test]
fn a_maximum_age_that_is_suggested_builds() {
    for text in ["1.5", "0.1", "1h", "24h", "1 day", "1440min", "100ms", "86400.0"] {
        let json = format!(r#"{{"max_age": {text:?}, "allow_origins": "https://example.com"}}"#);
        let error = serde_json::from_str::<CorsConfig>(&json).unwrap_err().to_string();
        let (_, advice) = error.split_once("; write ").unwrap();
        let number = advice.split(' ').next().unwrap();
        let config: CorsConfig =
            serde_json::from_str(&json.replace(&format!("{text:?}"), number)).unwrap();
        assert!(Policy::try_from(config).is_ok(), "{text}: {number}");
    }
}

/// JSON in an environment variable is one mistake, and is shown whole.
#[test]
fn json_in_an_environment_variable_is_recognised() {
    let config = from_environment(&[
        ("CORS_ALLOW_ORIGINS", r#"["https://a.com", "https://b.com"]"#),
        ("CORS_ALLOW_METHODS", r#"["PUT","DELETE"]"#),
        ("CORS_ALLOW_HEADERS", "x-a, x-b,"),
    ]);
    assert_eq!(
        Policy::try_from(config.unwrap()).unwrap_err().to_string(),
        "allow_origins: \"[\\\"https://a.com\\\", \\\"https://b.com\\\"]\" looks like JSON, and is read as one origin; \
         write each origin as an entry of its own (in an environment variable, with commas between them)\n\
         allow_methods: \"[\\\"PUT\\\",\\\"DELETE\\\"]\" looks like JSON, and is read as one method; \
         write each method as an entry of its own, such as \"PUT\" (in an environment variable, with commas between them)\n\
         allow_headers: \"\" is an empty entry, perhaps after a trailing comma or from an empty variable; remove it"
    );
}

/// Numbers in texts are digits.
#[test]
fn a_number_with_a_sign_is_an_error() {
    for field in ["max_age", "preflight_status"] {
        let json = format!(r#"{{"{field}": "+204"}}"#);
        assert!(serde_json::from_str::<CorsConfig>(&json).is_err(), "{field}");
        let json = format!(r#"{{"{field}": "204"}}"#);
        assert!(serde_json::from_str::<CorsConfig>(&json).is_ok(), "{field}");
    }
}
