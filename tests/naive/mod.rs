//! A naive reading of configurations: what a script can fetch, by the documentation and by plain comparison of texts. It
//! shares no code with the policy or with the model of a browser.

mod builder;

use http::{HeaderMap, HeaderName, HeaderValue, Method, Request};

/// The origin of the server.
pub(crate) const TARGET: &str = "https://api.example.net";

/// The headers of the handler's response, but for those of CORS.
pub(crate) const RESPONSE: [(&str, &str); 4] =
    [("content-type", "text/plain"), ("etag", "1"), ("x-request-id", "2"), ("x-secret", "3")];

/// All names, or the listed ones.
#[derive(Clone, Debug)]
pub(crate) enum Names {
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
#[expect(clippy::struct_excessive_bools, reason = "each is an option by itself")]
pub(crate) struct Configuration {
    pub(crate) origins: Names,
    /// The end of the origins that a predicate allows.
    pub(crate) predicate: Option<&'static str>,
    /// `true` if origins over plain http are allowed without being listed.
    pub(crate) insecure: bool,
    pub(crate) credentials: bool,
    pub(crate) methods: Names,
    /// The methods of the route, if only those are allowed.
    pub(crate) route: Names,
    pub(crate) headers: Names,
    /// `true` if `authorization` is listed besides `allow_any_header`.
    pub(crate) authorization: bool,
    pub(crate) expose: Names,
    /// `true` if requests from disallowed origins are refused.
    pub(crate) refuse: bool,
    /// The origins whose requests are not refused.
    pub(crate) own_origins: &'static [&'static str],
}

#[derive(Clone, Debug)]
pub(crate) struct Fetch {
    pub(crate) page: &'static str,
    pub(crate) method: &'static str,
    /// Name, value, and `true` if the header is safelisted.
    pub(crate) headers: Vec<(&'static str, &'static str, bool)>,
    /// `true` if the credentials mode is `include`.
    pub(crate) includes_credentials: bool,
    pub(crate) upload_listener: bool,
}

/// The predicted result of a fetch.
#[derive(Debug, PartialEq)]
pub(crate) struct Verdict {
    pub(crate) handler_runs: bool,
    pub(crate) is_preflighted: bool,
    /// The sorted names of the headers that the script can read, or the cause of the error.
    pub(crate) seen: Result<Vec<&'static str>, Cause>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cause {
    Origin,
    Method(&'static str),
    Header(&'static str),
    /// The credentials mode is `include`, which no server can see.
    Credentials,
    /// `*` does not cover `authorization`, which only the browser checks.
    Authorization,
}

impl Configuration {
    /// Returns `true` if the page's origin is allowed.
    pub(crate) fn allows(&self, page: &str) -> bool {
        let is_reached = || page != "null" && (self.insecure || !page.starts_with("http://"));
        match &self.origins {
            // With credentials, the layer reflects any origin but `null`.
            Names::All => !self.credentials || is_reached(),
            Names::Listed(patterns) => {
                patterns.iter().any(|pattern| matches(pattern, page))
                    || (self.predicate.is_some_and(|end| page.ends_with(end)) && is_reached())
            }
        }
    }

    fn exposed(&self) -> Vec<&'static str> {
        let names = RESPONSE.map(|(name, _)| name).into_iter();
        names.filter(|name| *name == "content-type" || self.expose.have(name)).collect()
    }
}

/// `*.` stands for one or more labels, and `:*` for any port, including the default port.
fn matches(pattern: &str, page: &str) -> bool {
    let (Some((scheme, pattern)), Some((page_scheme, page))) =
        (pattern.split_once("://"), page.split_once("://"))
    else {
        return pattern == page;
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
    pub(crate) fn verdict(&self, configuration: &Configuration) -> Verdict {
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
            Some(Cause::Origin) => {
                !configuration.refuse || configuration.own_origins.contains(&self.page)
            }
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
        let is_listed =
            configuration.methods.have(self.method) && configuration.route.have(self.method);
        if !is_listed && !["GET", "HEAD", "POST"].contains(&self.method) {
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

    pub(crate) fn request(&self) -> Request<String> {
        let mut request = Request::new(String::from("a body"));
        *request.method_mut() = Method::from_bytes(self.method.as_bytes()).unwrap();
        *request.uri_mut() = format!("{TARGET}/items").parse().unwrap();
        for &(name, value, _) in &self.headers {
            request.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        request
    }
}

/// The sorted names of those headers that are the handler's.
pub(crate) fn seen(headers: &HeaderMap) -> Vec<&str> {
    let mut names: Vec<&str> = headers.keys().map(HeaderName::as_str).collect();
    names.retain(|name| RESPONSE.iter().any(|(own, _)| own == name));
    names.sort_unstable();
    names
}
