//! The HTTP client of the probe.

use std::{
    error::Error,
    fs,
    future::Future,
    io::{self, ErrorKind},
    pin::Pin,
};

use http::{HeaderValue, Method, Request, Response, header::HOST};
use reqwest::{Body, Certificate, redirect::Policy};

use crate::arguments::CommonArguments;

/// Sends requests as they are: it follows no redirects, keeps no cookies, and adds no headers but `host` and `accept`.
/// Each client trusts the root certificates of the system, and takes proxies from the environment.
#[derive(Clone, Debug)]
pub(crate) struct Client(reqwest::Client);

impl Client {
    pub(crate) fn new(arguments: &CommonArguments) -> Result<Self, Box<dyn Error>> {
        let builder = reqwest::Client::builder();
        let builder = if arguments.http2 { builder.http2_prior_knowledge() } else { builder };
        Self::build(builder, arguments)
    }

    /// Like `new`, but speaks only HTTP/1.1, whatever the arguments say.
    pub(crate) fn of_http1(arguments: &CommonArguments) -> Result<Self, Box<dyn Error>> {
        Self::build(reqwest::Client::builder().http1_only(), arguments)
    }

    fn build(
        builder: reqwest::ClientBuilder,
        arguments: &CommonArguments,
    ) -> Result<Self, Box<dyn Error>> {
        let mut builder = builder.redirect(Policy::none()).timeout(arguments.timeout);
        if let Some(file) = &arguments.cacert {
            let wrong = |error: &dyn Error| {
                format!(
                    "{} cannot be used: {}; write a file in PEM",
                    file.display(),
                    describe(error)
                )
            };
            let pem = fs::read(file).map_err(|error| wrong(&error))?;
            let certificates = Certificate::from_pem_bundle(&pem).map_err(|error| wrong(&error))?;
            if certificates.is_empty() {
                return Err(
                    format!("{} has no certificate; write a file in PEM", file.display()).into()
                );
            }
            for certificate in certificates {
                builder = builder.add_root_certificate(certificate);
            }
        }
        let client = builder.build();
        Ok(Self(client.map_err(|error| format!("no request can be sent: {}", describe(&error)))?))
    }

    /// The response without its body. The error is one line, and says which step failed.
    pub(crate) fn send(&self, mut request: Request<String>) -> Sending {
        let client = self.0.clone();
        // Each version of HTTP has its own place for it. A name that is not the URL's is sent as it is.
        let own = request.uri().authority().map(|authority| authority.as_str().to_owned());
        if request.headers().get(HOST).map(HeaderValue::as_bytes)
            == own.as_deref().map(str::as_bytes)
        {
            request.headers_mut().remove(HOST);
        }
        Box::pin(async move {
            let method = request.method().clone();
            let request =
                reqwest::Request::try_from(request).map_err(|error| failure(&method, error))?;
            let response = client.execute(request).await;
            let response = response.map_err(|error| failure(&method, error))?;
            Ok(Response::from(response))
        })
    }
}

/// A response that is awaited.
pub(crate) type Sending =
    Pin<Box<dyn Future<Output = Result<Response<Body>, Box<dyn Error + Send + Sync>>> + Send>>;

fn failure(method: &Method, error: reqwest::Error) -> Box<dyn Error + Send + Sync> {
    let url = error.url().map_or_else(String::new, ToString::to_string);
    // The URL may contain any words.
    let error = error.without_url();
    if error.is_timeout() {
        return format!(
            "{method} {url}: no response within the time-out; a longer one is --timeout 60"
        )
        .into();
    }
    let (all, root) = (describe(&error), root(&error));
    let kind = root.downcast_ref::<io::Error>().map(io::Error::kind);
    let http = url.replacen("https:", "http:", 1);
    let is_of_http1 = error.is_request() && all.contains("frame with invalid size");
    let (step, change) = if all.contains("dns error") {
        ("the name is not found", String::new())
    } else if all.contains("tunnel error") {
        ("the proxy does not connect to the server", String::new())
    } else if all.contains("invalid peer certificate") {
        ("the certificate is not trusted", String::new())
    } else if kind == Some(ErrorKind::ConnectionRefused) {
        ("the connection is refused", String::from("; start the server, or correct the port"))
    } else if error.is_connect() && all.contains("InvalidContentType") {
        ("there is no TLS connection", format!("; it seems to speak http, so try {http}"))
    } else if error.is_connect() && url.starts_with("https:") {
        ("there is no TLS connection", String::new())
    } else if error.is_connect() {
        ("the server cannot be reached", String::new())
    } else if is_of_http1 {
        ("the request failed", String::from("; if it does not speak HTTP/2, leave out --http2"))
    } else if all.contains("connection closed before message completed") {
        ("the request failed", String::from("; look for an error in the server's log"))
    } else {
        ("the request failed", String::new())
    };
    format!("{method} {url}: {step}: {root}{change}").into()
}

fn root<'a>(error: &'a (dyn Error + 'static)) -> &'a (dyn Error + 'static) {
    error.source().map_or(error, root)
}

/// The text of the error and of its sources.
pub(crate) fn describe(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        text = format!("{text}: {source}");
        next = source.source();
    }
    text
}

/// A header's value as text. Only bytes that are not printable ASCII are escaped.
pub(crate) fn printable(value: &[u8]) -> String {
    let text = |byte: &u8| match byte {
        b' '..=b'~' => char::from(*byte).to_string(),
        _ => byte.escape_ascii().to_string(),
    };
    value.iter().map(text).collect()
}
