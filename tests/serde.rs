//! Configurations from files and from the environment, and back.

use std::time::Duration;

use http::StatusCode;
use serde_json::json;
use tower_cors::{
    ClosureOption, CorsConfig, CorsLayer, CorsLayerBuilder, Danger, Origin, Policy, Refuse,
    RequestHead,
};

fn from_toml(text: &str) -> Result<CorsConfig, config::ConfigError> {
    config::Config::builder()
        .add_source(config::File::from_str(text, config::FileFormat::Toml))
        .build()?
        .try_deserialize()
}

fn from_environment(variables: &[(&str, &str)]) -> Result<CorsConfig, config::ConfigError> {
    let source =
        variables.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
    config::Config::builder()
        .add_source(config::Environment::with_prefix("CORS").source(Some(source)))
        .build()?
        .try_deserialize()
}

#[test]
fn one_configuration_in_three_formats() {
    let json: CorsConfig = serde_json::from_value(json!({
        "allow_origins": ["https://example.com", "http://localhost:*"],
        "allow_credentials": true,
        "allow_methods": "PUT,DELETE",
        "allow_headers": ["content-type"],
        "expose_headers": "etag",
        "max_age": 600,
        "preflight_status": 200,
        "dangerously_allow": ["public-suffixes"],
    }))
    .unwrap();
    let toml = from_toml(
        r#"
        allow_origins = "https://example.com, http://localhost:*"
        allow_credentials = true
        allow_methods = ["PUT", "DELETE"]
        allow_headers = "content-type"
        expose_headers = ["etag"]
        max_age = 600
        preflight_status = 200
        dangerously_allow = "public-suffixes"
        "#,
    );
    let environment = from_environment(&[
        ("CORS_ALLOW_ORIGINS", " https://example.com ,http://localhost:*"),
        ("CORS_ALLOW_CREDENTIALS", "true"),
        ("CORS_ALLOW_METHODS", "PUT, DELETE"),
        ("CORS_ALLOW_HEADERS", "content-type"),
        ("CORS_EXPOSE_HEADERS", "etag"),
        ("CORS_MAX_AGE", "600"),
        ("CORS_PREFLIGHT_STATUS", "200"),
        ("CORS_DANGEROUSLY_ALLOW", "public-suffixes"),
    ]);
    assert_eq!(toml.unwrap(), json);
    assert_eq!(environment.unwrap(), json);
    let built = CorsLayer::builder()
        .allow_origins(["https://example.com", "http://localhost:*"])
        .allow_credentials(true)
        .allow_methods(["PUT", "DELETE"])
        .allow_header("content-type")
        .expose_header("etag")
        .max_age(Duration::from_secs(600))
        .preflight_status(StatusCode::OK)
        .dangerously_allow(Danger::PublicSuffixes)
        .build_policy()
        .unwrap();
    assert_eq!(Policy::try_from(json).unwrap(), built);
}

#[test]
fn the_wildcard_alone_or_in_a_list() {
    for origins in [json!("*"), json!(["*"])] {
        let config: CorsConfig =
            serde_json::from_value(json!({ "allow_origins": origins })).unwrap();
        let any = CorsLayer::builder().allow_any_origin().build_policy().unwrap();
        assert_eq!(Policy::try_from(config).unwrap(), any);
    }
}

