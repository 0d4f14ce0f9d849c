//! A model of the browser's side of the [Fetch standard](https://fetch.spec.whatwg.org/), to test a CORS
//! set-up with.

mod algorithm;
mod cache;
mod check;
mod cookies;
mod error;
mod exchange;
mod fetch;
mod lists;
mod preflight;
mod site;

use std::{
    fmt,
    sync::{Arc, Mutex},
    time::Duration,
};

use http::Request;
use tower_service::Service;

use cache::PreflightCache;
use cookies::CookieJar;
pub use error::{NetworkError, NetworkErrorCause};
pub use exchange::{Exchange, Exchanges, FetchResponse, ResponseKind};
pub use fetch::Fetch;
use fetch::lock;
use site::PageOrigin;

/// A browser in front of a service: an application in memory, or a client for real servers.
///
/// It classifies a page's requests, asks with preflights, keeps their answers, sends, follows redirects, and
/// shows the script what the standard lets it see. What it leaves out: navigation, an HTTP cache, and the
/// headers `Accept-Language`, `Referer` and `User-Agent`. The `Accept: */*` that it adds does not count to the
/// 1024 bytes of safelisted headers.
///
/// Requests to all hosts go to the one service, which tells them apart by the request's URI or by `Host`.
///
/// ```
/// use axum::{Router, routing::put};
/// use http::Request;
/// use tower_cors::{CorsLayer, browser::Browser};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let cors = CorsLayer::builder()
///     .allow_origin("https://app.example.com")
///     .allow_method("PUT")
///     .allow_header("content-type")
///     .build()?;
/// let app: Router = Router::new().route("/items/1", put(async || "changed")).layer(cors);
///
/// let browser = Browser::new(app);
/// let request = || {
///     Request::put("https://api.example.com/items/1")
///         .header("content-type", "application/json")
///         .body(String::from("{}"))
/// };
/// let mut page = browser.page("https://app.example.com");
/// let response = page.fetch(request()?).await?;
/// assert_eq!(response.status(), Some(http::StatusCode::OK));
/// assert!(page.exchanges()[0].is_preflight());
///
/// let error = browser.page("https://evil.example").fetch(request()?).await.unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "the preflight of PUT https://api.example.com/items/1: the response has no \
///      Access-Control-Allow-Origin, and the page's origin https://evil.example needs it \
///      (https://fetch.spec.whatwg.org/#concept-cors-check)",
/// );
/// # Ok(())
/// # }
/// ```
pub struct Browser<S> {
    shared: Arc<Mutex<Shared<S>>>,
}

/// What all pages of a browser have in common.
struct Shared<S> {
    service: S,
    memory: Memory,
}

/// What a browser remembers.
#[derive(Debug, Default)]
struct Memory {
    preflights: PreflightCache,
    cookies: CookieJar,
    now: Duration,
}

impl<S> Browser<S> {
    /// A browser whose requests all go to `service`.
    pub fn new(service: S) -> Self {
        Self { shared: Arc::new(Mutex::new(Shared { service, memory: Memory::default() })) }
    }

    /// A page at an address, of which the origin counts, or one of the opaque origin `null`. If the text is
    /// neither a URL nor `null`, the page's fetches fail with [`NetworkErrorCause::InvalidPage`].
    ///
    /// Pages share the cache of preflights (but each site has its own part of it) and the cookies.
    pub fn page(&self, address: &str) -> Page<S> {
        let (shared, address) = (Arc::clone(&self.shared), address.to_owned());
        Page { shared, origin: PageOrigin::new(&address), address, exchanges: Exchanges::default() }
    }

    /// Lets time pass, which answers to preflights are kept by. Nothing else does: the clock stands still
    /// between two calls. It stops at [`Duration::MAX`].
    pub fn advance(&self, time: Duration) {
        let mut shared = lock(&self.shared);
        shared.memory.now = shared.memory.now.saturating_add(time);
    }
}

impl<S> fmt::Debug for Browser<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Browser").finish_non_exhaustive()
    }
}

