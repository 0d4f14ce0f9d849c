//! What the tests share: a server on a port of its own, a browser that sends over sockets, and what its pages see.

use std::{
    convert::Infallible,
    fmt::Debug,
    future::ready,
    io::Read,
    net::{Ipv4Addr, SocketAddr},
};

use axum::Router;
use flate2::read::GzDecoder;
use http::{HeaderMap, HeaderValue, Request, Response, header::ACCEPT_ENCODING};
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::{
    client::legacy::{Client, Error as ClientError, connect::HttpConnector},
    rt::TokioExecutor,
};
use rustls::{ClientConfig, RootCertStore, pki_types::CertificateDer};
use tokio::net::TcpListener;
use tower::{ServiceBuilder, service_fn, util::BoxCloneService};
use tower_cors::browser::{Browser, FetchResponse, NetworkError};

/// A page of another site than the servers.
pub const PAGE: &str = "https://app.example.net";

/// A page that the servers do not allow.
pub const FOREIGN_PAGE: &str = "https://evil.example";

/// Why the foreign page cannot read a response of the servers.
pub const HIDDEN: &str = "the response has no Access-Control-Allow-Origin, so the origin https://evil.example cannot read \
    it; it has Vary: Origin, so it looks as if the CORS layer does not allow the origin; if it does, something else made the \
    response, such as a cache that ignores Vary";

/// Sends the requests of a browser.
pub type HttpClient = BoxCloneService<Request<String>, Response<Incoming>, ClientError>;

/// Serves the router on a port of its own, and returns its URL.
///
/// # Panics
///
/// Panics if there is no free port.
pub async fn serve(app: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = listener.local_addr().expect("the port is bound");
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, app).await });
    format!("http://{address}")
}

/// A browser that trusts these certificates, and finds all hosts on this machine.
///
/// # Panics
///
/// Panics if a certificate is invalid.
#[must_use]
pub fn browser(certificates: &[CertificateDer<'static>]) -> Browser<HttpClient> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates {
        roots.add(certificate.clone()).expect("a certificate");
    }
    let tls = ClientConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .expect("ring has the default versions of TLS")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let here = service_fn(|_| {
        ready(Ok::<_, Infallible>([SocketAddr::from((Ipv4Addr::LOCALHOST, 0))].into_iter()))
    });
    let mut http = HttpConnector::new_with_resolver(here);
    http.enforce_http(false);
    let connector = HttpsConnectorBuilder::new()
        .with_tls_config(tls)
        .https_or_http()
        .enable_all_versions()
        .wrap_connector(http);
    let client = ServiceBuilder::new()
        .map_request(|mut request: Request<String>| {
            // Browsers add it, and scripts cannot.
            request.headers_mut().insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
            request
        })
        .service(Client::builder(TokioExecutor::new()).build::<_, String>(connector));
    Browser::new(BoxCloneService::new(client))
}

/// A request without a body.
///
/// # Panics
///
/// Panics if the URL is invalid.
pub fn get(url: impl AsRef<str>) -> Request<String> {
    Request::get(url.as_ref()).body(String::new()).expect("a URL")
}

/// What a page sees: the status and the text of the response, or instead the error of the browser, without the URL and
/// the link.
///
/// # Panics
///
/// Panics if the body is incomplete.
pub async fn seen<B>(result: Result<FetchResponse<B>, NetworkError>) -> String
where
    B: Body<Error: Debug>,
{
    match result {
        Ok(response) => {
            let status = response.status().map_or(0, |status| status.as_u16());
            let body = response.into_body().expect("the response is not opaque");
            let body = body.collect().await.expect("the body is complete").to_bytes();
            format!("{status} {}", String::from_utf8_lossy(&decoded(&body)))
        }
        Err(error) => {
            let text = error.to_string();
            let finding = text.split_once(": ").map_or(&*text, |(_, finding)| finding);
            finding.rsplit_once(" (https://").map_or(finding, |(finding, _)| finding).to_owned()
        }
    }
}

/// A browser decodes a body before the script sees it.
fn decoded(body: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::new();
    match GzDecoder::new(body).read_to_end(&mut decoded) {
        Ok(_) => decoded,
        Err(_) => body.to_vec(),
    }
}

/// The headers in the order of their names, without `date`.
#[must_use]
pub fn lines(headers: &HeaderMap) -> Vec<String> {
    let line = |(name, value): (&http::HeaderName, &HeaderValue)| {
        format!("{name}: {}", String::from_utf8_lossy(value.as_bytes()))
    };
    let mut lines: Vec<String> =
        headers.iter().filter(|(name, _)| *name != "date").map(line).collect();
    lines.sort();
    lines
}
