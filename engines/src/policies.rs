//! The policies of the servers, each with what the naive reading knows of it.

use std::time::Duration;

use tower_cors::{ConfigErrors, CorsLayerBuilder, Danger, Policy, Refuse};

use crate::{
    case::{Hosts, Page},
    naive::{Configuration, Names},
};

pub(crate) const COUNT: usize = 13;

/// The policies that allow any method and any header.
pub(crate) const ALLOW_ANY: [usize; 5] = [2, 3, 5, 10, ECHO_BESIDE_WILDCARD];

/// The policy that sends what is requested beside `*`. Otherwise it is like [`WITHOUT_ECHO`].
pub(crate) const ECHO_BESIDE_WILDCARD: usize = 12;
pub(crate) const WITHOUT_ECHO: usize = 3;

/// The policies that say why they refuse, which they do in a response to an allowed preflight.
pub(crate) const DIAGNOSE: [usize; 2] = [8, 11];

pub(crate) fn all(hosts: Hosts) -> Result<[Policy; COUNT], ConfigErrors> {
    let finish: [fn(CorsLayerBuilder) -> CorsLayerBuilder; COUNT] = [
        |builder| builder.allow_credentials(true).max_age(Duration::from_secs(600)),
        |builder| builder,
        |builder| builder,
        |builder| builder.allow_header("authorization"),
        |builder| builder,
        |builder| {
            builder.allow_credentials(true).dangerously_allow(Danger::AnyOriginWithCredentials)
        },
        |builder| builder.dangerously_allow(Danger::NullOrigin),
        |builder| builder,
        |builder| builder.diagnose(true),
        |builder| builder.refuse_disallowed_origins(Refuse::All).no_own_origins(),
        |builder| builder.loopback().allow_credentials(true).allow_header("authorization"),
        |builder| builder.diagnose(true),
        |builder| builder.allow_header("authorization").echo_beside_wildcard(true),
    ];
    let mut readings = readings(hosts);
    // The preset adds these.
    readings[10].origins = Names::Listed(Vec::new());
    let builders = readings.iter().zip(finish);
    let policies: Vec<Policy> = builders
        .map(|(reading, finish)| finish(reading.write_lists(Policy::builder())).build_policy())
        .collect::<Result<_, _>>()?;
    Ok(policies.try_into().unwrap_or_else(|_| unreachable!("there are as many as were written")))
}

pub(crate) fn readings(hosts: Hosts) -> [Configuration; COUNT] {
    let localhost: &'static str = Page::Localhost.origin(hosts).leak();
    let nothing = |origins: &[&'static str]| Configuration {
        origins: Names::Listed(origins.to_vec()),
        predicate: None,
        // All pages over http are on this machine, whose http is as good as https.
        insecure: true,
        credentials: false,
        methods: Names::Listed(Vec::new()),
        route: Names::All,
        headers: Names::Listed(Vec::new()),
        authorization: false,
        expose: Names::Listed(Vec::new()),
        refuse: false,
        own_origins: &[],
    };
    let listed = |origins: &[&'static str]| Configuration {
        methods: Names::Listed(vec!["PUT", "DELETE"]),
        headers: Names::Listed(vec!["content-type", "x-a"]),
        expose: Names::Listed(vec!["x-request-id", "etag"]),
        ..nothing(origins)
    };
    let any = |origins| Configuration {
        origins,
        methods: Names::All,
        headers: Names::All,
        expose: Names::All,
        ..nothing(&[])
    };
    let loopback = Names::Listed(vec![
        "http://localhost:*",
        "http://127.0.0.1:*",
        "http://[::1]:*",
        "https://localhost:*",
        "https://127.0.0.1:*",
        "https://[::1]:*",
    ]);
    [
        Configuration { credentials: true, ..listed(&[localhost]) },
        listed(&[localhost]),
        any(Names::All),
        Configuration { authorization: true, ..any(Names::All) },
        listed(&["http://*.localhost:*"]),
        Configuration { credentials: true, ..any(Names::All) },
        listed(&["null", "http://127.0.0.1:*"]),
        nothing(&["https://elsewhere.example"]),
        listed(&[localhost]),
        Configuration { refuse: true, ..listed(&[localhost]) },
        Configuration { credentials: true, authorization: true, ..any(loopback) },
        nothing(&[localhost]),
        Configuration { authorization: true, ..any(Names::All) },
    ]
}
