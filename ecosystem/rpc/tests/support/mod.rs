//! A page in the model of a browser, over real sockets.

use std::{convert::Infallible, future::ready, net::SocketAddr};

use http::{HeaderMap, Request, Response, StatusCode, Version};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper_util::{
    client::legacy::{Client, Error, connect::HttpConnector},
    rt::TokioExecutor,
};
use tower::{service_fn, util::BoxCloneService};
use tower_cors::browser::{Browser, Page, ReadableResponse};

pub(crate) type HttpClient = BoxCloneService<Request<Full<Bytes>>, Response<Incoming>, Error>;

/// A browser to whom all names are this machine, as after DNS rebinding.
pub(crate) fn browser() -> Browser<HttpClient> {
    Browser::new(client(Version::HTTP_11))
}

/// A client to whom all names are this machine.
pub(crate) fn client(version: Version) -> HttpClient {
    let here = service_fn(|_| {
        ready(Ok::<_, Infallible>([SocketAddr::from(([127, 0, 0, 1], 0))].into_iter()))
    });
    let connector = HttpConnector::new_with_resolver(here);
    let mut builder = Client::builder(TokioExecutor::new());
    BoxCloneService::new(builder.http2_only(version == Version::HTTP_2).build(connector))
}

/// The response, if the page can read it and its status is 200.
pub(crate) async fn read(
    page: &mut Page<HttpClient>,
    request: Request<Full<Bytes>>,
) -> ReadableResponse<Incoming> {
    let result = page.fetch(request).await;
    page.assert_readable(result).assert_status(StatusCode::OK)
}

/// The headers by name.
pub(crate) fn sorted(headers: &HeaderMap) -> Vec<(&str, &str)> {
    let headers = headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap()));
    let mut headers: Vec<_> = headers.collect();
    headers.sort_unstable();
    headers
}
