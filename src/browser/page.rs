//! A browser and its pages.

use std::{fmt, sync::Arc, time::Duration};

use http::Request;
use tower_service::Service;

use super::{
    error::{NetworkError, NetworkErrorCause},
    exchange::Exchanges,
    fetch::Fetch,
    response::FetchResponse,
    shared::Shared,
    site::PageOrigin,
};

/// A browser in front of a service: an application in memory, or a client for real servers.
///
/// The browser decides which requests need a preflight, sends the preflights, and caches what they allow. It
/// follows redirects, runs the CORS check, and hides the parts of a response that a script may not read.
///
/// It has no navigation and no HTTP cache, and does not send `Accept-Language`, `Referer` or `User-Agent`. The
/// `Accept: */*` that it adds does not count towards the 1024 bytes of safelisted headers.
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
///     "the preflight of PUT https://api.example.com/items/1: the response has no \
///      Access-Control-Allow-Origin, and the page's origin https://evil.example needs it \
///      (https://fetch.spec.whatwg.org/#concept-cors-check)",
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

    /// Opens a page at a URL, of which only the origin matters, or a page with the opaque origin `null`.
    ///
    /// If `address` is neither a URL nor `null`, the page's fetches fail with
    /// [`NetworkErrorCause::InvalidPage`].
    ///
    /// Pages share the browser's cookies and its preflight cache. The cache is partitioned by the page's origin.
    pub fn page(&self, address: &str) -> Page<S> {
        Page {
            shared: Arc::clone(&self.shared),
            address: address.to_owned(),
            origin: PageOrigin::new(address),
            exchanges: Exchanges::default(),
        }
    }

    /// Moves the browser's clock forward, at most to [`Duration::MAX`].
    ///
    /// Entries of the preflight cache expire by this clock. It stands still between two calls.
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
    /// As in a browser, headers that a script cannot set are dropped.
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

    /// Returns the response, which the script may read.
    ///
    /// # Panics
    ///
    /// Panics if the fetch failed. The message has the error and all the page's exchanges.
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
