//! The third opinion. A fault of the layer would show to the engine and to the model alike, so both are also compared
//! with the naive reading of each policy, which shares no code with it.

use std::fmt;

use http::HeaderMap;

use crate::{
    case::{Api, Case, Hosts, Observation, Server},
    engine::Engine,
    naive::{Cause, Configuration, Fetch, Verdict, seen},
    policies,
};

pub(crate) struct Report {
    engine: Engine,
    count: usize,
    /// In how many cases the engine does not do what the reading says, because it differs from the model.
    differ: usize,
    wrong: Vec<String>,
}

impl Report {
    pub(crate) fn is_good(&self) -> bool {
        self.wrong.is_empty() && self.count > 0
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.wrong {
            writeln!(f, "{line}")?;
        }
        write!(
            f,
            "{}: {} cases of policies: the naive reading, the model and the engine agree on {}, {} are explained above, \
             {} not",
            self.engine,
            self.count,
            self.count - self.differ - self.wrong.len(),
            self.differ,
            self.wrong.len()
        )
    }
}

/// Compares what the engine and the model did with what the policies say. Where the engine differs from the model, its
/// differences are compared elsewhere.
pub(crate) fn compare<'a>(
    engine: Engine,
    hosts: Hosts,
    cases: impl Iterator<Item = (&'a Case, &'a Observation, &'a Observation)>,
) -> Report {
    let readings = policies::readings(hosts);
    let mut report = Report { engine, count: 0, differ: 0, wrong: Vec::new() };
    for (case, of_engine, of_model) in cases {
        let Some((configuration, fetch)) = read(case, hosts, &readings) else { continue };
        report.count += 1;
        let verdict = fetch.verdict(configuration);
        let expected = Seen {
            is_preflighted: verdict.is_preflighted,
            is_refused: is_refused(&verdict).filter(|_| !diagnoses(case)),
            handler_runs: verdict.handler_runs,
            names: verdict.seen.as_ref().ok().cloned(),
        };
        let [engine, model] =
            [of_engine, of_model].map(|it| Seen::of(it, expected.is_refused.is_some()));
        if model.as_ref() != Some(&expected) || (engine != model && of_engine == of_model) {
            report.wrong.push(format!(
                "{case:?}\n  the policy: {verdict:?}\n  the model: {model:?}\n  the engine: {engine:?}"
            ));
        } else if engine != model {
            report.differ += 1;
        }
    }
    report
}

/// The parts of an observation that the naive reading predicts.
#[derive(Debug, PartialEq)]
struct Seen {
    is_preflighted: bool,
    /// `true` if the layer refuses the preflight. `None` if there is none, or if the naive reading does not know.
    is_refused: Option<bool>,
    handler_runs: bool,
    /// The names of the handler's headers that the script can read. `None` if it can read nothing.
    names: Option<Vec<&'static str>>,
}

impl Seen {
    /// `None` if there is no request or no outcome.
    fn of(observation: &Observation, shows_refusal: bool) -> Option<Self> {
        let outcome = observation.outcomes.first()?;
        let mut headers = HeaderMap::new();
        for name in outcome.headers.keys() {
            let name: http::HeaderName = name.parse().ok()?;
            headers.insert(name, http::HeaderValue::from_static(""));
        }
        let names = seen(&headers).into_iter().map(|name| &*String::leak(name.to_owned()));
        let first = observation.requests.first()?;
        Some(Self {
            is_preflighted: first.is_preflight(),
            is_refused: shows_refusal.then_some(first.status == 403),
            handler_runs: observation.requests.iter().any(|request| request.reached_handler),
            names: outcome.ok.then(|| names.collect()),
        })
    }
}

fn diagnoses(case: &Case) -> bool {
    matches!(case.server, Server::Policy(number) if policies::DIAGNOSE.contains(&number))
}

/// The reading names one cause. Where it is the credentials mode, which the layer does not see, there may be another.
fn is_refused(verdict: &Verdict) -> Option<bool> {
    match verdict.seen {
        _ if !verdict.is_preflighted => None,
        Err(Cause::Origin | Cause::Method(_) | Cause::Header(_)) => Some(true),
        Err(Cause::Credentials) => None,
        Err(Cause::Authorization) | Ok(_) => Some(false),
    }
}

/// The case in the words of the naive reading, which knows one fetch in the mode `cors` of another origin.
fn read<'a>(
    case: &Case,
    hosts: Hosts,
    readings: &'a [Configuration],
) -> Option<(&'a Configuration, Fetch)> {
    let Server::Policy(number) = case.server else { return None };
    let is_foreign = case.url.starts_with(&format!("http://localhost:{}/", hosts.second));
    if !is_foreign || case.mode != "cors" || !case.then.is_empty() || case.api == Api::Stream {
        return None;
    }
    let headers = case.headers.iter().map(|(name, value)| {
        let name = &*name.to_ascii_lowercase().leak();
        Some((name, &*value.clone().leak(), is_safelisted(name, value)?))
    });
    let method = match case.method {
        "put" => "PUT",
        "GET" | "HEAD" | "POST" | "PUT" | "DELETE" | "PATCH" | "patch" => case.method,
        _ => return None,
    };
    let fetch = Fetch {
        page: case.page.origin(hosts).leak(),
        method,
        headers: headers.collect::<Option<_>>()?,
        includes_credentials: case.credentials == "include",
        upload_listener: case.upload_listener,
    };
    Some((readings.get(number)?, fetch))
}

/// `None` for a value that the naive reading does not know.
fn is_safelisted(name: &str, value: &str) -> Option<bool> {
    match (name, value) {
        ("accept" | "accept-language", _) if value.bytes().all(|byte| byte == b'a') => {
            Some(value.len() <= 128)
        }
        ("content-type", "text/plain") | ("range", "bytes=0-9") => Some(true),
        ("content-type", "application/json") | ("authorization" | "x-a" | "x-b", _) => Some(false),
        _ => None,
    }
}
