//! The fetch of one request, from its preflight over its redirects to what the script gets. It knows
//! nothing of services and futures: it says what to send, and is told what came back.

use http::{
    HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri,
    header::{
        ACCEPT, AUTHORIZATION, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LOCATION, CONTENT_TYPE,
        COOKIE, HOST, LOCATION, ORIGIN,
    },
};
use url::{Position, Url};

use super::{
    Credentials, Memory, Mode, Redirect, ReferrerPolicy, ResponseKind,
    cache::Key,
    check::{basic, cors_check, exposed},
    error::NetworkErrorCause,
    lists::{
        is_forbidden_method, is_safelisted_method, normalize, settable, unsafe_names, without_cors,
    },
    preflight::Announced,
    site::{PageOrigin, is_trustworthy, serialize},
};

const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");
const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

const MOST_REDIRECTS: usize = 20;

/// A request, and where it stands.
#[derive(Debug)]
pub(super) struct Algorithm {
    origin: PageOrigin,
    /// All URLs so far, the current one last.
    urls: Vec<Url>,
    method: Method,
    headers: HeaderMap,
    options: Options,
    tainting: ResponseKind,
    /// A redirect took the body away.
    has_body: bool,
    is_preflighted: bool,
    awaits_preflight: bool,
}

/// What the script chose.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Options {
    pub(super) mode: Mode,
    pub(super) credentials: Credentials,
    pub(super) redirect: Redirect,
    pub(super) upload_listener: bool,
    pub(super) upload_stream: bool,
    pub(super) referrer_policy: ReferrerPolicy,
}

impl Options {
    /// The [use-CORS-preflight flag](https://fetch.spec.whatwg.org/#use-cors-preflight-flag).
    fn force_preflight(self) -> bool {
        self.upload_listener || self.upload_stream
    }
}

/// What to do next.
#[derive(Debug)]
pub(super) enum Step {
    Send(Outgoing),
    Finish { kind: ResponseKind, status: Option<StatusCode>, headers: HeaderMap },
}

#[derive(Clone, Debug)]
pub(super) struct Outgoing {
    pub(super) is_preflight: bool,
    pub(super) has_body: bool,
    pub(super) method: Method,
    pub(super) uri: Uri,
    pub(super) headers: HeaderMap,
}

impl Algorithm {
    /// What the API checks before anything is sent: <https://fetch.spec.whatwg.org/#dom-request>
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

    /// The [main fetch](https://fetch.spec.whatwg.org/#concept-main-fetch) of the current URL.
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
        self.is_preflighted = self.options.force_preflight()
            || !is_safelisted_method(&self.method)
            || !unsafe_names.is_empty();
        if !self.is_preflighted || self.is_cached(&unsafe_names, memory) {
            return Ok(self.send(memory));
        }
        self.awaits_preflight = true;
        let headers = self.announced(&self.serialized_origin()).request_headers();
        Ok(self.outgoing(Method::OPTIONS, headers, true))
    }

    /// What the response makes of it.
    pub(super) fn receive(
        &mut self,
        status: StatusCode,
        headers: &HeaderMap,
        memory: &mut Memory,
    ) -> Result<Step, NetworkErrorCause> {
        if self.awaits_preflight {
            let permission = self.announced(&self.serialized_origin()).check(status, headers)?;
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

    /// What a failure leaves behind: <https://fetch.spec.whatwg.org/#concept-cache-clear>
    pub(super) fn fail(&self, memory: &mut Memory) {
        if self.is_preflighted {
            memory.preflights.clear(&self.key());
        }
    }

    /// Method and URL, for people.
    pub(super) fn describe(&self) -> String {
        let preflight = if self.awaits_preflight { "the preflight of " } else { "" };
        format!("{preflight}{} {}", self.method, self.url())
    }

    /// <https://fetch.spec.whatwg.org/#concept-http-redirect-fetch>
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
        if self.urls.len() > MOST_REDIRECTS {
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
                || (is_safelisted_method(&self.method) && !self.options.force_preflight());
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

    fn announced<'a>(&'a self, origin: &'a str) -> Announced<'a> {
        Announced {
            origin,
            method: &self.method,
            headers: &self.headers,
            credentials: self.includes_credentials(),
            forced: self.options.force_preflight(),
        }
    }

    /// The request itself: <https://fetch.spec.whatwg.org/#concept-http-network-or-cache-fetch>
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

    /// The origin, or `null` after a redirect from one foreign origin to another.
    /// <https://fetch.spec.whatwg.org/#serializing-a-request-origin>
    fn serialized_origin(&self) -> String {
        let is_tainted = self.urls.windows(2).any(|urls| {
            serialize(&urls[0]) != serialize(&urls[1]) && !self.origin.is_same_origin(&urls[0])
        });
        if is_tainted { String::from("null") } else { self.origin.as_str().to_owned() }
    }

    /// <https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header>
    fn site(&self) -> &'static str {
        if self.urls.iter().all(|url| self.origin.is_same_origin(url)) {
            "same-origin"
        } else if self.urls.iter().all(|url| self.origin.is_same_site(url)) {
            "same-site"
        } else {
            "cross-site"
        }
    }

    /// The [credentials mode](https://fetch.spec.whatwg.org/#concept-request-credentials-mode) is `include`.
    fn includes_credentials(&self) -> bool {
        self.options.credentials == Credentials::Include
    }

    /// Whether the request carries cookies, and the response may set them.
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
