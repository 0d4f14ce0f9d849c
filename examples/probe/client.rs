//! The HTTP client of the probe.

use std::error::Error;

use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};

pub(crate) type HttpClient = Client<HttpsConnector<HttpConnector>, String>;

/// Trusts the root certificates of the system.
pub(crate) fn new() -> Result<HttpClient, Box<dyn Error>> {
    let connector = HttpsConnectorBuilder::new()
        .with_native_roots()
        .map_err(|error| format!("the system's root certificates cannot be read: {error}"))?
        .https_or_http()
        .enable_http1()
        .build();
    Ok(Client::builder(TokioExecutor::new()).build(connector))
}

/// The text of the error and of its sources.
pub(crate) fn describe(error: &(dyn Error + 'static)) -> String {
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
