//! A browser and its pages.

use std::{fmt, sync::Arc, time::Duration};

use http::Request;
use tower_service::Service;

use url::Url;

use super::{
    cookies::{Access, CookieRefusal, CookieRefusalReason},
    error::{NetworkError, NetworkErrorCause},
    exchange::Exchanges,
    fetch::Fetch,
    response::{FetchResponse, ReadableResponse},
    shared::Shared,
    site::{PageOrigin, is_http},
};

/// A browser in front of a service: an application in memory, or a client for real servers.
///
/// The browser decides which requests need a preflight, sends the preflights, and caches what they allow. It
/// follows redirects, runs the CORS check, and hides the parts of a response that a script may not read.
///
/// It has no navigation and no HTTP cache, and does not send `Accept-Language`, `Referer` or `User-Agent`. The
/// `Accept: */*` that it adds does not count towards the 1024 bytes of safelisted headers.
///
/// It stores and sends cookies as RFC 6265bis says, with all attributes except `Partitioned`. It leaves out partitions
/// of cookies, the Storage Access API, the limit for all sites together, and `document.cookie`. As in Chromium and
/// Firefox, `Secure` cookies also work over http with loopback addresses.
///
/// Of the blocks besides CORS, it has `Cross-Origin-Resource-Policy` in [`Mode::NoCors`](super::Mode::NoCors). It has
/// no mixed content, no Content Security Policy, and no local network access.
///
/// Requests to all hosts go to the one service, which can tell them apart by the request's URI or by `Host`.
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
///     "the preflight of PUT https://api.example.com/items/1: the response has the status 403 and no \
///      Access-Control-Allow-Origin, so the origin https://evil.example cannot send the request; CorsLayer responds \
///      like this if the origin, the method or a request header is not allowed; to see which, set diagnose(true) or \
///      call Policy::explain (https://fetch.spec.whatwg.org/#concept-cors-check)",
/// );
/// # Ok(())
/// # }
/// ```
pub struct Browser<S> {
    shared: Arc<Shared<S>>,
}

impl<S> Browser<S> {
    /// Creates a browser that sends all its requests to `service`.
    pub fn new(service: S) -> Self {
        Self { shared: Arc::new(Shared::new(service)) }
    }

    /// Opens a page at a URL, of which only the origin matters, or a page with the opaque origin `null`. Each page at
    /// `null` has another opaque origin.
    ///
    /// If `address` is neither a URL nor `null`, the page's fetches fail with
    /// [`NetworkErrorCause::InvalidPage`].
    ///
    /// Pages share the browser's cookies and its preflight cache. The cache is partitioned by the page's site.
    pub fn page(&self, address: &str) -> Page<S> {
        let number = {
            let mut memory = self.shared.memory();
            memory.pages += 1;
            memory.pages
        };
        Page {
            shared: Arc::clone(&self.shared),
            address: address.to_owned(),
            origin: PageOrigin::new(address, number),
            exchanges: Exchanges::default(),
        }
    }

    /// Stores a cookie, as if a page at `url` had received it in a `Set-Cookie` line.
    ///
    /// ```
    /// use tower_cors::browser::Browser;
    ///
    /// let browser = Browser::new(());
    /// browser.set_cookie("https://api.example.com/", "session=1; Secure; SameSite=None")?;
    /// let error = browser.set_cookie("https://api.example.com/", "__Host-a=1; Secure").unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "the cookie \"__Host-a\" is not stored: the prefix __Host- needs Secure and Path=/, and allows no Domain",
    /// );
    /// # Ok::<(), tower_cors::browser::CookieRefusal>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the reason if the browser does not store the cookie. A cookie whose `Max-Age` or `Expires` is over
    /// deletes the stored one, which is no error.
    pub fn set_cookie(&self, url: &str, cookie: &str) -> Result<(), CookieRefusal> {
        let memory = &mut *self.shared.memory();
        let Some(parsed) = Url::parse(url).ok().filter(is_http) else {
            let reason = CookieRefusalReason::InvalidUrl(url.to_owned());
            return Err(CookieRefusal::not_stored(cookie.as_bytes(), reason));
        };
        let access = Access {
            url: &parsed,
            is_cross_site: false,
            is_blocked: false,
            withheld: None,
            now: memory.now,
            date: memory.date(),
        };
        memory.cookies.store(cookie.as_bytes(), &access)
    }

