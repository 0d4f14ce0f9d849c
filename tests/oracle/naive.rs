//! Random configurations and fetches, and the predicted result of a fetch. The prediction follows the documentation,
//! and shares no code with the policy or with the model of a browser.

use proptest::{collection::vec, option, prelude::*, sample::select, sample::subsequence};
use tower_cors::{Danger, Policy, Refuse};

pub(super) const TARGET: &str = "https://api.example.net";

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
pub(super) const RESPONSE: [(&str, &str); 4] =
    [("content-type", "text/plain"), ("etag", "1"), ("x-request-id", "2"), ("x-secret", "3")];
const EXPOSABLE: [&str; 3] = ["etag", "x-request-id", "x-absent"];

/// All names, or the listed ones.
#[derive(Clone, Debug)]
pub(super) enum Names {
    All,
    Listed(Vec<&'static str>),
}

impl Names {
    fn have(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Listed(names) => names.contains(&name),
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Configuration {
    origins: Names,
    credentials: bool,
    methods: Names,
    headers: Names,
    /// `true` if `authorization` is listed besides `allow_any_header`.
    authorization: bool,
    expose: Names,
    refuse: bool,
    max_age: Option<u64>,
}

#[derive(Clone, Debug)]
pub(super) struct Fetch {
    pub(super) page: &'static str,
    pub(super) method: &'static str,
    pub(super) headers: Vec<(&'static str, &'static str, bool)>,
    /// `true` if the credentials mode is `include`.
    pub(super) includes_credentials: bool,
    pub(super) upload_listener: bool,
}

/// The predicted result of a fetch.
#[derive(Debug, PartialEq)]
pub(super) struct Verdict {
    pub(super) handler_runs: bool,
    pub(super) is_preflighted: bool,
    /// The sorted names of the headers that the script can read, or the cause of the error.
    pub(super) seen: Result<Vec<&'static str>, Cause>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cause {
    Origin,
    Method(&'static str),
    Header(&'static str),
    /// The credentials mode is `include`, which no server can see.
    Credentials,
    /// `*` does not cover `authorization`, which only the browser checks.
    Authorization,
}

fn names(all: &'static [&'static str]) -> impl Strategy<Value = Names> {
    prop_oneof![
        1 => Just(Names::All),
        3 => subsequence(all, 0..=all.len()).prop_map(Names::Listed),
    ]
}

pub(super) fn configurations() -> impl Strategy<Value = Configuration> {
    let origins = prop_oneof![
        1 => Just(Names::All),
        4 => (subsequence(&PATTERNS, 1..=PATTERNS.len())).prop_map(Names::Listed),
    ];
    let rest = (any::<bool>(), any::<bool>(), any::<bool>(), option::of(0..=600_u64));
    (origins, names(&METHODS), names(&NAMES), names(&EXPOSABLE), rest).prop_map(
        |(origins, methods, headers, expose, (credentials, authorization, refuse, max_age))| {
            let authorization = authorization && matches!(headers, Names::All);
            let refuse = refuse && matches!(origins, Names::Listed(_));
            Configuration {
                origins,
                credentials,
                methods,
                headers,
                authorization,
                expose,
                refuse,
                max_age,
            }
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

impl Configuration {
    pub(super) fn build(&self, diagnose: bool) -> Policy {
        let mut builder = Policy::builder()
            .allow_credentials(self.credentials)
            .diagnose(diagnose)
            .dangerously_allow(Danger::InsecureOrigins)
            .dangerously_allow(Danger::AnyOriginWithCredentials);
        builder = match &self.origins {
            Names::All => builder.allow_any_origin(),
            Names::Listed(patterns) => builder.allow_origins(patterns),
        };
        builder = match &self.methods {
            Names::All => builder.allow_any_method(),
            Names::Listed(methods) => builder.allow_methods(methods),
        };
        builder = match &self.headers {
            Names::All => builder.allow_any_header(),
            Names::Listed(names) => builder.allow_headers(names),
        };
        builder = match &self.expose {
            Names::All => builder.expose_all_headers(),
            Names::Listed(names) => builder.expose_headers(names),
        };
        if self.authorization {
            builder = builder.allow_header("authorization");
        }
        if self.refuse {
            builder = builder.refuse_disallowed_origins(Refuse::All).no_own_origins();
        }
        if let Some(seconds) = self.max_age {
            builder = builder.max_age(std::time::Duration::from_secs(seconds));
        }
        builder.build_policy().unwrap()
    }

    fn exposed(&self) -> Vec<&'static str> {
        let names = RESPONSE.map(|(name, _)| name).into_iter();
        names.filter(|name| *name == "content-type" || self.expose.have(name)).collect()
    }

    fn allows(&self, page: &str) -> bool {
        match &self.origins {
            // With credentials, the layer reflects any origin but `null`.
            Names::All => !(self.credentials && page == "null"),
            Names::Listed(patterns) => patterns.iter().any(|pattern| matches(pattern, page)),
        }
    }
}

/// `*.` stands for one or more labels, and `:*` for any port, including the default port.
fn matches(pattern: &str, page: &str) -> bool {
    let (Some((scheme, pattern)), Some((page_scheme, page))) =
        (pattern.split_once("://"), page.split_once("://"))
    else {
        return false;
    };
    let host_of = |text: &str| {
        let end = text.rfind(':').filter(|&at| !text[at..].contains(']')).unwrap_or(text.len());
        text[..end].to_owned()
    };
    let (host, page_host) = (host_of(pattern), host_of(page));
    let (port, page_port) = (&pattern[host.len()..], &page[page_host.len()..]);
    let is_host = match host.strip_prefix('*') {
        Some(suffix) => page_host.len() > suffix.len() && page_host.ends_with(suffix),
        None => host == page_host,
    };
    scheme == page_scheme && is_host && (port == ":*" || port == page_port)
}

impl Fetch {
    pub(super) fn verdict(&self, configuration: &Configuration) -> Verdict {
        if self.page == TARGET {
            let seen = Ok(RESPONSE.map(|(name, _)| name).to_vec());
            return Verdict { handler_runs: true, is_preflighted: false, seen };
        }
        let is_preflighted = self.upload_listener
            || !["GET", "HEAD", "POST"].contains(&self.method)
            || self.headers.iter().any(|(.., is_safelisted)| !is_safelisted);
        let cause = self.refusal(configuration, is_preflighted);
        let handler_runs = match cause {
            Some(_) if is_preflighted => false,
            Some(Cause::Origin) => !configuration.refuse,
            _ => true,
        };
        let seen = match cause {
            Some(cause) => Err(cause),
            None => Ok(configuration.exposed()),
        };
        Verdict { handler_runs, is_preflighted, seen }
    }

    fn refusal(&self, configuration: &Configuration, is_preflighted: bool) -> Option<Cause> {
        if !configuration.allows(self.page) {
            return Some(Cause::Origin);
        }
        if self.includes_credentials && !configuration.credentials {
            return Some(Cause::Credentials);
        }
        if !is_preflighted {
            return None;
        }
        if !["GET", "HEAD", "POST"].contains(&self.method)
            && !configuration.methods.have(self.method)
        {
            return Some(Cause::Method(self.method));
        }
        let asked = self.headers.iter().filter(|(.., is_safelisted)| !is_safelisted);
        for &(name, ..) in asked {
            if !configuration.headers.have(name) {
                return Some(Cause::Header(name));
            }
            let is_star = matches!(configuration.headers, Names::All) && !configuration.credentials;
            if name == "authorization" && is_star && !configuration.authorization {
                return Some(Cause::Authorization);
            }
        }
        None
    }
}