/// A page of a [`Browser`], whose script makes requests.
#[must_use = "a page does nothing until it fetches"]
pub struct Page<S> {
    shared: Arc<Mutex<Shared<S>>>,
    origin: Option<PageOrigin>,
    address: String,
    exchanges: Exchanges,
}

impl<S> Page<S> {
    /// A script's `fetch` of a request whose target is an absolute URL. It is sent when it is awaited.
    ///
    /// The default body goes with preflights, and a clone of the request's goes once more after a redirect:
    /// `String`, `Full<Bytes>` and `Empty<Bytes>` suit axum's `Router`. A service that takes another body is
    /// wrapped, such as `service.map_request(|request: Request<String>| request.map(Body::from))`.
    ///
    /// As in a browser, headers that a script cannot set are dropped.
    pub fn fetch<B, C>(&mut self, request: Request<B>) -> Fetch<'_, S, B>
    where
        S: Service<Request<B>, Response = http::Response<C>>,
        B: Clone + Default,
    {
        Fetch::new(self, request)
    }

    /// All that went over the wire for this page, preflights among it.
    #[must_use]
    pub fn exchanges(&self) -> &Exchanges {
        &self.exchanges
    }

    /// The response, if the script may read it.
    ///
    /// # Panics
    ///
    /// If not, with the reason and all the page's exchanges.
    #[track_caller]
    pub fn assert_readable<C>(
        &self,
        result: Result<FetchResponse<C>, NetworkError>,
    ) -> FetchResponse<C> {
        match result {
            Ok(response) => response,
            Err(error) => {
                panic!("the page cannot read the response: {error}\n{}", self.exchanges())
            }
        }
    }

    /// Why the script may not read the response.
    ///
    /// # Panics
    ///
    /// If it may, with all the page's exchanges.
    #[track_caller]
    pub fn assert_refused<C>(
        &self,
        result: Result<FetchResponse<C>, NetworkError>,
    ) -> NetworkError {
        match result {
            Ok(_) => panic!("the page can read the response\n{}", self.exchanges()),
            Err(error) => error,
        }
    }
}

impl<S> fmt::Debug for Page<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Page")
            .field("address", &self.address)
            .field("exchanges", &self.exchanges)
            .finish_non_exhaustive()
    }
}

/// The [credentials mode](https://fetch.spec.whatwg.org/#concept-request-credentials-mode) of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Credentials {
    /// No cookies.
    Omit,
    /// Cookies for the page's own origin.
    #[default]
    SameOrigin,
    /// Cookies for all.
    Include,
}

/// The [redirect mode](https://fetch.spec.whatwg.org/#concept-request-redirect-mode) of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Redirect {
    /// Redirects are followed, up to 20.
    #[default]
    Follow,
    /// A redirect is a network error.
    Error,
    /// A redirect is an opaque response.
    Manual,
}

/// The [mode](https://fetch.spec.whatwg.org/#concept-request-mode) of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mode {
    /// Other origins are asked whether they share their responses.
    #[default]
    Cors,
    /// Other origins are not asked, and their responses are opaque.
    NoCors,
    /// Other origins are network errors.
    SameOrigin,
}

/// The [referrer policy](https://www.w3.org/TR/referrer-policy/#referrer-policies) of a request. Here it says
/// only what the `Origin` of a request without CORS is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReferrerPolicy {
    /// `Origin: null`.
    NoReferrer,
    /// `Origin: null` from https to http.
    NoReferrerWhenDowngrade,
    /// `Origin: null` to other origins.
    SameOrigin,
    /// The page's origin.
    Origin,
    /// As [`NoReferrerWhenDowngrade`](Self::NoReferrerWhenDowngrade).
    StrictOrigin,
    /// The page's origin.
    OriginWhenCrossOrigin,
    /// As [`NoReferrerWhenDowngrade`](Self::NoReferrerWhenDowngrade).
    #[default]
    StrictOriginWhenCrossOrigin,
    /// The page's origin.
    UnsafeUrl,
}
