//! `Display` of a policy: what it describes, in its order.

use std::{collections::BTreeSet, time::Duration};

use http::StatusCode;
use tower_cors::{CorsLayer, CorsLayerBuilder, Danger, Policy, Refuse};

fn written(builder: CorsLayerBuilder) -> String {
    builder.build_policy().unwrap().to_string()
}

#[test]
fn everything_is_described_in_reading_order() {
    let builder = Policy::builder()
        .allow_origins(["https://example.com", "https://*.example.com"])
        .allow_origin_if(|_, _| false)
        .allow_credentials(true)
        .allow_methods(["PUT", "DELETE"])
        .allow_headers(["x-b", "x-a"])
        .expose_header("etag")
        .max_age(Duration::from_secs(600))
        .allow_private_network(true)
        .allow_timing(true)
        .preflight_status(StatusCode::OK)
        .vary_on("x-tenant")
        .refuse_disallowed_origins(Refuse::Upgrades)
        .own_origin("https://api.example.com")
        .allow_methods_of_route()
        .diagnose(true)
        .report_only(true)
        .dangerously_allow(Danger::PredicateWithCredentials);
    assert_eq!(
        written(builder),
        "\
report only: responses stay as they are, and this would apply
origins: https://*.example.com, https://example.com, those that allow_origin_if allows (but none over plain http, loopback aside)
  responses: readable, with credentials too
  readable headers: the safelisted ones, etag
  timing: readable
  preflights: 200, kept for 600 s
  methods: GET, HEAD, POST, DELETE, PUT, as far as the route takes them
  request headers: the safelisted ones, x-a, x-b
  private network: allowed
other origins
  responses: not readable
  preflights: 403
  upgrades: 403, but for the server's own pages
own origins: https://api.example.com
  requests: not refused, and not reported as CORS requests
every response: at least `vary: origin, x-tenant`
refusals: say why in `x-cors-refusal`",
    );
}

#[test]
fn a_policy_for_any_origin_has_no_other_origins() {
    let builder = Policy::builder()
        .allow_any_origin()
        .allow_any_method()
        .allow_any_header()
        .expose_all_headers()
        .forward_preflights(true);
    assert_eq!(
        written(builder),
        "\
origins: any
  responses: readable, without credentials
  readable headers: all
  preflights: forwarded, kept for 5 s
  methods: any
  request headers: any but authorization",
    );
}

#[test]
fn names_beside_a_wildcard_are_described_where_there_is_one() {
    let builder = Policy::builder().allow_any_origin().echo_beside_wildcard(true);
    for (builder, methods, headers) in [
        (
            builder.clone().allow_any_method().allow_header("x-a"),
            "any, and the requested one by name",
            "the safelisted ones, x-a",
        ),
        (
            builder.clone().allow_method("PUT").allow_any_header(),
            "GET, HEAD, POST, PUT",
            "any but authorization, and the requested ones by name",
        ),
        (
            builder
                .allow_any_method()
                .allow_methods_of_route()
                .allow_headers(["*", "authorization"]),
            "any, and the requested one by name, as far as the route takes them",
            "any, and the requested ones by name",
        ),
    ] {
        assert_eq!(
            written(builder),
            format!(
                "\
origins: any
  responses: readable, without credentials
  readable headers: the safelisted ones
  preflights: 204, kept for 5 s
  methods: {methods}
  request headers: {headers}"
            ),
        );
    }
}

#[test]
fn a_layer_that_allows_no_origin_has_only_other_origins() {
    assert_eq!(
        CorsLayer::deny_all().policy().to_string(),
        "\
origins: none
other origins
  responses: not readable
  preflights: 403
every response: at least `vary: origin`",
    );
}

/// If an option were left out, two of these texts would be equal.
#[test]
fn each_option_changes_the_description() {
    let listed = || Policy::builder().allow_origin("https://example.com");
    let refusing = || listed().refuse_disallowed_origins(Refuse::All);
    let own = "https://api.example.com";
    let reflecting = || {
        let any = Policy::builder().allow_any_origin().allow_credentials(true);
        any.dangerously_allow(Danger::AnyOriginWithCredentials)
    };
    let builders = [
        listed(),
        listed().allow_origin("https://example.org"),
        listed().allow_origin("null").dangerously_allow(Danger::NullOrigin),
        listed().allow_origin_if(|_, _| true),
        Policy::builder().allow_any_origin(),
        reflecting(),
        reflecting().dangerously_allow(Danger::InsecureOrigins),
        listed().allow_credentials(true),
        listed().allow_method("PUT"),
        listed().allow_any_method(),
        listed().allow_header("x-a"),
        listed().allow_any_header(),
        listed().allow_any_header().allow_header("authorization"),
        listed().expose_header("x-a"),
        listed().expose_all_headers(),
        listed().max_age(Duration::from_secs(60)),
        listed().allow_any_method().echo_beside_wildcard(true),
        listed().allow_any_header().echo_beside_wildcard(true),
        listed().allow_private_network(true),
        listed().allow_timing(true),
        listed().vary_on("x-a"),
        listed().preflight_status(StatusCode::OK),
        listed().forward_preflights(true),
        listed().allow_methods_of_route(),
        refusing(),
        refusing().own_origin(own),
        listed().own_origin(own),
        listed().refuse_disallowed_origins(Refuse::Upgrades),
        listed().diagnose(true),
        listed().report_only(true),
    ];
    let count = builders.len();
    let texts: BTreeSet<String> = builders.into_iter().map(written).collect();
    assert_eq!(texts.len(), count, "{texts:#?}");
}

#[test]
fn long_lists_are_cut() {
    let origins = (0..25).map(|number| format!("https://n{number:02}.example.com"));
    let text = written(Policy::builder().allow_origins(origins));
    let line = text.lines().next().unwrap();
    assert!(line.ends_with(", https://n19.example.com and 5 more"), "{line}");
}
