//! The pages whose scripts make the requests of the causes, and the servers that respond.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    extract::{Path, Request},
    response::{Html, IntoResponse, Response},
    routing::{any, get, post},
};
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::{Value, json};

use super::{page_of, places};
use crate::{
    case::{Hosts, Page},
    causes::{self, Api, Cause},
};

/// The pages, in the order in which each leads to the next one.
pub(super) const PAGES: [Page; 3] = [Page::Localhost, Page::Sandboxed, Page::Secure];

/// What the script got of each cause.
#[derive(Clone, Default)]
pub(crate) struct Outcomes(Arc<Mutex<BTreeMap<String, String>>>);

impl Outcomes {
    pub(super) fn of(&self, id: &str) -> Option<String> {
        self.0.lock().ok()?.get(id).cloned()
    }

    /// A request that the causes say no browser sends.
    pub(super) fn unexpected(&self) -> Option<String> {
        self.of(UNEXPECTED)
    }

    fn note(&self, id: String, outcome: String) {
        if let Ok(mut outcomes) = self.0.lock() {
            outcomes.insert(id, outcome);
        }
    }
}

/// No cause has this id.
const UNEXPECTED: &str = "?";

pub(crate) fn routes<S: Clone + Send + Sync + 'static>(
    hosts: Hosts,
    outcomes: Outcomes,
) -> Router<S> {
    let unexpected = outcomes.clone();
    let respond = async move |Path((id, hop)): Path<(String, usize)>, request: Request| {
        let is_preflight = request.headers().contains_key("access-control-request-method");
        let response = respond(hosts, &id, hop, is_preflight);
        response.unwrap_or_else(|| {
            let (method, uri) = (request.method(), request.uri());
            unexpected.note(String::from(UNEXPECTED), format!("{method} {uri}"));
            StatusCode::NOT_FOUND.into_response()
        })
    };
    let note = async move |Path(id): Path<String>, outcome: String| outcomes.note(id, outcome);
    let mut routes =
        Router::new().route("/causes/{id}/{hop}", any(respond)).route("/outcomes/{id}", post(note));
    for page in PAGES {
        let html = Html(html(page, hosts));
        let policy = if page == Page::Sandboxed { "sandbox allow-scripts" } else { "" };
        let response = ([("content-security-policy", policy)], html);
        routes = routes.route(path(page), get(async || response));
    }
    routes
}

/// The URL of a page.
pub(super) fn address(page: Page, hosts: Hosts) -> String {
    let at = if page == Page::Sandboxed { Page::Localhost } else { page };
    format!("{}{}", at.origin(hosts), path(page))
}

pub(super) fn causes_of(page: Page) -> impl Iterator<Item = &'static Cause> {
    causes::all().map(|(_, cause)| cause).filter(move |cause| page_of(cause) == page)
}

fn path(page: Page) -> &'static str {
    match page {
        Page::Sandboxed => "/sandboxed-causes",
        Page::Secure => "/secure-causes",
        _ => "/causes",
    }
}

fn html(page: Page, hosts: Hosts) -> String {
    let requests: Vec<Value> = causes_of(page).map(|cause| request(cause, hosts)).collect();
    let next = PAGES.iter().skip_while(|other| **other != page).nth(1);
    let plan = json!({
        "requests": requests,
        // The response has no CORS headers.
        "mark": format!("https://localhost:{}/mark/", hosts.second_tls),
        "next": next.map(|next| address(*next, hosts)),
    });
    let script = include_str!("script.js");
    // Without the icon, browsers ask for one.
    format!(
        "<!doctype html><link rel=icon href=data:,><script>const plan = {plan};\n{script}</script>"
    )
}

fn request(cause: &Cause, hosts: Hosts) -> Value {
    let api = match cause.api {
        Api::Fetch => "fetch",
        Api::Stream => "stream",
        Api::Xhr => "xhr",
        Api::Image => "image",
        Api::ModuleScript => "script",
        Api::Font => "font",
        Api::WebSocket => "websocket",
        Api::Header => "header",
        Api::Timing => "timing",
    };
    json!({
        "id": cause.id,
        "url": places(cause, hosts).url(),
        "api": api,
        "method": cause.method,
        "headers": cause.headers,
        "credentials": if cause.credentials { "include" } else { "same-origin" },
        "mode": cause.mode,
        "redirect": cause.redirect,
    })
}

fn respond(hosts: Hosts, id: &str, hop: usize, is_preflight: bool) -> Option<Response> {
    let (_, cause) = causes::all().find(|(_, cause)| cause.id == id)?;
    let hop = cause.hops.get(hop)?;
    let answer = if is_preflight { hop.preflight } else { hop.answer }?;
    let mut response = StatusCode::from_u16(answer.status).ok()?.into_response();
    for (name, value) in answer.headers {
        let value = HeaderValue::try_from(places(cause, hosts).fill(value)).ok()?;
        response.headers_mut().append(HeaderName::from_static(name), value);
    }
    Some(response)
}
