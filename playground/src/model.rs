//! What the model of a browser says of a fetch.

use std::time::Instant;

use axum::body::Body;
use serde::Serialize;
use tokio::sync::Mutex;
use tower_cors::browser::{Browser, Exchange, Page};

use crate::{
    api::Api,
    fetch::{Fetch, PageName},
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
        let mut fresh = Browser::new(self.api.clone()).page(fetch.page.address(&self.addresses));
        let first_fetch = self.run(&mut fresh, fetch).await?;
        let needs_preflight = first_fetch.exchanges.first().is_some_and(|first| first.is_preflight);
        Ok(Prediction { needs_preflight, ..self.run(page, fetch).await? })
    }

    async fn run(&self, page: &mut Page<Api>, fetch: &Fetch) -> Result<Prediction, String> {
        let request = fetch.request(&self.addresses.api)?;
        let before = page.exchanges().iter().count();
        let result = page
            .fetch::<_, Body>(request)
            .credentials(fetch.credentials.into())
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
