//! The [fetching](https://fetch.spec.whatwg.org/#fetching) of one request, as a state machine without I/O.
//!
//! It returns each request to send, and takes the response to it, until the script gets a response or an error.

use http::{
    HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri,
    header::{
        ACCEPT, AUTHORIZATION, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LOCATION, CONTENT_TYPE,
        COOKIE, HOST, LOCATION, ORIGIN,
    },
};
use url::{Position, Url};

use super::{
    cache::Key,
    check::{basic, cors_check, exposed},
    error::NetworkErrorCause,
    lists::{
        is_forbidden_method, is_safelisted_method, normalize, settable, unsafe_names, without_cors,
    },
    memory::Memory,
    options::{Credentials, Mode, Options, Redirect, ReferrerPolicy},
    preflight::Preflight,
    response::ResponseKind,
    site::{PageOrigin, is_trustworthy, serialize},
};

/// The state of a request.
#[derive(Debug)]
pub(super) struct Algorithm {
    origin: PageOrigin,
    /// The [URL list](https://fetch.spec.whatwg.org/#concept-request-url-list), with the current URL last.
    urls: Vec<Url>,
    method: Method,
    headers: HeaderMap,
    options: Options,
    /// The [response tainting](https://fetch.spec.whatwg.org/#concept-request-response-tainting).
    tainting: ResponseKind,
    /// `false` once a redirect has removed the body.
    has_body: bool,
    /// `true` if the request to the current URL needs a preflight, or an entry of the cache that replaces it.
    is_preflighted: bool,
    /// `true` if the next response is the one to the preflight.
    awaits_preflight: bool,
}

/// The next thing to do.
#[derive(Debug)]
pub(super) enum Step {
    Send(Outgoing),
    Finish { kind: ResponseKind, status: Option<StatusCode>, headers: HeaderMap },
}

/// A request to send.
#[derive(Clone, Debug)]
pub(super) struct Outgoing {
    pub(super) is_preflight: bool,
    pub(super) has_body: bool,
    pub(super) method: Method,
    pub(super) uri: Uri,
    pub(super) headers: HeaderMap,
}

impl Algorithm {
    /// Runs the checks of the [`Request` constructor](https://fetch.spec.whatwg.org/#dom-request).
    pub(super) fn new(
        origin: PageOrigin,
        request: http::request::Parts,
        options: Options,
    ) -> Result<Self, NetworkErrorCause> {
        let text = request.uri.to_string();
        let url = Url::parse(&text).ok().filter(|url| is_http(url) && !has_user(url));
        let Some(url) = url else { return Err(NetworkErrorCause::InvalidUrl(text)) };
        if is_forbidden_method(&request.method) {
            return Err(NetworkErrorCause::ForbiddenMethod(request.method));
        }
        let method = normalize(request.method);
        let mut headers = settable(request.headers);
        if options.mode == Mode::NoCors {
            if !is_safelisted_method(&method) {
                return Err(NetworkErrorCause::MethodNeedsCors(method));
            }
            headers = without_cors(&headers);
        }
        Ok(Self {
            origin,
            urls: vec![url],
            method,
            headers,
            options,
            tainting: ResponseKind::Basic,
            has_body: true,
            is_preflighted: false,
            awaits_preflight: false,
        })
    }

    /// Runs the [main fetch](https://fetch.spec.whatwg.org/#concept-main-fetch) for the current URL.
    pub(super) fn start(&mut self, memory: &Memory) -> Result<Outgoing, NetworkErrorCause> {
        let is_own = self.origin.is_same_origin(self.url());
        self.is_preflighted = false;
        if is_own && self.tainting == ResponseKind::Basic {
            return Ok(self.send(memory));
        }
        match self.options.mode {
            Mode::SameOrigin => {
                return Err(NetworkErrorCause::NotSameOrigin(self.url().to_string()));
            }
            Mode::NoCors if self.options.redirect != Redirect::Follow => {
                return Err(NetworkErrorCause::RedirectsNeedCors);
            }
            Mode::NoCors => {
                self.tainting = ResponseKind::Opaque;
                return Ok(self.send(memory));
            }
            Mode::Cors => self.tainting = ResponseKind::Cors,
        }
        let unsafe_names = unsafe_names(&self.headers);
        self.is_preflighted = self.options.use_cors_preflight()
            || !is_safelisted_method(&self.method)
            || !unsafe_names.is_empty();
        if !self.is_preflighted || self.is_cached(&unsafe_names, memory) {
            return Ok(self.send(memory));
        }
        self.awaits_preflight = true;
        let headers = self.preflight(&self.serialized_origin()).request_headers();
        Ok(self.outgoing(Method::OPTIONS, headers, true))
    }

