//! Random configurations and fetches.

use proptest::{collection::vec, option, prelude::*, sample::select, sample::subsequence};
use tower_cors::{Danger, Policy, Refuse};

use super::naive::{Configuration, Fetch, Names, TARGET};

const PATTERNS: [&str; 9] = [
    "https://app.example.com",
    "https://*.example.com",
    "https://example.org:8443",
    "https://*.example.org:*",
    "http://plain.example",
    "http://localhost:*",
    "http://127.0.0.1:3000",
    "http://[::1]:*",
    "tauri://localhost",
];
const PAGES: [&str; 22] = [
    "https://app.example.com",
    "https://app.example.com:8443",
    "http://app.example.com",
    "https://example.com",
    "https://a.b.example.com",
    "https://app.example.com.evil.example",
    "https://evilexample.com",
    "https://example.org:8443",
    "https://example.org",
    "https://a.example.org",
    "https://a.example.org:1",
    "http://plain.example",
    "https://plain.example",
    "http://localhost",
    "http://localhost:3000",
    "https://localhost:3000",
    "http://127.0.0.1:3000",
    "http://127.0.0.1",
    "http://[::1]:8080",
    "tauri://localhost",
    "null",
    TARGET,
];
const METHODS: [&str; 4] = ["PUT", "DELETE", "PATCH", "LOCK"];
const SENT_METHODS: [&str; 9] =
    ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "LOCK", "OPTIONS", "patch"];
const NAMES: [&str; 4] = ["authorization", "content-type", "x-a", "x-b"];
/// Name, value, and `true` if the header is safelisted.
const SENT_HEADERS: [(&str, &str, bool); 8] = [
    ("accept", "application/json", true),
    ("authorization", "Bearer x", false),
    ("content-type", "application/json", false),
    ("content-type", "text/plain", true),
    ("range", "bytes=0-99", true),
    ("range", "bytes=-99", false),
    ("x-a", "1", false),
    ("x-b", "2", false),
];
const EXPOSABLE: [&str; 3] = ["etag", "x-request-id", "x-absent"];

/// A configuration, and options that change no verdict.
#[derive(Clone, Debug)]
pub(super) struct Random {
    pub(super) configuration: Configuration,
    max_age: Option<u64>,
    echo_beside_wildcard: bool,
}

fn names(all: &'static [&'static str]) -> impl Strategy<Value = Names> {
    prop_oneof![
        1 => Just(Names::All),
        3 => subsequence(all, 0..=all.len()).prop_map(Names::Listed),
    ]
}

pub(super) fn configurations() -> impl Strategy<Value = Random> {
    let origins = prop_oneof![
        1 => Just(Names::All),
        4 => (subsequence(&PATTERNS, 1..=PATTERNS.len())).prop_map(Names::Listed),
    ];
    let rest =
        (any::<bool>(), any::<bool>(), any::<bool>(), option::of(0..=600_u64), any::<bool>());
    (origins, names(&METHODS), names(&NAMES), names(&EXPOSABLE), rest).prop_map(
        |(
            origins,
            methods,
            headers,
            expose,
            (credentials, authorization, refuse, max_age, echo),
        )| {
            let has_wildcard = [&methods, &headers].iter().any(|it| matches!(it, Names::All));
            let authorization = authorization && matches!(headers, Names::All);
            let refuse = refuse && matches!(origins, Names::Listed(_));
            let configuration = Configuration {
                origins,
                predicate: None,
                insecure: true,
                credentials,
                methods,
                route: Names::All,
                headers,
                authorization,
                expose,
                refuse,
                own_origins: &[],
            };
            let echo_beside_wildcard = echo && has_wildcard && !credentials;
            Random { configuration, max_age, echo_beside_wildcard }
        },
    )
}

pub(super) fn fetches() -> impl Strategy<Value = Fetch> {
    let headers = vec(select(&SENT_HEADERS), 0..4).prop_map(|mut headers| {
        headers.sort_unstable();
        headers.dedup_by_key(|(name, ..)| *name);
        headers
    });
    (select(&PAGES), select(&SENT_METHODS), headers, any::<bool>(), prop::bool::weighted(0.1))
        .prop_map(|(page, method, headers, includes_credentials, upload_listener)| Fetch {
            page,
            method,
            headers,
            includes_credentials,
            upload_listener,
        })
}

impl Random {
    pub(super) fn build(&self, diagnose: bool) -> Policy {
        let Self { configuration, max_age, echo_beside_wildcard } = self;
        let mut builder = Policy::builder()
            .allow_credentials(configuration.credentials)
            .echo_beside_wildcard(*echo_beside_wildcard)
            .diagnose(diagnose)
            .dangerously_allow(Danger::InsecureOrigins)
            .dangerously_allow(Danger::AnyOriginWithCredentials);
        builder = configuration.write_lists(builder);
        if configuration.authorization {
            builder = builder.allow_header("authorization");
        }
        if configuration.refuse {
            builder = builder.refuse_disallowed_origins(Refuse::All).no_own_origins();
        }
        if let Some(seconds) = *max_age {
            builder = builder.max_age(std::time::Duration::from_secs(seconds));
        }
        builder.build_policy().unwrap()
    }
}
