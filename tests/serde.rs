//! Configurations from files and from the environment, and back.

mod formats;

use std::time::Duration;

use formats::{from_environment, from_toml};
use http::StatusCode;
use serde::{
    Deserialize, Deserializer,
    de::{IntoDeserializer, Visitor, value::MapDeserializer},
};
use serde_json::json;
use tower_cors::{
    ClosureOption, ConfigError, CorsConfig, CorsLayer, CorsLayerBuilder, Danger, Origin, Policy,
    Refuse, RequestHead,
};

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

/// Null in JSON, a blank key in YAML, and `None` where a format has it.
#[test]
fn null_is_as_if_the_field_were_absent() {
    let unknown = serde_json::from_str::<CorsConfig>(r#"{"x": 1}"#).unwrap_err().to_string();
    let fields: Vec<&str> = unknown.split('`').skip(3).step_by(2).collect();
    assert_eq!(fields.len(), 20);
    for field in fields {
        let config: CorsConfig = serde_json::from_value(json!({ field: null })).unwrap();
        assert_eq!(config, CorsConfig::default(), "{field}");
        let map = MapDeserializer::new([(field, Optional(None))].into_iter());
        assert_eq!(CorsConfig::deserialize(map).unwrap(), CorsConfig::default(), "{field}");
    }
    let map = MapDeserializer::new([("allow_timing", Optional(Some(true)))].into_iter());
    assert!(CorsConfig::deserialize(map).unwrap().allow_timing);
}

/// A value of a format that marks what is there, as binary formats do.
struct Optional(Option<bool>);

impl<'de> Deserializer<'de> for Optional {
    type Error = serde_json::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        match self.0 {
            None => visitor.visit_none(),
            Some(value) => visitor.visit_some(value.into_deserializer()),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl IntoDeserializer<'_, serde_json::Error> for Optional {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// Everything is text in an environment variable, flattened or not.
#[test]
fn every_scalar_may_be_text() {
    #[derive(Debug, Deserialize)]
    struct Server {
        #[serde(flatten)]
        cors: CorsConfig,
    }

    let text = r#"{"allow_credentials": " true", "max_age": "3600 ", "preflight_status": "200", "diagnose": "false"}"#;
    let config: CorsConfig = serde_json::from_str(text).unwrap();
    assert!(config.allow_credentials);
    assert!(!config.diagnose);
    assert_eq!(config.max_age, Some(Duration::from_secs(3600)));
    assert_eq!(config.preflight_status, Some(StatusCode::OK));
    assert_eq!(serde_json::from_str::<Server>(text).unwrap().cors, config);
    assert_eq!(
        toml::from_str::<CorsConfig>(
            "allow_credentials = 'true'\nmax_age = '3600'\npreflight_status = '200'"
        )
        .unwrap(),
        config
    );
}

/// If a misspelled field were ignored, the policy could silently allow everyone.
#[test]
fn an_unknown_field_is_an_error_in_a_flattened_configuration_too() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Tls {
        certificate: String,
    }

    #[derive(Debug, PartialEq, Deserialize)]
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
        (r#", "max_age": "1h""#, "max_age: \"1h\" is no whole number of seconds; write 3600"),
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
    #[derive(Debug, Deserialize)]
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
            .allow_any_origin()
            .allow_any_method()
            .allow_headers(["*", "authorization"])
            .echo_beside_wildcard(true),
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
    // Only a predicate could allow an origin.
    let hook = CorsLayer::builder().allow_origin("https://a.com").on_decision(|_, _| {});
    let mut config = hook.build_policy().unwrap().config();
    config.allow_origins.clear();
    let mistakes = Policy::try_from(config).unwrap_err();
    assert!(mistakes.iter().any(|mistake| *mistake == ConfigError::NoOrigin), "{mistakes}");
    // A file cannot contain a closure.
    let found = serde_json::from_str::<CorsConfig>(r#"{"closures": ["on_decision"]}"#).unwrap_err();
    assert!(found.to_string().starts_with("unknown field `closures`"), "{found}");
    let read = policy.config();
    let again = CorsLayerBuilder::from(read).allow_origin_if(yes).build_policy().unwrap();
    assert_eq!(again.config(), policy.config());
    assert_ne!(again, policy);
    assert_eq!(policy.clone(), policy);
}

#[test]
fn a_fraction_of_a_second_is_no_data() {
    let mut config = CorsConfig::default();
    config.max_age = Some(Duration::from_millis(1_500));
    assert_eq!(
        serde_json::to_string(&config).unwrap_err().to_string(),
        "max_age: a fraction of a second cannot be written",
    );
    config.max_age = Some(Duration::from_secs(1));
    assert_eq!(serde_json::to_string(&config).unwrap(), r#"{"max_age":1}"#);
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
