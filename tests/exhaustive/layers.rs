//! The layers that are built from combinations.

use std::{convert::Infallible, future::ready, time::Duration};

use http::{Request, Response, StatusCode};
use tower::{Layer, util::BoxCloneSyncService};
use tower_cors::{ConfigErrors, CorsLayer, CorsLayerBuilder, Policy, Refuse};

use super::{
    combinations::Combination,
    naive::Configuration,
    reading::{Reading, accepted},
    requests::Handler,
};

pub(crate) type Wire = BoxCloneSyncService<Request<String>, Response<String>, Infallible>;

/// Puts the combination's layer around the handler.
pub(crate) fn build(
    combination: &Combination,
    reading: &Reading,
    handler: &Handler,
) -> Result<Wire, ConfigErrors> {
    let handler = handler.clone();
    let configuration = &reading.parts[reading.parts.len() - 1];
    let builder = further(combination, own(configuration, of_all_parts(combination)));
    let predicate = configuration.predicate;
    if combination.has("kind", "asynchronous") {
        let layer = builder.allow_origin_if_async(move |origin, _| {
            // Beside a list, it fails.
            let end = predicate.ok_or("no predicate");
            ready(end.map(|end| origin.as_bytes().ends_with(end.as_bytes())))
        });
        return Ok(Wire::new(layer.build()?.layer(handler)));
    }
    let policy = match predicate {
        Some(end) => builder
            .allow_origin_if(move |origin, _| origin.as_bytes().ends_with(end.as_bytes()))
            .build_policy()?,
        None => builder.build_policy()?,
    };
    Ok(match combination.value("kind") {
        "plain" => Wire::new(CorsLayer::new(policy).layer(handler)),
        "select" => {
            let layer = CorsLayer::select(move |request| {
                (request.uri.path() == "/items").then(|| policy.clone())
            });
            Wire::new(layer.layer(handler))
        }
        "first match" => {
            let partner = own(&reading.parts[0], of_all_parts(combination)).build_policy()?;
            Wire::new(CorsLayer::first_match([partner, policy])?.layer(handler))
        }
        #[cfg(feature = "reload")]
        "reloadable" => {
            let (layer, handle) = CorsLayer::reloadable(CorsLayer::public().policy().clone());
            let service = Wire::new(layer.layer(handler));
            handle.set(policy);
            service
        }
        kind => unreachable!("{kind}"),
    })
}

/// The options that all parts of a `first_match` share.
fn of_all_parts(combination: &Combination) -> CorsLayerBuilder {
    let mut builder = Policy::builder()
        .diagnose(combination.has("reports", "diagnose"))
        .report_only(combination.has("reports", "only"))
        .forward_preflights(combination.has("preflights", "forwarded"));
    if combination.has("preflights", "of route") {
        builder = builder.allow_methods_of_route();
    }
    match combination.value("refuse") {
        "all" => builder.refuse_disallowed_origins(Refuse::All),
        "upgrades" => builder.refuse_disallowed_origins(Refuse::Upgrades),
        _ => builder,
    }
}

/// The options of one part.
fn own(configuration: &Configuration, builder: CorsLayerBuilder) -> CorsLayerBuilder {
    let builder = configuration.write_lists(builder);
    builder.own_origins(configuration.own_origins).allow_credentials(configuration.credentials)
}

/// The options that only the last part has.
fn further(combination: &Combination, builder: CorsLayerBuilder) -> CorsLayerBuilder {
    let mut builder = builder
        .dangerously_allow_these(accepted(combination))
        .echo_beside_wildcard(combination.further("echo"))
        .allow_timing(combination.further("timing"))
        .allow_private_network(combination.further("private_network"));
    if combination.further("max_age") {
        builder = builder.max_age(Duration::from_secs(600));
    }
    if combination.further("vary_on") {
        builder = builder.vary_on("x-tenant");
    }
    if combination.has("preflights", "299") {
        builder = builder.preflight_status(StatusCode::from_u16(299).unwrap());
    }
    builder
}