    /// Sets whether the browser blocks third-party cookies. It then neither sends nor stores a cookie if the page is
    /// on another site than the URL, even with `SameSite=None`. Default: `false`.
    ///
    /// Browsers differ: some block all third-party cookies by default, and others only in private windows.
    pub fn block_third_party_cookies(&self, blocks: bool) {
        self.shared.memory().blocks_third_party_cookies = blocks;
    }

    /// Moves the browser's clock forward, at most to [`Duration::MAX`].
    ///
    /// Entries of the preflight cache and cookies expire by this clock. It starts at 2026-01-01 00:00 UTC, and stands
    /// still between two calls. If a response has a `Date`, its cookies' `Expires` counts from that date, as in
    /// Chromium and Firefox.
    pub fn advance(&self, time: Duration) {
        let mut memory = self.shared.memory();
        memory.now = memory.now.saturating_add(time);
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
    shared: Arc<Shared<S>>,
    address: String,
    origin: Result<PageOrigin, NetworkErrorCause>,
    exchanges: Exchanges,
}

impl<S> Page<S> {
    /// Fetches a request as a script of the page would. The request's target must be an absolute URL.
    /// Nothing is sent before the returned future is awaited.
    ///
    /// Preflights carry the default body. The request carries a clone of its body, and so does the request after
    /// a redirect that keeps the body. `String`, `Full<Bytes>` and `Empty<Bytes>` suit axum's `Router`.
    ///
    /// Wrap a service that takes another body, for example as
    /// `service.map_request(|request: Request<String>| request.map(Body::from))`.
    ///
    /// As in a browser, headers that a script cannot set are dropped, such as `cookie` and `origin`. The exchange
    /// [lists](super::Exchange::dropped_headers) them. To set a cookie, call [`Browser::set_cookie`].
    pub fn fetch<B, C>(&mut self, request: Request<B>) -> Fetch<'_, S, B>
    where
        S: Service<Request<B>, Response = http::Response<C>>,
        B: Clone + Default,
    {
        Fetch::new(&self.shared, &self.origin, &mut self.exchanges, request)
    }

    /// All requests that this page sent, preflights included, with their responses.
    #[must_use]
    pub fn exchanges(&self) -> &Exchanges {
        &self.exchanges
    }

    /// Returns the response, which the script can read. It may have any status: see
    /// [`ReadableResponse::assert_status`].
    ///
    /// # Panics
    ///
    /// Panics if the fetch failed, or if its response is opaque. The message has the error and all the page's
    /// exchanges.
    #[track_caller]
    pub fn assert_readable<C>(
        &self,
        result: Result<FetchResponse<C>, NetworkError>,
    ) -> ReadableResponse<C> {
        let log = self.exchanges().to_string();
        match result {
            Ok(response) => ReadableResponse::new(response, log).unwrap_or_else(|| {
                panic!(
                    "the page cannot read the response: it is opaque, because of the mode no-cors or the redirect \
                     mode manual\n{}",
                    self.exchanges()
                )
            }),
            Err(error) => panic!("the page cannot read the response: {error}\n{log}"),
        }
    }

    /// Returns the error that keeps the response from the script.
    ///
    /// # Panics
    ///
    /// Panics if the fetch succeeded. The message has all the page's exchanges.
    #[track_caller]
    pub fn assert_refused<C>(
        &self,
        result: Result<FetchResponse<C>, NetworkError>,
    ) -> NetworkError {
        match result {
            Ok(response) if response.status().is_none() => {
                panic!(
                    "the browser does not refuse the response, but makes it opaque\n{}",
                    self.exchanges()
                )
            }
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
