//! What the model of a browser says of a fetch.

use std::time::Instant;

use axum::{body::Body, http::Request};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use tower_cors::browser::{Browser, Credentials, Exchange, Page};

use crate::{
    api::Api,
    log::{Entry, lines},
    servers::Addresses,
};

/// A browser whose pages live as long as the server, so that its cache of preflights is that of a real one, unless the
/// real one was restarted or keeps nothing.
#[derive(Debug)]
pub(crate) struct Model {
    addresses: Addresses,
    api: Api,
    pages: Mutex<Pages>,
}

#[derive(Debug)]
struct Pages {
    browser: Browser<Api>,
    /// The pages of `app`, `other` and `address`.
    named: [Page<Api>; 3],
    last_fetch: Instant,
}

/// The page that fetches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum PageName {
    App,
    Other,
    Address,
    /// A sandboxed frame.
    Null,
}

/// What a script fetches.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Fetch {
    page: PageName,
    path: String,
    method: String,
    headers: Vec<(String, String)>,
    credentials: Mode,
    body: Option<String>,
    upload_listener: bool,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Mode {
    Omit,
    SameOrigin,
    Include,
}

/// What the script gets, according to the model.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Prediction {
    /// The response's status. `None` if the script gets an error.
    status: Option<u16>,
    /// The headers that the script can see.
    headers: Vec<(String, String)>,
    /// Which check failed, in words.
    error: Option<String>,
    exchanges: Vec<Entry>,
    /// Whether a browser that has cached nothing would send a preflight.
    needs_preflight: bool,
}

impl Model {
    pub(crate) fn new(api: Api, addresses: Addresses) -> Self {
        let browser = Browser::new(api.clone());
        let named = [&addresses.app, &addresses.other, &addresses.address];
        let named = named.map(|address| browser.page(address));
        let pages = Mutex::new(Pages { browser, named, last_fetch: Instant::now() });
        Self { addresses, api, pages }
    }

    /// The error says why there is no such request.
    pub(crate) async fn predict(&self, fetch: &Fetch) -> Result<Prediction, String> {
        if !fetch.path.starts_with('/') {
            return Err(String::from("begin the path with /"));
        }
        let has_body = fetch.body.as_ref().is_some_and(|body| !body.is_empty());
        // `XMLHttpRequest` leaves the body out instead.
        if has_body && !fetch.upload_listener && ["GET", "HEAD"].contains(&fetch.method.as_str()) {
            return Err(format!("a script cannot send a body with {}", fetch.method));
        }
        let mut pages = self.pages.lock().await;
        let now = Instant::now();
        pages.browser.advance(now - pages.last_fetch);
        pages.last_fetch = now;
        let Pages { browser, named, .. } = &mut *pages;
        let mut sandboxed = browser.page("null");
        let page = match fetch.page {
            PageName::App => &mut named[0],
            PageName::Other => &mut named[1],
            PageName::Address => &mut named[2],
            PageName::Null => &mut sandboxed,
        };
        let mut fresh = Browser::new(self.api.clone()).page(match fetch.page {
            PageName::App => &self.addresses.app,
            PageName::Other => &self.addresses.other,
            PageName::Address => &self.addresses.address,
            PageName::Null => "null",
        });
        let first_fetch = self.run(&mut fresh, fetch).await?;
        let needs_preflight = first_fetch.exchanges.first().is_some_and(|first| first.is_preflight);
        Ok(Prediction { needs_preflight, ..self.run(page, fetch).await? })
    }

    async fn run(&self, page: &mut Page<Api>, fetch: &Fetch) -> Result<Prediction, String> {
        let mut request = Request::builder()
            .method(fetch.method.as_str())
            .uri(format!("{}{}", self.addresses.api, fetch.path));
        for (name, value) in &fetch.headers {
            request = request.header(name, value);
        }
        let body = fetch.body.clone().unwrap_or_default();
        let request = request.body(body).map_err(|error| error.to_string())?;
        let before = page.exchanges().iter().count();
        let result = page
            .fetch::<_, Body>(request)
            .credentials(match fetch.credentials {
                Mode::Omit => Credentials::Omit,
                Mode::SameOrigin => Credentials::SameOrigin,
                Mode::Include => Credentials::Include,
            })
            .upload_listener(fetch.upload_listener)
            .await;
        let exchanges = page.exchanges().iter().skip(before).map(entry).collect();
        Ok(match result {
            Ok(response) => Prediction {
                status: response.status().map(|status| status.as_u16()),
                headers: lines(response.headers()),
                error: None,
                exchanges,
                needs_preflight: false,
            },
            Err(error) => Prediction {
                status: None,
                headers: Vec::new(),
                error: Some(error.to_string()),
                exchanges,
                needs_preflight: false,
            },
        })
    }
}

fn entry(exchange: &Exchange) -> Entry {
    Entry {
        number: 0,
        is_preflight: exchange.is_preflight(),
        method: exchange.method().to_string(),
        path: exchange.uri().path().to_owned(),
        request_headers: lines(exchange.request_headers()),
        status: exchange.status().map(|status| status.as_u16()),
        response_headers: exchange.response_headers().map(lines).unwrap_or_default(),
        made_by: None,
        decision: None,
    }
}
