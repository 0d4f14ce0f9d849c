//! The policies of the servers.

use std::time::Duration;

use tower_cors::{ConfigErrors, CorsLayerBuilder, Danger, Policy, Refuse};

use crate::case::{Hosts, Page};

pub(crate) const COUNT: usize = 12;

/// The policies that allow any method and any header.
pub(crate) const ALLOW_ANY: [usize; 4] = [2, 3, 5, 10];

pub(crate) fn all(hosts: Hosts) -> Result<[Policy; COUNT], ConfigErrors> {
    let localhost = || Page::Localhost.origin(hosts);
    let builder = Policy::builder;
    let listed = |builder: CorsLayerBuilder| {
        builder
            .allow_methods(["PUT", "DELETE"])
            .allow_headers(["content-type", "x-a"])
            .expose_headers(["x-exposed", "etag"])
    };
    let any = |builder: CorsLayerBuilder| {
        builder.allow_any_method().allow_any_header().expose_all_headers()
    };
    let policies = [
        listed(builder().allow_origin(localhost()).allow_credentials(true))
            .max_age(Duration::from_secs(600)),
        listed(builder().allow_origin(localhost())),
        any(builder().allow_any_origin()),
        any(builder().allow_any_origin()).allow_header("authorization"),
        listed(builder().allow_origin("http://*.localhost:*")),
        any(builder().allow_any_origin().allow_credentials(true))
            .dangerously_allow(Danger::AnyOriginWithCredentials),
        listed(builder().allow_origins(["null", "http://127.0.0.1:*"]))
            .dangerously_allow(Danger::NullOrigin),
        builder().allow_origin("https://elsewhere.example"),
        listed(builder().allow_origin(localhost())).diagnose(true),
        listed(builder().allow_origin(localhost()))
            .refuse_disallowed_origins(Refuse::All)
            .no_own_origins(),
        any(builder().loopback().allow_credentials(true)).allow_header("authorization"),
        builder().allow_origin(localhost()).diagnose(true),
    ];
    let policies: Vec<Policy> =
        policies.into_iter().map(CorsLayerBuilder::build_policy).collect::<Result<_, _>>()?;
    Ok(policies.try_into().unwrap_or_else(|_| unreachable!("there are as many as were written")))
}
