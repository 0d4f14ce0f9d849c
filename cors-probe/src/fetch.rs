//! Makes one request as a browser would.

use std::{convert::Infallible, error::Error};

use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, Response, Uri, header::CONTENT_TYPE,
};
use tower::service_fn;
use tower_cors::browser::{Browser, Credentials, Exchange, NetworkError, NetworkErrorCause};

use crate::client::Client;

/// What a page's script fetches.
#[derive(Clone, Debug)]
pub(crate) struct Fetch {
    pub(crate) url: Uri,
    pub(crate) origin: String,
    pub(crate) method: Method,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) body: String,
    pub(crate) credentials: bool,
    pub(crate) upload_listener: bool,
}

/// As a script can write the method, which a browser may then change to upper case.
pub(crate) fn takes_no_body(method: &Method) -> bool {
    ["GET", "HEAD"].iter().any(|name| method.as_str().eq_ignore_ascii_case(name))
}

/// What the script gets, and what was sent for it.
#[derive(Debug)]
pub(crate) struct Fetched {
    pub(crate) exchanges: Vec<Exchange>,
    /// Status and headers, as the script sees them, or the check that failed.
    pub(crate) result: Result<(u16, HeaderMap), NetworkError>,
}

impl Fetch {
    /// The error says why a request could not be sent.
    pub(crate) async fn run(&self, client: &Client) -> Result<Fetched, Box<dyn Error>> {
        let client = client.clone();
        let service = service_fn(move |request| client.send(request));
        let mut page = Browser::new(service).page(&self.origin);
        let mut fetch = page.fetch(self.request()).upload_listener(self.upload_listener);
        if self.credentials {
            fetch = fetch.credentials(Credentials::Include);
        }
        let result = match fetch.await {
            Ok(response) => {
                let status = response.status().map_or(0, |status| status.as_u16());
                Ok((status, response.headers().clone()))
            }
            Err(error) => match error.cause() {
                NetworkErrorCause::Service(text) => return Err(text.clone().into()),
                NetworkErrorCause::InvalidPage(_) | NetworkErrorCause::InvalidUrl(_) => {
                    return Err(error.to_string().into());
                }
                _ => Err(error),
            },
        };
        Ok(Fetched { exchanges: page.exchanges().iter().cloned().collect(), result })
    }

    /// The names of the headers that a script cannot set. A page of the server's own origin sends all others, without a
    /// preflight.
    pub(crate) async fn dropped(&self) -> Vec<&str> {
        let silent = service_fn(async |_: Request<()>| Ok::<_, Infallible>(Response::new(())));
        let mut page = Browser::new(silent).page(&self.url.to_string());
        // What is wrong with the URL is found when it is fetched in earnest.
        let _ = page.fetch(self.request().map(drop)).await;
        let Some(exchange) = page.exchanges().first() else { return Vec::new() };
        let sent = exchange.request_headers();
        let given = self.headers.iter();
        given
            .filter(|(name, value)| sent.get_all(name).iter().all(|it| it != value))
            .map(|(name, _)| name.as_str())
            .collect()
    }

    fn request(&self) -> Request<String> {
        let mut request = Request::new(self.body.clone());
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.url.clone();
        for (name, value) in &self.headers {
            request.headers_mut().append(name, value.clone());
        }
        // As `fetch` does for a text: <https://fetch.spec.whatwg.org/#concept-bodyinit-extract>
        if !self.body.is_empty() && !request.headers().contains_key(CONTENT_TYPE) {
            let text = HeaderValue::from_static("text/plain;charset=UTF-8");
            request.headers_mut().insert(CONTENT_TYPE, text);
        }
        request
    }
}