#[test]
#[rustfmt::skip]
fn mistakes_of_form() {
    let fields = "`allow_origins`, `allow_credentials`, `allow_methods`, `allow_headers`, `expose_headers`, `max_age`, `allow_private_network`, `allow_timing`, `refuse_disallowed_origins`, `own_origins`, `no_own_origins`, `vary_on`, `preflight_status`, `forward_preflights`, `allow_methods_of_route`, `dangerously_allow`, `attach_outcome`, `diagnose`, `report_only`";
    let list = "a list of strings, or a string with commas between its entries";
    let cases = [
        (r#"{"allow_origin": "*"}"#, format!("unknown field `allow_origin`, expected one of {fields} at line 1 column 15")),
        (r#"{"max_age": 1, "max_age": 2}"#, "duplicate field `max_age` at line 1 column 24".into()),
        (r#"{"allow_origins": 1}"#, format!("allow_origins: invalid type: integer `1`, expected {list} at line 1 column 19")),
        (r#"{"allow_methods": [1]}"#, "allow_methods: invalid type: integer `1`, expected a string at line 1 column 20".into()),
        (r#"{"allow_headers": null}"#, format!("allow_headers: invalid type: null, expected {list} at line 1 column 22")),
        (r#"{"expose_headers": {}}"#, format!("expose_headers: invalid type: map, expected {list} at line 1 column 21")),
        (r#"{"allow_credentials": "yes"}"#, "allow_credentials: invalid type: string \"yes\", expected a boolean at line 1 column 27".into()),
        (r#"{"max_age": -1}"#, "max_age: invalid value: integer `-1`, expected a whole number, not below 0 at line 1 column 14".into()),
        (r#"{"max_age": 1.5}"#, "max_age: invalid type: floating point `1.5`, expected a whole number, not below 0 at line 1 column 15".into()),
        (r#"{"preflight_status": 99}"#, "preflight_status: 99 is no status; write 204".into()),
        (r#"{"dangerously_allow": "null"}"#, "dangerously_allow: \"null\" is no danger; write null-origin, insecure-origins, public-suffixes, predicate-with-credentials or any-origin-with-credentials".into()),
        (r#"{"refuse_disallowed_origins": "ALL"}"#, "refuse_disallowed_origins: \"ALL\" is nothing that can be refused; write all or upgrades".into()),
        ("[]", "invalid type: sequence, expected the fields of a CORS configuration at line 1 column 2".into()),
    ];
    for (text, message) in cases {
        let found = serde_json::from_str::<CorsConfig>(text).unwrap_err().to_string();
        assert!(found.starts_with(&message), "{found}\n{message}");
    }
    let found = from_environment(&[("CORS_MAX_AGE", "an hour")]).unwrap_err().to_string();
    assert!(found.starts_with("max_age: invalid value: string \"an hour\", expected a whole number, not below 0"), "{found}");
    let found = from_toml("max_age = 0.4").unwrap_err().to_string();
    assert!(found.starts_with("max_age: invalid type: floating point `0.4`, expected a whole"), "{found}");
    let found = from_environment(&[("CORS_ALLOWED_ORIGINS", "*")]).unwrap_err().to_string();
    assert!(found.starts_with("unknown field `allowed_origins`"), "{found}");
}

/// If a misspelled field were ignored, the policy could silently allow everyone.
#[test]
fn an_unknown_field_is_an_error_in_a_flattened_configuration_too() {
    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Tls {
        certificate: String,
    }

    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Server {
        port: u16,
        #[serde(flatten)]
        tls: Tls,
        #[serde(flatten)]
        cors: CorsConfig,
    }

    let common = r#""port": 3000, "certificate": "a.pem", "allow_origins": "https://a.com""#;
    let read = |rest: &str| serde_json::from_str::<Server>(&format!("{{{common}{rest}}}"));
    let server = read(r#", "max_age": "60", "refuse_disallowed_origins": "all""#).unwrap();
    assert_eq!((server.port, server.tls.certificate.as_str()), (3000, "a.pem"));
    assert_eq!(server.cors.allow_origins, ["https://a.com"]);
    assert_eq!(server.cors.max_age, Some(Duration::from_secs(60)));
    assert_eq!(server.cors.refuse_disallowed_origins, Some(Refuse::All));
    for (rest, message) in [
        (r#", "refuse_disalowed_origins": "all""#, "unknown field `refuse_disalowed_origins`"),
        (r#", "Port": 1"#, "unknown field `Port`"),
        (r#", "max_age": "1h""#, "max_age: invalid value: string \"1h\""),
    ] {
        let found = read(rest).unwrap_err().to_string();
        assert!(found.starts_with(message), "{found}");
    }
    let toml = |rest: &str| {
        let text = format!("port = 3000\ncertificate = 'a.pem'\nallow_origins = '*'\n{rest}");
        let source = config::File::from_str(&text, config::FileFormat::Toml);
        config::Config::builder().add_source(source).build()?.try_deserialize::<Server>()
    };
    assert!(toml("allow_timing = true").unwrap().cors.allow_timing);
    let found = toml("refuse_disalowed_origins = 'all'").unwrap_err().to_string();
    assert!(found.starts_with("unknown field `refuse_disalowed_origins`"), "{found}");
}

/// Serde turns every error in a flattened option into `None`. This crate cannot change that, so the documentation warns.
#[test]
fn a_flattened_option_loses_the_configuration() {
    #[derive(Debug, serde::Deserialize)]
    struct Server {
        #[serde(flatten)]
        cors: Option<CorsConfig>,
    }

    let text = r#"{"allow_origins": "https://a.com", "refuse_disalowed_origins": "all"}"#;
    assert_eq!(serde_json::from_str::<Server>(text).unwrap().cors, None);
}

#[test]
fn an_empty_entry_is_a_mistake() {
    for (origins, mistakes) in [("", 1), ("https://a.com,", 1), (",https://a.com, ,", 3)] {
        let config = from_environment(&[("CORS_ALLOW_ORIGINS", origins)]).unwrap();
        assert_eq!(Policy::try_from(config).unwrap_err().iter().len(), mistakes, "{origins:?}");
    }
}

#[test]
fn what_is_written_is_read_back() {
    let policies = [
        CorsLayer::builder().allow_any_origin(),
        CorsLayer::builder()
            .allow_origins(["https://b.com", "https://*.a.com:*", "null"])
            .allow_methods(["PUT", "GET"])
            .allow_headers(["X-A"])
            .expose_headers(["ETag"])
            .allow_timing(true)
            .vary_on("X-Tenant")
            .max_age(Duration::ZERO)
            .preflight_status(StatusCode::OK)
            .dangerously_allow(Danger::NullOrigin),
        CorsLayer::builder()
            .allow_origin("https://b.com")
            .allow_credentials(true)
            .allow_private_network(true),
        CorsLayer::builder()
            .allow_origin("https://b.com")
            .refuse_disallowed_origins(Refuse::Upgrades)
            .own_origins(["https://c.com", "http://localhost:3000"])
            .allow_methods_of_route()
            .attach_outcome(true)
            .diagnose(true),
        CorsLayer::builder()
            .allow_origin("https://b.com")
            .refuse_disallowed_origins(Refuse::All)
            .no_own_origins()
            .forward_preflights(true)
            .report_only(true),
    ];
    for policy in policies.map(CorsLayerBuilder::build_policy) {
        let policy = policy.unwrap();
        let written = serde_json::to_string(&policy.config()).unwrap();
        let read: CorsConfig = serde_json::from_str(&written).unwrap();
        assert_eq!(read, policy.config());
        assert_eq!(Policy::try_from(read).unwrap(), policy);
    }
    let config = CorsLayer::public().policy().config();
    let written = serde_json::to_value(config).unwrap();
    assert_eq!(written, json!({ "allow_origins": ["*"], "allow_headers": ["content-type"] }));
}

#[test]
fn refusing_from_the_environment() {
    let config = from_environment(&[
        ("CORS_ALLOW_ORIGINS", "https://a.com"),
        ("CORS_REFUSE_DISALLOWED_ORIGINS", "all"),
        ("CORS_OWN_ORIGINS", "https://b.com, http://localhost:3000"),
        ("CORS_ALLOW_METHODS_OF_ROUTE", "true"),
        ("CORS_REPORT_ONLY", "true"),
    ]);
    let built = CorsLayer::builder()
        .allow_origin("https://a.com")
        .refuse_disallowed_origins(Refuse::All)
        .own_origins(["https://b.com", "http://localhost:3000"])
        .allow_methods_of_route()
        .report_only(true)
        .build_policy();
    assert_eq!(Policy::try_from(config.unwrap()), built);
}

#[test]
fn closures_are_no_data() {
    let yes = |_: &Origin, _: &RequestHead<'_>| true;
    let policy = CorsLayer::builder().allow_origin_if(yes).build_policy().unwrap();
    assert_eq!(policy.config().closures(), [ClosureOption::AllowOriginIf]);
    assert_eq!(
        Policy::try_from(policy.config()).unwrap_err().to_string(),
        "allow_origins: the configuration was read back from a policy with a closure, and closures cannot be \
         stored; convert it to a builder and call allow_origin_if again",
    );
    assert_eq!(
        serde_json::to_string(&policy.config()).unwrap_err().to_string(),
        "closures cannot be stored, and the policy has one from allow_origin_if; convert the configuration to a \
         builder and call allow_origin_if again",
    );
    // A file cannot contain a closure.
    let found = serde_json::from_str::<CorsConfig>(r#"{"closures": ["on_decision"]}"#).unwrap_err();
    assert!(found.to_string().starts_with("unknown field `closures`"), "{found}");
    let read = policy.config();
    let again = CorsLayerBuilder::from(read).allow_origin_if(yes).build_policy().unwrap();
    assert_eq!(again.config(), policy.config());
    assert_ne!(again, policy);
    assert_eq!(policy.clone(), policy);
}

/// An option that a file sets counts as set. An option at its default does not.
#[test]
fn an_option_of_a_file_is_not_set_to_another_value() {
    for (text, is_mistake) in [
        (r#"{"allow_origins": "https://a.com", "allow_credentials": true}"#, true),
        (r#"{"allow_origins": "https://a.com", "allow_credentials": false}"#, false),
        (r#"{"allow_origins": "https://a.com", "allow_credentials": null}"#, false),
        (r#"{"allow_origins": "https://a.com"}"#, false),
    ] {
        let config: CorsConfig = serde_json::from_str(text).unwrap();
        let builder = CorsLayerBuilder::from(config).allow_credentials(false);
        assert_eq!(builder.build().is_err(), is_mistake, "{text}");
    }
}

#[test]
fn a_builder_adds_to_a_file() {
    let config: CorsConfig =
        serde_json::from_str(r#"{"allow_origins": "https://a.com", "max_age": 1}"#).unwrap();
    let builder = CorsLayerBuilder::from(config).allow_origin("https://b.com");
    let policy = builder.clone().build_policy().unwrap();
    assert_eq!(policy.config().allow_origins, ["https://a.com", "https://b.com"]);
    let mistakes = builder.max_age(Duration::from_secs(2)).build().unwrap_err();
    assert_eq!(
        mistakes.to_string(),
        "max_age: is set to 1s and to 2s, and only one can hold; set it once"
    );
}
