//! What presets add, alone and beside what is written.

use http::HeaderValue;
use tower_cors::{
    ConfigError, ConfigOption, CorsConfig, CorsLayer, CorsLayerBuilder, Danger, Policy, Refuse,
};

fn builder() -> CorsLayerBuilder {
    CorsLayer::builder().allow_origin("https://example.com")
}

/// Builds without warnings, and reads back. What was read back builds the same policy.
fn config(builder: CorsLayerBuilder) -> CorsConfig {
    let policy = builder.build_policy().unwrap();
    assert_eq!(policy.warnings(), []);
    let config = policy.config();
    assert_eq!(Policy::try_from(config.clone()).unwrap(), policy);
    config
}

fn mistakes(builder: CorsLayerBuilder) -> Vec<ConfigError> {
    builder.build_policy().unwrap_err().iter().cloned().collect()
}

#[test]
fn grpc_web_adds_headers() {
    let config = config(builder().grpc_web());
    assert_eq!(config.allow_origins, ["https://example.com"]);
    assert_eq!(config.allow_methods, [""; 0]);
    assert_eq!(
        config.allow_headers,
        ["content-type", "grpc-timeout", "x-grpc-web", "x-user-agent"]
    );
    assert_eq!(config.expose_headers, ["grpc-message", "grpc-status", "grpc-status-details-bin"]);
}

#[test]
fn connect_adds_headers() {
    let config = config(builder().connect());
    assert_eq!(config.allow_methods, [""; 0]);
    assert_eq!(
        config.allow_headers,
        ["connect-protocol-version", "connect-timeout-ms", "content-type", "x-user-agent"]
    );
    assert_eq!(config.expose_headers, [""; 0]);
}

#[test]
fn loopback_adds_origins() {
    let loopback = CorsLayer::builder().loopback().allow_credentials(true).build_policy().unwrap();
    assert_eq!(loopback.warnings(), []);
    for (origin, allowed) in [
        ("http://localhost", true),
        ("http://localhost:3000", true),
        ("https://localhost:3000", true),
        ("http://127.0.0.1:8080", true),
        ("https://[::1]", true),
        ("http://127.0.0.2", false),
        ("http://localhost.example.com", false),
        ("http://a.localhost", false),
        ("null", false),
    ] {
        assert_eq!(loopback.allows_origin(&HeaderValue::from_static(origin)), allowed, "{origin}");
    }
}

#[test]
fn presets_with_common_names_go_together() {
    let config = config(builder().grpc_web().connect().grpc_web().loopback().loopback());
    assert_eq!(config.allow_origins.len(), 7);
    assert_eq!(
        config.allow_headers,
        [
            "connect-protocol-version",
            "connect-timeout-ms",
            "content-type",
            "grpc-timeout",
            "x-grpc-web",
            "x-user-agent"
        ]
    );
}

#[test]
fn what_a_preset_adds_can_also_be_written() {
    let builder = builder().allow_header("Content-Type").connect().allow_header("X-User-Agent");
    let builder = builder.loopback().allow_origin("http://localhost:*");
    assert_eq!(config(builder).allow_headers.len(), 4);
}

#[test]
fn a_wildcard_covers_the_names_of_a_preset() {
    let all = config(builder().expose_all_headers().grpc_web().allow_any_header());
    assert_eq!(all.expose_headers, ["*"]);
    assert_eq!(all.allow_headers, ["*"]);

    let all = config(
        builder().mcp().no_own_origins().allow_any_method().allow_any_header().expose_all_headers(),
    );
    assert_eq!(all.allow_methods, ["*"]);
    // `*` does not cover it.
    assert_eq!(all.allow_headers, ["*", "authorization"]);
    assert_eq!(all.expose_headers, ["*"]);
}

#[test]
fn what_is_written_beside_a_wildcard_is_still_a_mistake_that_names_it_alone() {
    assert_eq!(
        mistakes(builder().grpc_web().expose_all_headers().expose_header("x-request-id")),
        [ConfigError::WildcardBesideOthers {
            option: ConfigOption::ExposeHeaders,
            others: vec![String::from("x-request-id")],
        }]
    );
    assert_eq!(
        mistakes(CorsLayer::builder().loopback().allow_any_origin()),
        [ConfigError::AnyOriginBesideOthers { others: vec![String::from("loopback")] }]
    );
}

#[test]
fn mcp_refuses_other_origins() {
    for builder in [builder().mcp(), CorsLayer::builder().mcp().allow_origin("https://example.com")]
    {
        let config = config(builder.no_own_origins());
        assert_eq!(config.refuse_disallowed_origins, Some(Refuse::All));
    }
    let config = CorsConfig::default();
    let builder = CorsLayerBuilder::from(config).mcp().loopback().no_own_origins();
    let config = builder.build_policy().unwrap().config();
    assert_eq!(config.refuse_disallowed_origins, Some(Refuse::All));
}

#[test]
fn mcp_refuses_none_where_any_origin_is_allowed() {
    for builder in [
        CorsLayer::builder().mcp().allow_any_origin(),
        CorsLayer::builder().allow_any_origin().mcp(),
        CorsLayer::builder().allow_origin("*").mcp(),
    ] {
        let config = config(builder);
        assert_eq!(config.allow_origins, ["*"]);
        assert_eq!(config.refuse_disallowed_origins, None);
        assert_eq!(config.allow_methods, ["DELETE"]);
        assert_eq!(config.expose_headers, ["mcp-session-id", "www-authenticate"]);
    }
    let mut from_file = CorsConfig::default();
    from_file.allow_origins.push(String::from("*"));
    assert_eq!(config(CorsLayerBuilder::from(from_file).mcp()).refuse_disallowed_origins, None);
    let reflected = CorsLayer::builder().mcp().allow_any_origin().allow_credentials(true);
    let reflected = config(reflected.dangerously_allow(Danger::AnyOriginWithCredentials));
    assert_eq!(reflected.refuse_disallowed_origins, None);
}

#[test]
fn refusing_that_is_written_stays_a_mistake_where_any_origin_is_allowed() {
    for builder in [
        CorsLayer::builder().mcp().refuse_disallowed_origins(Refuse::All),
        CorsLayer::builder().refuse_disallowed_origins(Refuse::All).mcp(),
        CorsLayer::builder().refuse_disallowed_origins(Refuse::All),
    ] {
        assert_eq!(mistakes(builder.allow_any_origin()), [ConfigError::RefusingWithAnyOrigin]);
    }
}

#[test]
fn refusing_less_than_mcp_does_is_a_mistake() {
    for (first, second, builder) in [
        ("All", "Upgrades", builder().mcp().refuse_disallowed_origins(Refuse::Upgrades)),
        ("Upgrades", "All", builder().refuse_disallowed_origins(Refuse::Upgrades).mcp()),
    ] {
        let option = ConfigOption::RefuseDisallowedOrigins;
        let (first, second) = (first.to_owned(), second.to_owned());
        assert_eq!(mistakes(builder), [ConfigError::SetTwice { option, first, second }]);
    }
}
