//! The [request](https://fetch.spec.whatwg.org/#concept-request) of a script.

use http::{
    HeaderMap, HeaderName, Method, StatusCode,
    header::{
        AUTHORIZATION, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LOCATION, CONTENT_TYPE, LOCATION,
    },
};
use url::{Position, Url};

use super::{
    cache::Key,
    cookies::CookieRefusalReason,
    error::NetworkErrorCause,
    lists::{
        is_forbidden_method, is_safelisted_method, normalize, settable, unsafe_names, without_cors,
    },
    options::{Credentials, Mode, Options, ReferrerPolicy},
    preflight::Preflight,
    response::ResponseKind,
    site::{PageOrigin, is_http, serialize},
};

/// A request, with the changes that its redirects made.
#[derive(Debug)]
pub(super) struct ScriptRequest {
    pub(super) origin: PageOrigin,
    /// The [URL list](https://fetch.spec.whatwg.org/#concept-request-url-list), with the current URL last.
    urls: Vec<Url>,
    pub(super) method: Method,
    pub(super) headers: HeaderMap,
    /// The headers that a script cannot set.
    pub(super) dropped: Vec<HeaderName>,
    pub(super) options: Options,
    /// The [response tainting](https://fetch.spec.whatwg.org/#concept-request-response-tainting).
    pub(super) tainting: ResponseKind,
    /// `false` once a redirect has removed the body.
    pub(super) has_body: bool,
}

impl ScriptRequest {
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
        let mut headers = settable(&request.headers);
        if options.mode == Mode::NoCors {
            if !is_safelisted_method(&method) {
                return Err(NetworkErrorCause::MethodNeedsCors(method));
            }
            headers = without_cors(&headers);
        }
        let is_dropped = |name: &&HeaderName| {
            headers.get_all(*name).iter().count() < request.headers.get_all(*name).iter().count()
        };
        let dropped = request.headers.keys().filter(is_dropped).cloned().collect();
        Ok(Self {
            origin,
            urls: vec![url],
            method,
            headers,
            dropped,
            options,
            tainting: ResponseKind::Basic,
            has_body: true,
        })
    }

    /// The [HTTP-redirect fetch](https://fetch.spec.whatwg.org/#concept-http-redirect-fetch).
    pub(super) fn redirect(
        &mut self,
        status: StatusCode,
        response: &HeaderMap,
    ) -> Result<(), NetworkErrorCause> {
        let lines = location(response);
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

    /// The current URL.
    pub(super) fn url(&self) -> &Url {
        &self.urls[self.urls.len() - 1]
    }

    /// `true` if the request to the current URL needs a preflight, or an entry of the cache that replaces it.
    pub(super) fn needs_preflight(&self) -> bool {
        self.options.use_cors_preflight()
            || !is_safelisted_method(&self.method)
            || !unsafe_names(&self.headers).is_empty()
    }

    pub(super) fn preflight(&self) -> Preflight<'_> {
        Preflight {
            origin: self.serialized_origin(),
            method: &self.method,
            headers: &self.headers,
            credentials: self.includes_credentials(),
            is_forced: self.options.use_cors_preflight(),
        }
    }

    /// The key of the request in the preflight cache.
    pub(super) fn key(&self) -> Key {
        Key {
            partition: self.origin.site().clone(),
            origin: self.serialized_origin().to_owned(),
            url: self.url()[..Position::AfterQuery].to_owned(),
        }
    }

    /// The `Origin` of a request that is not a preflight:
    /// <https://fetch.spec.whatwg.org/#append-a-request-origin-header>
    pub(super) fn origin_header(&self) -> Option<&str> {
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
        Some(if is_hidden { "null" } else { self.serialized_origin() })
    }

    /// The [serialized request origin](https://fetch.spec.whatwg.org/#serializing-a-request-origin): the page's
    /// origin, or `null` after a redirect from one foreign origin to any other origin.
    pub(super) fn serialized_origin(&self) -> &str {
        let is_tainted = self.urls.windows(2).any(|urls| {
            serialize(&urls[0]) != serialize(&urls[1]) && !self.origin.is_same_origin(&urls[0])
        });
        if is_tainted { "null" } else { self.origin.as_str() }
    }

    /// The value of [`Sec-Fetch-Site`](https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header).
    pub(super) fn sec_fetch_site(&self) -> &'static str {
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
    pub(super) fn includes_credentials(&self) -> bool {
        self.options.credentials == Credentials::Include
    }

    /// Why the request has no cookies, and the response may set none. `None` if the standard's
    /// [`includeCredentials`](https://fetch.spec.whatwg.org/#concept-http-network-or-cache-fetch) is `true`.
    pub(super) fn withholds_cookies(&self) -> Option<CookieRefusalReason> {
        match self.options.credentials {
            Credentials::Include => None,
            Credentials::Omit => Some(CookieRefusalReason::CredentialsOmit),
            Credentials::SameOrigin if self.tainting == ResponseKind::Basic => None,
            Credentials::SameOrigin if self.origin.is_same_origin(self.url()) => {
                Some(CookieRefusalReason::CrossOriginRedirect)
            }
            Credentials::SameOrigin => Some(CookieRefusalReason::CrossOrigin),
        }
    }
}

/// All values of `Location`.
pub(super) fn location(response: &HeaderMap) -> Vec<String> {
    let lines = response.get_all(LOCATION).iter();
    lines.map(|line| String::from_utf8_lossy(line.as_bytes()).into_owned()).collect()
}

fn has_user(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some_and(|password| !password.is_empty())
}

/// <https://fetch.spec.whatwg.org/#concept-request-redirect-count>
const MAX_REDIRECTS: usize = 20;
