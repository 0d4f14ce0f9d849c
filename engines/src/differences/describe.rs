//! A case as text.

use std::fmt::Write;

use super::Pair;
use crate::case::{Logged, Observation, Outcome};

/// `rows` are the numbers of the rows that explain the case.
pub(super) fn describe(pair: &Pair<'_>, rows: Option<&[usize]>) -> String {
    let (case, hosts) = (pair.case, pair.hosts);
    let rows = match rows {
        Some(rows) => format!("explained by the rows {rows:?}"),
        None => String::from("not explained"),
    };
    let text = format!(
        "{rows}: {case:?}\n  the engine:\n{}  the model:\n{}",
        observed(&pair.engine),
        observed(&pair.model)
    );
    // The ports differ from run to run.
    let ports = [
        (hosts.first, "first"),
        (hosts.second, "second"),
        (hosts.ipv6, "ipv6"),
        (hosts.tls, "tls"),
        (hosts.second_tls, "second_tls"),
    ];
    let name = |text: String, (port, name): (u16, &str)| {
        text.replace(&format!(":{port}"), &format!(":{name}"))
    };
    ports.into_iter().fold(text, name)
}

fn observed(observation: &Observation) -> String {
    let mut text = String::new();
    for request in &observation.requests {
        let Logged { method, url, has_cookie, has_authorization, .. } = request;
        let [site, mode, dest] = &request.metadata;
        let _ = write!(text, "    {method} {url}");
        for (name, value) in [
            ("origin", &request.origin),
            ("method", &request.requested_method),
            ("headers", &request.requested_headers),
            ("site", site),
            ("mode", mode),
            ("dest", dest),
        ] {
            if let Some(value) = value {
                let _ = write!(text, " {name}={value}");
            }
        }
        for (name, has) in [("cookie", has_cookie), ("authorization", has_authorization)] {
            if *has {
                let _ = write!(text, " {name}");
            }
        }
        text.push('\n');
    }
    for outcome in &observation.outcomes {
        let _ = match outcome {
            Outcome { ok: false, .. } => writeln!(text, "    => network error"),
            Outcome { kind, status, headers, .. } => {
                writeln!(text, "    => {} {status} {headers:?}", kind.as_deref().unwrap_or("xhr"))
            }
        };
    }
    text
}
