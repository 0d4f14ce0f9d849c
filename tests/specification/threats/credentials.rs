//! Credentials for everyone: the hole that is found most often.

use tower_cors::{CorsConfig, CorsLayer, CorsLayerBuilder, Danger, Policy};

use crate::{
    actor::Actor::{AllowedOrigin, Null, Stranger},
    case::{check, non_cors, preflight, preflighted, simple},
    first_match::{everyone, ours},
    headers::{
        ALLOW_ANY, ALLOW_ORIGIN, ALLOW_PUT, COOKIE, CREDENTIALS, PREFLIGHT_VARY,
        STATIC_PREFLIGHT_VARY, VARY,
    },
};

#[test]
fn any_origin_with_credentials_builds_in_no_spelling() {
    const MISTAKE: &str = "allow_origins: any origin is allowed, and so are credentials, which browsers refuse together; \
        list the origins, or do not allow credentials (a bearer token needs none, only \"authorization\" among allow_headers)";
    let with_credentials = || CorsLayer::builder().allow_credentials(true);
    let mut config = CorsConfig::default();
    config.allow_origins.push("*".into());
    config.allow_credentials = true;
    let other_dangers = [
        Danger::NullOrigin,
        Danger::InsecureOrigins,
        Danger::PublicSuffixes,
        Danger::PredicateWithCredentials,
    ];
    let written: [CorsLayerBuilder; 10] = [
        with_credentials().allow_any_origin(),
        CorsLayer::builder().allow_any_origin().allow_credentials(true),
        with_credentials().allow_origin("*"),
        with_credentials().allow_origins(["*"]),
        with_credentials().allow_origins(["*", "*"]),
        with_credentials().allow_any_origin().dangerously_allow_these(other_dangers),
        with_credentials().allow_any_origin().grpc_web(),
        with_credentials().allow_any_origin().connect(),
        with_credentials().mcp().allow_any_origin(),
        CorsLayerBuilder::from(config.clone()),
    ];
    for builder in written {
        assert_eq!(builder.build().unwrap_err().to_string(), MISTAKE);
    }
    assert_eq!(Policy::try_from(config).unwrap_err().to_string(), MISTAKE);
}

/// Nothing is added to what is listed, and no option has a default beside it.
#[test]
fn a_configuration_without_origins_does_not_build() {
    const MISTAKE: &str = "allow_origins: no origin is listed, so no page could read any response; \
        list one, such as \"https://example.com\", or allow any with \"*\"";
    let builder = CorsLayer::builder;
    for builder in [
        builder(),
        builder().allow_credentials(true),
        builder().allow_origins([""; 0]),
        builder().grpc_web(),
        builder().allow_any_method().allow_any_header(),
        CorsLayerBuilder::from(CorsConfig::default()),
    ] {
        assert_eq!(builder.build().unwrap_err().to_string(), MISTAKE);
    }
}

/// What one policy allows is not joined with what another does.
#[tokio::test]
#[rustfmt::skip]
async fn beside_a_policy_with_credentials_strangers_get_none() {
    let layer = CorsLayer::first_match([ours(), everyone()]).unwrap();
    check(&layer, &[
        simple("GET").from(AllowedOrigin).with(COOKIE).forwarded(&[CREDENTIALS, ALLOW_ORIGIN, VARY]),
        simple("GET").from(Stranger).with(COOKIE).forwarded(&[ALLOW_ANY, VARY]),
        simple("GET").from(Null).with(COOKIE).forwarded(&[ALLOW_ANY, VARY]),
        simple("GET").with(("origin", "https://app.example.com.evil.net")).forwarded(&[ALLOW_ANY, VARY]),
        preflighted("PUT").from(Stranger).with(COOKIE).forwarded(&[ALLOW_ANY, VARY]),
        non_cors("GET").with(COOKIE).forwarded(&[ALLOW_ANY, VARY]),
        preflight("PUT").from(AllowedOrigin).allowed(&[CREDENTIALS, ALLOW_PUT, ALLOW_ORIGIN, PREFLIGHT_VARY]),
        preflight("PUT").from(Stranger).refused(&[PREFLIGHT_VARY]),
    ]).await;
}

/// Cookies change nothing: a response that anyone can read is the same for all.
#[tokio::test]
async fn any_origin_gets_a_star_and_never_its_name() {
    let layer = CorsLayer::builder().allow_any_origin().build().unwrap();
    for origin in [Stranger.origin(), AllowedOrigin.origin(), "http://localhost:3000", "null", ""] {
        let authorization = ("authorization", "Basic YTpi");
        let get = || simple("GET").with(("origin", origin));
        let cases = [
            get().forwarded(&[ALLOW_ANY]),
            get().with(COOKIE).forwarded(&[ALLOW_ANY]),
            preflighted("GET").with(("origin", origin)).with(authorization).forwarded(&[ALLOW_ANY]),
            preflight("POST").with(("origin", origin)).allowed(&[ALLOW_ANY, STATIC_PREFLIGHT_VARY]),
        ];
        check(&layer, &cases).await;
    }
}
