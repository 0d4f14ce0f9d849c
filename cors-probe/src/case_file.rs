//! Reads a file of cases.

use std::fmt;

use http::{HeaderName, HeaderValue, Method, Uri, uri::PathAndQuery};
use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeOwned, SeqAccess, Visitor, value::SeqAccessDeserializer},
};

use crate::{arguments, fetch::takes_no_body, fix::Reason, origin};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    #[serde(default, deserialize_with = "url")]
    pub(crate) url: Option<Uri>,
    #[serde(default, rename = "case", deserialize_with = "cases")]
    pub(crate) cases: Vec<Case>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    #[serde(deserialize_with = "name")]
    pub(crate) name: String,
    /// Added to the path of the URL.
    #[serde(default, deserialize_with = "path")]
    pub(crate) path: Option<String>,
    #[serde(deserialize_with = "origin")]
    pub(crate) origin: String,
    #[serde(default, deserialize_with = "method")]
    pub(crate) method: Method,
    #[serde(default, deserialize_with = "headers")]
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    #[serde(default, deserialize_with = "body")]
    pub(crate) body: String,
    #[serde(default, deserialize_with = "credentials")]
    pub(crate) credentials: bool,
    #[serde(deserialize_with = "expect")]
    pub(crate) expect: Expectation,
    #[serde(default, deserialize_with = "status")]
    pub(crate) status: Option<u16>,
    #[serde(default, deserialize_with = "reason")]
    pub(crate) reason: Option<Reason>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Expectation {
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
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let file: Self = toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            let line = before.matches('\n').count();
            let written = text.lines().nth(line).unwrap_or_default();
            let place = match error.message() {
                text if text.starts_with("unknown field `url`") => {
                    "; put url above the first [[case]]"
                }
                _ => "",
            };
            format!("line {}: {}{place}\n  {written}", line + 1, error.message())
        })?;
        if file.cases.is_empty() {
            return Err(String::from("there is no case; begin each with a line [[case]]"));
        }
        for case in &file.cases {
            case.check().map_err(|fault| format!("the case {:?} {fault}", case.name))?;
        }
        Ok(file)
    }
}

impl Case {
    /// Checks what goes together.
    fn check(&self) -> Result<(), String> {
        let Self { path, method, body, expect, status, reason, .. } = self;
        if let Some(path) = path {
            check_path(path)?;
        }
        if !body.is_empty() && takes_no_body(method) {
            return Err(format!(
                "has a body, which a script cannot send with {method}; write method = \"POST\""
            ));
        }
        let fault = match expect {
            Expectation::Refused if status.is_some() => {
                "expects a status, but a page cannot see that of a refused response; remove it"
            }
            Expectation::Readable if reason.is_some() => {
                "expects a reason, but what can be read is not refused; remove it"
            }
            _ => return Ok(()),
        };
        Err(fault.to_owned())
    }
}

fn check_path(path: &str) -> Result<(), String> {
    if let Some((_, rest)) = path.split_once("://") {
        let own = rest.split_once('/').map_or("", |(_, own)| own);
        return Err(format!(
            "has the path {path:?}, which is a URL; write \"/{own}\", and the rest as url at the top of the file"
        ));
    }
    if !path.starts_with('/') {
        return Err(format!("has the path {path:?}; write \"/{path}\""));
    }
    match path.parse::<PathAndQuery>() {
        Ok(_) => Ok(()),
        Err(error) => Err(format!(
            "has the path {path:?}: {error}; write such characters with %, as a browser does"
        )),
    }
}

fn url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Uri>, D::Error> {
    let text: String = typed(deserializer, "url", "a text, such as \"http://localhost:3000\"")?;
    arguments::url(&text)
        .map(Some)
        .map_err(|error| de::Error::custom(format!("url is {text:?}: {error}")))
}

fn name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    typed(deserializer, "name", "a text, such as \"the application reads items\"")
}

fn path<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    typed(deserializer, "path", "a text, such as \"/items\"").map(Some)
}

fn origin<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text: String =
        typed(deserializer, "origin", "a text, such as \"https://app.example.com\"")?;
    origin::check_of_page(&text).map_err(de::Error::custom)?;
    Ok(text)
}

fn method<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Method, D::Error> {
    let text: String = typed(deserializer, "method", "a text, such as \"PUT\"")?;
    let wrong = |error| {
        de::Error::custom(format!("method is {text:?}: {error}; write one such as \"PUT\""))
    };
    text.parse().map_err(wrong)
}

fn headers<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<(HeaderName, HeaderValue)>, D::Error> {
    let texts: Vec<String> =
        typed(deserializer, "headers", "a list of texts, such as [\"x-a: 1\"]")?;
    let parse = |text: &String| {
        arguments::header(text)
            .map_err(|error| de::Error::custom(format!("the header {text:?}: {error}")))
    };
    texts.iter().map(parse).collect()
}

fn body<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    typed(deserializer, "body", "a text, such as '{ \"name\": \"a\" }'")
}

fn credentials<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    typed(deserializer, "credentials", "true or false")
}

fn expect<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Expectation, D::Error> {
    typed(deserializer, "expect", "\"readable\" or \"refused\"")
}

fn status<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u16>, D::Error> {
    const CHANGE: &str = "a number from 200 to 599, such as 200";
    let status = typed(deserializer, "status", CHANGE)?;
    if (200..=599).contains(&status) {
        return Ok(Some(status));
    }
    Err(de::Error::custom(format!("status is {status}; write {CHANGE}")))
}

fn reason<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Reason>, D::Error> {
    let names = Reason::ALL.map(|reason| format!("\"{reason}\"")).join(", ");
    typed(deserializer, "reason", &format!("one of {names}")).map(Some)
}

fn cases<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Case>, D::Error> {
    struct Cases;

    impl<'de> Visitor<'de> for Cases {
        type Value = Vec<Case>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("cases that each begin with a line [[case]]")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, cases: A) -> Result<Vec<Case>, A::Error> {
            Vec::deserialize(SeqAccessDeserializer::new(cases))
        }
    }

    deserializer.deserialize_seq(Cases)
}

/// Reads a value. The error says what to write in its place.
fn typed<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    deserializer: D,
    name: &str,
    change: &str,
) -> Result<T, D::Error> {
    let value = toml::Value::deserialize(deserializer)?;
    let wrong = |_| de::Error::custom(format!("{name} is {value}; write {change}"));
    value.clone().try_into().map_err(wrong)
}
