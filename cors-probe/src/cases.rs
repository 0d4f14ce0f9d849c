//! Checks the cases of a file.

use std::{error::Error, fs};

use http::{Uri, header::ACCESS_CONTROL_ALLOW_ORIGIN};
use serde_json::{Value, json};

use crate::{
    Outcome,
    arguments::CheckArguments,
    case_file::{Case, Expectation, File},
    client::{self, Client},
    fetch::{Fetch, Fetched},
    fix::{Fix, Reason},
};

/// Returns a table, and whether all cases are as expected. What could not be sent for one case does not end the others.
pub(crate) async fn run(arguments: &CheckArguments) -> Result<(String, Outcome), Box<dyn Error>> {
    let name = arguments.file.display();
    let text = fs::read_to_string(&arguments.file)
        .map_err(|error| format!("{name} cannot be read: {error}"))?;
    let file = File::parse(&text).map_err(|error| format!("{name}: {error}"))?;
    let url = arguments.url.clone().or(file.url);
    let url = url.ok_or_else(|| {
        format!("{name}: there is no url; write url = \"http://localhost:3000\", or add --url to the command")
    })?;
    if let Some(query) = url.query() {
        let place = if arguments.url.is_some() { "--url" } else { &format!("{name}: the url") };
        return Err(format!(
            "{place} {url} has a query; write it in the path of each case, such as path = \"/?{query}\""
        )
        .into());
    }
    let client = Client::new(&arguments.common)?;
    let mut results = Vec::new();
    for case in &file.cases {
        if let [header, ..] = case.fetch(&url)?.dropped().await[..] {
            let change = if header == "origin" { "write it as origin = …" } else { "remove it" };
            return Err(format!(
                "{name}: the case {:?} has the header {header}, which a script cannot set; {change}",
                case.name
            )
            .into());
        }
    }
    for case in file.cases {
        let found = Found::of(case.fetch(&url)?.run(&client).await);
        results.push(Checked { fault: case.fault(&found), found, case });
    }
    let are_good = results.iter().all(|result| result.fault.is_none());
    let are_sent = results.iter().all(|result| !matches!(result.found, Found::Unsent { .. }));
    let text = if arguments.common.json {
        let cases: Vec<Value> = results.iter().map(Checked::json).collect();
        serde_json::to_string_pretty(&json!({ "as_expected": are_good, "cases": cases }))?
    } else {
        table(&results)
    };
    let outcome = match (are_sent, are_good) {
        (true, true) => Outcome::Good,
        (true, false) => Outcome::Bad,
        (false, _) => Outcome::Unsent,
    };
    Ok((text, outcome))
}

impl Case {
    fn fetch(&self, base: &Uri) -> Result<Fetch, Box<dyn Error>> {
        let mut parts = base.clone().into_parts();
        if let Some(path) = &self.path {
            let before = base.path().trim_end_matches('/');
            parts.path_and_query = Some(format!("{before}{path}").parse()?);
        }
        Ok(Fetch {
            url: Uri::from_parts(parts)?,
            origin: self.origin.clone(),
            method: self.method.clone(),
            headers: self.headers.clone(),
            body: self.body.clone(),
            credentials: self.credentials,
            upload_listener: false,
        })
    }
}

/// A case, what was found, and what of it is not as expected.
struct Checked {
    case: Case,
    found: Found,
    fault: Option<String>,
}

enum Found {
    /// With `Access-Control-Allow-Origin`, if the last response has it.
    Readable {
        status: u16,
        allowed: Option<String>,
    },
    Refused {
        reason: Reason,
        error: String,
        fix: String,
    },
    Unsent {
        error: String,
    },
}

impl Found {
    fn of(fetched: Result<Fetched, Box<dyn Error>>) -> Self {
        match fetched {
            Ok(Fetched { result: Ok((status, _)), exchanges }) => {
                let headers = exchanges.last().and_then(|last| last.response_headers());
                let allowed = headers.and_then(|headers| headers.get(ACCESS_CONTROL_ALLOW_ORIGIN));
                let allowed = allowed.map(|value| client::printable(value.as_bytes()));
                Self::Readable { status, allowed }
            }
            Ok(Fetched { result: Err(error), exchanges }) => {
                let Fix { reason, change } = Fix::of(&error, &exchanges);
                Self::Refused { reason, error: error.to_string(), fix: change }
            }
            Err(error) => Self::Unsent { error: error.to_string() },
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Readable { .. } => "readable",
            Self::Refused { .. } => "refused",
            Self::Unsent { .. } => "unsent",
        }
    }
}

impl Case {
    /// What is not as expected.
    fn fault(&self, found: &Found) -> Option<String> {
        match (found, self.expect) {
            (Found::Unsent { error }, _)
            | (Found::Refused { error, .. }, Expectation::Readable) => Some(error.clone()),
            (Found::Readable { allowed, .. }, Expectation::Refused) => {
                let header = allowed
                    .as_ref()
                    .map(|value| format!(": Access-Control-Allow-Origin is {value}"));
                Some(format!(
                    "the page can read the response, and refused was expected{}",
                    header.unwrap_or_default()
                ))
            }
            (Found::Readable { status, .. }, Expectation::Readable) => {
                let other = self.status.filter(|expected| expected != status)?;
                Some(format!("the status is {status}, and {other} was expected"))
            }
            (Found::Refused { reason, .. }, Expectation::Refused) => {
                let other = self.reason.filter(|expected| expected != reason)?;
                Some(format!("the reason is {reason}, and {other} was expected"))
            }
        }
    }
}

impl Checked {
    fn json(&self) -> Value {
        let Self { case, found, fault } = self;
        let (status, reason, error, fix) = match found {
            Found::Readable { status, .. } => (Some(status), None, None, None),
            Found::Refused { reason, error, fix } => (None, Some(reason), Some(error), Some(fix)),
            Found::Unsent { error } => (None, None, Some(error), None),
        };
        json!({
            "name": case.name,
            "origin": case.origin,
            "method": case.method.as_str(),
            "path": case.path,
            "expected": case.expect.to_string(),
            "found": found.name(),
            "status": status,
            "reason": reason,
            "error": error,
            "fix": fix,
            "as_expected": fault.is_none(),
            "fault": fault,
        })
    }
}

fn table(results: &[Checked]) -> String {
    let mut lines = Vec::new();
    for Checked { case, found, fault } in results {
        let mark = if fault.is_none() { "ok  " } else { "FAIL" };
        let detail = match found {
            Found::Readable { status, .. } => status.to_string(),
            Found::Refused { reason, .. } => reason.to_string(),
            Found::Unsent { .. } => String::new(),
        };
        lines.push(format!("{mark}  {:<8}  {detail:<30}  {}", found.name(), case.name));
        lines.extend(fault.iter().map(|fault| format!("      {fault}")));
        if let (Found::Refused { fix, .. }, Expectation::Readable) = (found, case.expect) {
            lines.push(format!("      fix: {fix}"));
        }
    }
    let good = results.iter().filter(|result| result.fault.is_none()).count();
    lines.push(format!("{good} of {} cases are as expected", results.len()));
    lines.join("\n")
}
