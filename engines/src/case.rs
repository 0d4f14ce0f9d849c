//! A case: a fetch, the server that responds, and the observation that is compared.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The ports of the servers: two on `127.0.0.1`, one on `[::1]`, and two with TLS.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hosts {
    pub(crate) first: u16,
    pub(crate) second: u16,
    pub(crate) ipv6: u16,
    pub(crate) tls: u16,
    pub(crate) second_tls: u16,
    /// No server listens here.
    pub(crate) closed: u16,
}

/// The page in which the script runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Page {
    Localhost,
    Ipv4,
    Ipv6,
    Subdomain,
    /// A page over TLS.
    Secure,
    /// A page with the opaque origin `null`.
    Sandboxed,
}

impl Page {
    pub(crate) const ALL: [Self; 6] =
        [Self::Localhost, Self::Ipv4, Self::Ipv6, Self::Subdomain, Self::Sandboxed, Self::Secure];

    /// The pages over http.
    pub(crate) const HTTP: [Self; 5] =
        [Self::Localhost, Self::Ipv4, Self::Ipv6, Self::Subdomain, Self::Sandboxed];

    pub(crate) fn origin(self, hosts: Hosts) -> String {
        match self {
            Self::Localhost => format!("http://localhost:{}", hosts.first),
            Self::Ipv4 => format!("http://127.0.0.1:{}", hosts.first),
            Self::Ipv6 => format!("http://[::1]:{}", hosts.ipv6),
            Self::Subdomain => format!("http://a.localhost:{}", hosts.first),
            Self::Secure => format!("https://localhost:{}", hosts.tls),
            Self::Sandboxed => String::from("null"),
        }
    }
}

/// The interface of the browser that makes the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Api {
    Fetch,
    /// `fetch` with a stream as its body.
    Stream,
    Xhr,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Case {
    #[serde(skip)]
    pub(crate) page: Page,
    #[serde(skip)]
    pub(crate) server: Server,
    pub(crate) url: String,
    pub(crate) api: Api,
    pub(crate) method: &'static str,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Option<&'static str>,
    pub(crate) credentials: &'static str,
    pub(crate) mode: &'static str,
    pub(crate) redirect: &'static str,
    pub(crate) upload_listener: bool,
    /// The page's own policy if empty.
    pub(crate) referrer_policy: &'static str,
    /// The further fetches of the same URL.
    pub(crate) then: Vec<Further>,
}

/// A further fetch of a case.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Further {
    /// The milliseconds that pass before.
    pub(crate) wait: u64,
    /// What differs from the case. `None` if nothing does.
    #[serde(flatten)]
    pub(crate) change: Option<Change>,
}

/// The parts of a request that differ from the case.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Change {
    method: &'static str,
    headers: Vec<(&'static str, String)>,
    credentials: &'static str,
}

impl Change {
    pub(crate) fn to(method: &'static str) -> Self {
        Self { method, headers: Vec::new(), credentials: "same-origin" }
    }

    pub(crate) fn header(mut self, name: &'static str) -> Self {
        self.headers.push((name, String::from("1")));
        self
    }

    pub(crate) fn credentials(mut self, credentials: &'static str) -> Self {
        self.credentials = credentials;
        self
    }
}

impl Case {
    /// A `GET` request to another port.
    pub(crate) fn new(page: Page, server: Server) -> Self {
        Self {
            page,
            server,
            url: String::new(),
            api: Api::Fetch,
            method: "GET",
            headers: Vec::new(),
            body: None,
            credentials: "same-origin",
            mode: "cors",
            redirect: "follow",
            upload_listener: false,
            referrer_policy: "",
            then: Vec::new(),
        }
    }

    pub(crate) fn method(mut self, method: &'static str) -> Self {
        self.method = method;
        self
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn body(mut self) -> Self {
        self.body = Some("a body");
        self
    }

    pub(crate) fn credentials(mut self, credentials: &'static str) -> Self {
        self.credentials = credentials;
        self
    }

    pub(crate) fn mode(mut self, mode: &'static str) -> Self {
        self.mode = mode;
        self
    }

    pub(crate) fn redirect(mut self, redirect: &'static str) -> Self {
        self.redirect = redirect;
        self
    }

    pub(crate) fn api(mut self, api: Api) -> Self {
        self.api = api;
        self
    }

    pub(crate) fn upload_listener(mut self) -> Self {
        self.api = Api::Xhr;
        self.upload_listener = true;
        self
    }

    pub(crate) fn referrer_policy(mut self, policy: &'static str) -> Self {
        self.referrer_policy = policy;
        self
    }

    pub(crate) fn twice(self) -> Self {
        self.again_after(0)
    }

    /// Fetches the same again, after so many milliseconds.
    pub(crate) fn again_after(mut self, wait: u64) -> Self {
        self.then.push(Further { wait, change: None });
        self
    }

    pub(crate) fn then(mut self, change: Change) -> Self {
        self.then.push(Further { wait: 0, change: Some(change) });
        self
    }

    /// All fetches of the case, each with the milliseconds that pass before.
    pub(crate) fn fetches(&self) -> Vec<(u64, Self)> {
        let further = self.then.iter().map(|further| {
            let mut fetch = self.clone();
            if let Some(Change { method, headers, credentials }) = further.change.clone() {
                fetch = Self { method, headers, credentials, ..fetch };
            }
            (further.wait, fetch)
        });
        std::iter::once((0, self.clone())).chain(further).collect()
    }

    /// Sets the origin of the URL. Without it, the request goes to the second port.
    pub(crate) fn of(mut self, host: impl Into<String>) -> Self {
        self.url = host.into();
        self
    }
}

/// The server of a case.
#[derive(Clone, Debug)]
pub(crate) enum Server {
    /// The layer with the policy of this number, and a handler inside.
    Policy(usize),
    /// Responses as written. If one redirects, the next one follows.
    Raw(Vec<Hop>),
}

/// The responses of a URL to a preflight, and to other requests.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hop {
    pub(crate) preflight: Answer,
    pub(crate) answer: Answer,
}

/// Status and headers. In a value, `{origin}` is the request's origin, and `{hop}` the path of the next hop.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl Default for Answer {
    fn default() -> Self {
        Self { status: 200, headers: Vec::new() }
    }
}

/// The parts of a response that a script sees.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Outcome {
    pub(crate) ok: bool,
    /// The response's type. `None` for `XMLHttpRequest`, which does not have it.
    pub(crate) kind: Option<String>,
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
}

/// A request as the server received it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Logged {
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) origin: Option<String>,
    pub(crate) requested_method: Option<String>,
    pub(crate) requested_headers: Option<String>,
    pub(crate) has_cookie: bool,
    pub(crate) has_authorization: bool,
    /// The status of the response.
    pub(crate) status: u16,
    /// `true` if the handler inside a policy's layer got the request.
    pub(crate) reached_handler: bool,
    /// `Sec-Fetch-Site`, `-Mode` and `-Dest`.
    pub(crate) metadata: [Option<String>; 3],
}

impl Logged {
    pub(crate) fn is_preflight(&self) -> bool {
        self.requested_method.is_some()
    }
}

/// Everything that is compared of a case.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Observation {
    pub(crate) outcomes: Vec<Outcome>,
    pub(crate) requests: Vec<Logged>,
}
