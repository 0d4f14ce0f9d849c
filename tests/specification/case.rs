//! The rows of all tables. A case is a request in a fixed vocabulary, from which its name is made, and all that is
//! compared of its response.

use std::{collections::HashSet, convert::Infallible, fmt};

use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use tower::{Layer, Service, ServiceExt};
use tower_cors::RequestKind;

use super::{
    actor::Actor,
    headers::{Header, REQUEST_METHOD},
    inner::Inner,
};

/// `line` is a method, and a path if it is not `/`: for example `GET /items`.
pub(crate) fn non_cors(line: &str) -> Ask {
    Ask::new(RequestKind::NonCors, line)
}

pub(crate) fn simple(line: &str) -> Ask {
    Ask::new(RequestKind::Simple, line)
}

pub(crate) fn preflighted(line: &str) -> Ask {
    Ask::new(RequestKind::Preflighted, line)
}

/// The method of `line` is the requested one.
pub(crate) fn preflight(line: &str) -> Ask {
    Ask::new(RequestKind::Preflight, line)
}

/// A request. Its `Display` is its name.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) kind: RequestKind,
    method: String,
    path: String,
    actors: Vec<Actor>,
    headers: Vec<(String, Vec<u8>)>,
}

impl Ask {
    fn new(kind: RequestKind, line: &str) -> Self {
        let (method, path) = match line.find(" /") {
            Some(space) => (&line[..space], &line[space + 1..]),
            None => (line, "/"),
        };
        let (method, path) = (method.to_owned(), path.to_owned());
        Self { kind, method, path, actors: Vec::new(), headers: Vec::new() }
    }

    /// Adds an `Origin` line.
    pub(crate) fn from(mut self, actor: Actor) -> Self {
        self.actors.push(actor);
        self
    }

    /// Adds a header line.
    pub(crate) fn with(mut self, (name, value): (&str, impl AsRef<[u8]>)) -> Self {
        self.headers.push((name.to_owned(), value.as_ref().to_owned()));
        self
    }

    pub(crate) fn request(&self) -> Request<()> {
        let is_preflight = self.kind == RequestKind::Preflight;
        let method = if is_preflight { "OPTIONS" } else { &self.method };
        let mut request = Request::builder().method(method).uri(&self.path).body(()).unwrap();
        let origins = self.actors.iter().map(|actor| ("origin", actor.origin().as_bytes()));
        let method = is_preflight.then_some((REQUEST_METHOD, self.method.as_bytes()));
        let further = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_slice()));
        for (name, value) in origins.chain(method).chain(further) {
            let name: HeaderName = name.parse().unwrap();
            request.headers_mut().append(name, HeaderValue::from_bytes(value).unwrap());
        }
        request
    }

    /// The inner service is called, and its response has exactly these headers.
    pub(crate) fn forwarded(self, headers: &[Header<'_>]) -> Case {
        self.expects(true, None, headers)
    }

    /// The layer responds with 204 in place of the inner service.
    pub(crate) fn allowed(self, headers: &[Header<'_>]) -> Case {
        self.answered(204, headers)
    }

    /// The layer responds with 403 in place of the inner service.
    pub(crate) fn refused(self, headers: &[Header<'_>]) -> Case {
        self.answered(403, headers)
    }

    /// The layer responds in place of the inner service.
    pub(crate) fn answered(self, status: u16, headers: &[Header<'_>]) -> Case {
        self.expects(false, Some(status), headers)
    }

    /// The layer responds after it has called the inner service.
    pub(crate) fn answered_for_route(self, status: u16, headers: &[Header<'_>]) -> Case {
        self.expects(true, Some(status), headers)
    }

    fn expects(self, reaches: bool, status: Option<u16>, headers: &[Header<'_>]) -> Case {
        Case { ask: self, reaches, status, headers: expected(headers) }
    }
}

impl fmt::Display for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            RequestKind::NonCors => "non-CORS",
            RequestKind::Simple => "simple",
            RequestKind::Preflighted => "preflighted",
            _ => "preflight",
        })?;
        let is_word = (1..MAX).contains(&self.method.len())
            && self.method.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if is_word {
            write!(f, " {}", self.method)?;
        } else {
            write!(f, " {}", quoted(self.method.as_bytes()))?;
        }
        if self.path != "/" {
            write!(f, " {}", self.path)?;
        }
        for (place, actor) in self.actors.iter().enumerate() {
            write!(f, " {} {actor}", if place == 0 { "from" } else { "and" })?;
        }
        for (place, (name, value)) in self.headers.iter().enumerate() {
            if place == MAX_NAMED {
                return write!(f, " and {} more", self.headers.len() - place);
            }
            write!(f, " {} {name}", if place == 0 { "with" } else { "and" })?;
            // Without its value, a cookie says all that matters.
            if name != "cookie" {
                write!(f, " {}", quoted(value))?;
            }
        }
        Ok(())
    }
}

/// The bounds of a name: header lines, and bytes of a value.
const MAX_NAMED: usize = 8;
const MAX: usize = 100;

fn quoted(value: &[u8]) -> String {
    let shown = value[..value.len().min(MAX)].escape_ascii();
    let rest =
        if value.len() > MAX { format!("... of {} bytes", value.len()) } else { String::new() };
    format!("\"{shown}{rest}\"")
}

/// A request, and its expected response.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) ask: Ask,
    reaches: bool,
    /// `None` for the inner service's.
    status: Option<u16>,
    /// All of them, in the order of their names.
    headers: Vec<(String, String)>,
}