    /// Takes the response to the last request.
    pub(super) fn receive(
        &mut self,
        status: StatusCode,
        headers: &HeaderMap,
        memory: &mut Memory,
    ) -> Result<Step, NetworkErrorCause> {
        if self.awaits_preflight {
            let permission = self.preflight(&self.serialized_origin()).check(status, headers)?;
            self.awaits_preflight = false;
            let (key, now) = (self.key(), memory.now);
            for allowed in permission.allowed {
                let expires = now.saturating_add(permission.max_age);
                memory.preflights.store(&key, self.includes_credentials(), allowed, expires);
            }
            return Ok(Step::Send(self.send(memory)));
        }
        if let Some(host) = self.url().host_str().filter(|_| self.has_credentials()) {
            memory.cookies.store(host, headers);
        }
        if self.tainting == ResponseKind::Cors {
            cors_check(&self.serialized_origin(), self.includes_credentials(), headers)?;
        }
        if matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) {
            match self.options.redirect {
                Redirect::Error => {
                    return Err(NetworkErrorCause::Redirected(location(headers).join(", ")));
                }
                Redirect::Manual => {
                    let kind = ResponseKind::OpaqueRedirect;
                    return Ok(Step::Finish { kind, status: None, headers: HeaderMap::new() });
                }
                Redirect::Follow if headers.contains_key(LOCATION) => {
                    self.redirect(status, headers)?;
                    return self.start(memory).map(Step::Send);
                }
                Redirect::Follow => {}
            }
        }
        let kind = self.tainting;
        Ok(match kind {
            ResponseKind::Basic | ResponseKind::OpaqueRedirect => {
                Step::Finish { kind, status: Some(status), headers: basic(headers) }
            }
            ResponseKind::Cors => {
                let headers = exposed(self.includes_credentials(), headers);
                Step::Finish { kind, status: Some(status), headers }
            }
            ResponseKind::Opaque => Step::Finish { kind, status: None, headers: HeaderMap::new() },
        })
    }

    /// [Clears the cache entries](https://fetch.spec.whatwg.org/#concept-cache-clear) after a network error, if the
    /// request needed a preflight.
    pub(super) fn fail(&self, memory: &mut Memory) {
        if self.is_preflighted {
            memory.preflights.clear(&self.key());
        }
    }

    /// The method and the URL, for an error text.
    pub(super) fn describe(&self) -> String {
        let preflight = if self.awaits_preflight { "the preflight of " } else { "" };
        format!("{preflight}{} {}", self.method, self.url())
    }

    /// The [HTTP-redirect fetch](https://fetch.spec.whatwg.org/#concept-http-redirect-fetch).
    fn redirect(
        &mut self,
        status: StatusCode,
        headers: &HeaderMap,
    ) -> Result<(), NetworkErrorCause> {
        let lines = location(headers);
        let text = lines.join(", ");
        let target = match &lines[..] {
            [one] => self.url().join(one).ok().filter(is_http),
            _ => None,
        };
        let Some(target) = target else { return Err(NetworkErrorCause::InvalidLocation(text)) };
        if self.urls.len() > MAX_REDIRECTS {
            return Err(NetworkErrorCause::TooManyRedirects);
        }
        let crosses = self.options.mode == Mode::Cors && !self.origin.is_same_origin(&target);
        if has_user(&target) && (crosses || self.tainting == ResponseKind::Cors) {
            return Err(NetworkErrorCause::CredentialsInLocation(text));
        }
        if self.options.upload_stream && self.has_body && status != StatusCode::SEE_OTHER {
            return Err(NetworkErrorCause::StreamRedirected(text));
        }
        let becomes_get = match status.as_u16() {
            301 | 302 => self.method == Method::POST,
            303 => self.method != Method::GET && self.method != Method::HEAD,
            _ => false,
        };
        if becomes_get {
            self.method = Method::GET;
            self.has_body = false;
            for name in [CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LOCATION, CONTENT_TYPE] {
                self.headers.remove(name);
            }
        }
        if serialize(&target) != serialize(self.url()) {
            self.headers.remove(AUTHORIZATION);
        }
        self.urls.push(target);
        Ok(())
    }

    fn is_cached(&self, unsafe_names: &[String], memory: &Memory) -> bool {
        let (key, credentials) = (self.key(), self.includes_credentials());
        let cache = &memory.preflights;
        let is_method_allowed =
            cache.has_method(&key, credentials, self.method.as_str(), memory.now)
                || (is_safelisted_method(&self.method) && !self.options.use_cors_preflight());
        is_method_allowed
            && unsafe_names.iter().all(|name| cache.has_header(&key, credentials, name, memory.now))
    }

    fn key(&self) -> Key {
        Key {
            partition: self.origin.as_str().to_owned(),
            origin: self.serialized_origin(),
            url: self.url()[..Position::AfterQuery].to_owned(),
        }
    }

    fn preflight<'a>(&'a self, origin: &'a str) -> Preflight<'a> {
        Preflight {
            origin,
            method: &self.method,
            headers: &self.headers,
            credentials: self.includes_credentials(),
            is_forced: self.options.use_cors_preflight(),
        }
    }

    /// The [HTTP-network-or-cache fetch](https://fetch.spec.whatwg.org/#concept-http-network-or-cache-fetch).
    fn send(&self, memory: &Memory) -> Outgoing {
        let mut headers = self.headers.clone();
        if !headers.contains_key(ACCEPT) {
            headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
        }
        if self.has_credentials() {
            let cookies = self.url().host_str().and_then(|host| memory.cookies.header(host));
            headers.extend(cookies.map(|cookies| (COOKIE, cookies)));
        }
        self.outgoing(self.method.clone(), headers, false)
    }

    fn outgoing(&self, method: Method, mut headers: HeaderMap, is_preflight: bool) -> Outgoing {
        let url = self.url();
        let host = HeaderValue::from_str(&url[Position::BeforeHost..Position::AfterPort]);
        headers.extend(host.ok().map(|host| (HOST, host)));
        let origin =
            if is_preflight { Some(self.serialized_origin()) } else { self.origin_header() };
        let origin = origin.and_then(|origin| HeaderValue::try_from(origin).ok());
        headers.extend(origin.map(|origin| (ORIGIN, origin)));
        if is_trustworthy(url) {
            let mode = match self.options.mode {
                Mode::Cors => "cors",
                Mode::NoCors => "no-cors",
                Mode::SameOrigin => "same-origin",
            };
            headers.insert(SEC_FETCH_DEST, HeaderValue::from_static("empty"));
            headers.insert(SEC_FETCH_MODE, HeaderValue::from_static(mode));
            headers.insert(SEC_FETCH_SITE, HeaderValue::from_static(self.site()));
        }
        let origin_form = &url[Position::BeforePath..Position::AfterQuery];
        let authority = &url[Position::BeforeHost..Position::AfterPort];
        let uri =
            format!("{}://{authority}{origin_form}", url.scheme()).parse().unwrap_or_default();
        Outgoing { is_preflight, has_body: self.has_body && !is_preflight, method, uri, headers }
    }

    /// The `Origin` of a request that is not a preflight:
    /// <https://fetch.spec.whatwg.org/#append-a-request-origin-header>
    fn origin_header(&self) -> Option<String> {
        if self.tainting == ResponseKind::Cors {
            return Some(self.serialized_origin());
        }
        if [Method::GET, Method::HEAD].contains(&self.method) {
            return None;
        }
        let is_hidden = match self.options.referrer_policy {
            _ if self.options.mode == Mode::Cors => false,
            ReferrerPolicy::NoReferrer => true,
            ReferrerPolicy::NoReferrerWhenDowngrade
            | ReferrerPolicy::StrictOrigin
            | ReferrerPolicy::StrictOriginWhenCrossOrigin => {
                self.origin.is_https() && self.url().scheme() != "https"
            }
            ReferrerPolicy::SameOrigin => !self.origin.is_same_origin(self.url()),
            ReferrerPolicy::Origin
            | ReferrerPolicy::OriginWhenCrossOrigin
            | ReferrerPolicy::UnsafeUrl => false,
        };
        Some(if is_hidden { String::from("null") } else { self.serialized_origin() })
    }

    /// The [serialized request origin](https://fetch.spec.whatwg.org/#serializing-a-request-origin): the page's
    /// origin, or `null` after a redirect from one foreign origin to any other origin.
    fn serialized_origin(&self) -> String {
        let is_tainted = self.urls.windows(2).any(|urls| {
            serialize(&urls[0]) != serialize(&urls[1]) && !self.origin.is_same_origin(&urls[0])
        });
        if is_tainted { String::from("null") } else { self.origin.as_str().to_owned() }
    }

    /// The value of [`Sec-Fetch-Site`](https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header).
    fn site(&self) -> &'static str {
        if self.urls.iter().all(|url| self.origin.is_same_origin(url)) {
            "same-origin"
        } else if self.urls.iter().all(|url| self.origin.is_same_site(url)) {
            "same-site"
        } else {
            "cross-site"
        }
    }

    /// `true` if the [credentials mode](https://fetch.spec.whatwg.org/#concept-request-credentials-mode) is
    /// `include`.
    fn includes_credentials(&self) -> bool {
        self.options.credentials == Credentials::Include
    }

    /// The standard's [`includeCredentials`](https://fetch.spec.whatwg.org/#concept-http-network-or-cache-fetch):
    /// `true` if the request has cookies, and the response may set them.
    fn has_credentials(&self) -> bool {
        match self.options.credentials {
            Credentials::Omit => false,
            Credentials::SameOrigin => self.tainting == ResponseKind::Basic,
            Credentials::Include => true,
        }
    }

    fn url(&self) -> &Url {
        &self.urls[self.urls.len() - 1]
    }
}

fn location(headers: &HeaderMap) -> Vec<String> {
    let lines = headers.get_all(LOCATION).iter();
    lines.map(|line| String::from_utf8_lossy(line.as_bytes()).into_owned()).collect()
}

fn is_http(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
}

fn has_user(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some_and(|password| !password.is_empty())
}

const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");
const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// <https://fetch.spec.whatwg.org/#concept-request-redirect-count>
const MAX_REDIRECTS: usize = 20;
