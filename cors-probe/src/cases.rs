//! Checks the cases of a file.

use std::{error::Error, fmt, fs, str::FromStr};

use http::{HeaderName, HeaderValue, Method, Uri};
use serde::{Deserialize, Deserializer, de};
use serde_json::{Value, json};

use crate::{
    Outcome,
    arguments::{self, CheckArguments},
    client::Client,
    fetch::{Fetch, Fetched},
    fix::Fix,
    origin,
};

/// Returns a table, and whether all cases are as expected.
pub(crate) async fn run(arguments: &CheckArguments) -> Result<(String, Outcome), Box<dyn Error>> {
    let name = arguments.file.display();
    let text = fs::read_to_string(&arguments.file)
        .map_err(|error| format!("{name} cannot be read: {error}"))?;
    let file = File::parse(&text).map_err(|error| format!("{name}: {error}"))?;
    let url = arguments.url.clone().or(file.url);
    let url = url.ok_or_else(|| {
        format!("{name}: there is no url; write url = \"http://localhost:3000\", or add --url to the command")
    })?;
    let client = Client::new(&arguments.common)?;
    let mut results = Vec::new();
    for case in file.cases {
        let fetched = case.fetch(&url)?.run(&client).await?;
        results.push(Checked::new(case, &fetched));
    }
    let are_good = results.iter().all(|result| result.fault.is_none());
    let text = if arguments.common.json {
        let cases: Vec<Value> = results.iter().map(Checked::json).collect();
        serde_json::to_string_pretty(&json!({ "as_expected": are_good, "cases": cases }))?
    } else {
        table(&results)
    };
    Ok((text, if are_good { Outcome::Good } else { Outcome::Bad }))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default, deserialize_with = "url")]
    url: Option<Uri>,
    #[serde(default, rename = "case")]
    cases: Vec<Case>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    #[serde(default = "root")]
    path: String,
    #[serde(deserialize_with = "origin")]
    origin: String,
    #[serde(default, deserialize_with = "parsed")]
    method: Method,
    #[serde(default, deserialize_with = "headers")]
    headers: Vec<(HeaderName, HeaderValue)>,
    #[serde(default)]
    body: String,
    #[serde(default)]
    credentials: bool,
    expect: Expectation,
    status: Option<u16>,
    reason: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Expectation {
    Readable,
    Refused,
}

impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Readable => "readable",
            Self::Refused => "refused",
        })
    }
}

impl File {
    fn parse(text: &str) -> Result<Self, String> {
        let file: Self = toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            format!("line {}: {}", before.matches('\n').count() + 1, error.message())
        })?;
        if file.cases.is_empty() {
            return Err(String::from("there is no case; begin each with a line [[case]]"));
        }
        for Case { name, path, method, body, expect, status, reason, .. } in &file.cases {
            let wrong = |text: &str| Err(format!("the case {name:?} {text}"));
            if !path.starts_with('/') {
                return wrong(&format!("has the path {path:?}; write \"/{path}\""));
            }
            if !body.is_empty() && [Method::GET, Method::HEAD].contains(method) {
                return wrong(&format!(
                    "has a body, which a script cannot send with {method}; write method = \"POST\""
                ));
            }
            if *expect == Expectation::Refused && status.is_some() {
                return wrong(
                    "expects a status, but a page cannot see that of a refused response; remove it",
                );
            }
            if *expect == Expectation::Readable && reason.is_some() {
                return wrong("expects a reason, but what can be read is not refused; remove it");
            }
        }
        Ok(file)
    }
}

impl Case {
    fn fetch(&self, base: &Uri) -> Result<Fetch, Box<dyn Error>> {
        let mut parts = base.clone().into_parts();
        let before = base.path().trim_end_matches('/');
        parts.path_and_query = Some(format!("{before}{}", self.path).parse()?);
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

/// A case, and what was found.
struct Checked {
    case: Case,
    found: Expectation,
    status: Option<u16>,
    reason: Option<&'static str>,
    error: Option<String>,
    /// What is not as expected.
    fault: Option<String>,
}

impl Checked {
    fn new(case: Case, Fetched { exchanges, result }: &Fetched) -> Self {
        let (found, status, reason, error) = match result {
            Ok((status, _)) => (Expectation::Readable, Some(*status), None, None),
            Err(error) => {
                let fix = Fix::of(error, exchanges);
                (Expectation::Refused, None, Some(fix.reason), Some(error.to_string()))
            }
        };
        let as_hoped = found == case.expect;
        let other_status = case.status.filter(|expected| Some(*expected) != status);
        let other_reason = case.reason.as_deref().filter(|expected| Some(*expected) != reason);
        let fault = match (as_hoped, other_status, other_reason) {
            (false, ..) => Some(
                error.clone().unwrap_or_else(|| String::from("the page can read the response")),
            ),
            (true, Some(expected), _) => {
                let status = status.unwrap_or_default();
                Some(format!("the status is {status}, and {expected} was expected"))
            }
            (true, None, Some(expected)) => {
                let reason = reason.unwrap_or_default();
                Some(format!("the reason is {reason}, and {expected} was expected"))
            }
            (true, None, None) => None,
        };
        Self { case, found, status, reason, error, fault }
    }

    fn json(&self) -> Value {
        let Self { case, found, status, reason, error, fault } = self;
        json!({
            "name": case.name,
            "origin": case.origin,
            "method": case.method.as_str(),
            "path": case.path,
            "expected": case.expect.to_string(),
            "found": found.to_string(),
            "status": status,
            "reason": reason,
            "error": error,
            "as_expected": fault.is_none(),
            "fault": fault,
        })
    }
}

fn table(results: &[Checked]) -> String {
    let mut lines = Vec::new();
    for Checked { case, found, status, reason, fault, .. } in results {
        let mark = if fault.is_none() { "ok  " } else { "FAIL" };
        let detail = status.map(|status| status.to_string());
        let detail = detail.as_deref().or(*reason).unwrap_or_default();
        lines.push(format!("{mark}  {found:<8}  {detail:<30}  {}", case.name));
        lines.extend(fault.iter().map(|fault| format!("      {fault}")));
    }
    let good = results.iter().filter(|result| result.fault.is_none()).count();
    lines.push(format!("{good} of {} cases are as expected", results.len()));
    lines.join("\n")
}

fn root() -> String {
    String::from("/")
}

fn url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Uri>, D::Error> {
    let text = String::deserialize(deserializer)?;
    arguments::url(&text)
        .map(Some)
        .map_err(|error| de::Error::custom(format!("url is {text:?}: {error}")))
}

fn origin<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    // A page may have this origin, although an audit cannot begin with it.
    if text != "null" {
        origin::check(&text).map_err(de::Error::custom)?;
    }
    Ok(text)
}

fn parsed<'de, D: Deserializer<'de>, T: FromStr<Err: fmt::Display>>(
    deserializer: D,
) -> Result<T, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse()
        .map_err(|error| de::Error::custom(format!("{text:?}: {error}; write one such as \"GET\"")))
}

fn headers<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<(HeaderName, HeaderValue)>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    let parse = |text: &String| {
        arguments::header(text)
            .map_err(|error| de::Error::custom(format!("the header {text:?}: {error}")))
    };
    texts.iter().map(parse).collect()
}