impl Case {
    pub(crate) fn has_header(&self, name: &str) -> bool {
        self.headers.iter().any(|(found, _)| found == name)
    }
}

/// Asserts that every case holds, whether or not the inner service sets a CORS header.
pub(crate) async fn check<L>(layer: &L, cases: &[Case])
where
    L: Layer<Inner>,
    L::Service: Service<Request<()>, Response = Response<String>, Error = Infallible>,
{
    for inner in [Inner::silent(), Inner::foreign()] {
        check_over(&inner, layer, cases).await;
    }
}

/// Asserts that every case holds over this inner service: the status, whether the request reaches the inner
/// service, and all headers.
pub(crate) async fn check_over<L>(inner: &Inner, layer: &L, cases: &[Case])
where
    L: Layer<Inner>,
    L::Service: Service<Request<()>, Response = Response<String>, Error = Infallible>,
{
    check_kinds(cases.iter().map(|case| &case.ask));
    for Case { ask, reaches, status, headers } in cases {
        let calls = inner.calls();
        let response = layer.layer(inner.clone()).oneshot(ask.request()).await.unwrap();
        let found = (response.status().as_u16(), inner.calls() - calls, lines(response.headers()));
        let expected = (status.unwrap_or(inner.status), usize::from(*reaches), headers.clone());
        assert_eq!(found, expected, "{ask}");
    }
}

/// Asserts that the requests are of their kinds, and that no two have the same name.
pub(crate) fn check_kinds<'a>(asks: impl IntoIterator<Item = &'a Ask>) {
    let mut names = HashSet::new();
    for ask in asks {
        assert!(names.insert(ask.to_string()), "two cases are {ask}");
        assert_eq!(RequestKind::of(&ask.request()), ask.kind, "{ask}");
    }
}

/// All lines of a header map, in the order of their names.
pub(crate) fn lines(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    sorted(headers.iter().map(|(name, value)| (name.to_string(), text(value))))
}

/// The same of the expected headers.
pub(crate) fn expected(headers: &[Header<'_>]) -> Vec<(String, String)> {
    sorted(headers.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())))
}

/// The lines of one header stay in their order.
fn sorted(lines: impl Iterator<Item = (String, String)>) -> Vec<(String, String)> {
    let mut lines: Vec<_> = lines.collect();
    lines.sort_by(|one, other| one.0.cmp(&other.0));
    lines
}
