//! The pages, and what they ask the playground.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Path, Query, Request, State},
    http::{
        HeaderMap, StatusCode,
        header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST},
    },
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tower_cors::{ConfigErrors, CorsLayer, Refuse};

use crate::{
    api::Api,
    fetch::Fetch,
    log::{Entry, Log},
    model::{Model, Prediction},
    refusals,
    servers::Addresses,
    settings::{Checked, PolicyText},
    stack::Stack,
};

/// The pages, which only they themselves can ask for anything.
pub(crate) fn router(playground: Playground) -> Result<Router, ConfigErrors> {
    let Addresses { app, other, address, .. } = playground.addresses.clone();
    let own_pages = [&app, &other, &address];
    let guard = CorsLayer::builder()
        .allow_origins(own_pages)
        .own_origins(own_pages)
        .refuse_disallowed_origins(Refuse::All)
        .build()?;
    let hosts: Arc<[String]> =
        own_pages.map(|origin| origin.trim_start_matches("http://").to_owned()).into();
    let asked = Router::new()
        .route("/start", get(start))
        .route("/policy", post(policy))
        .route("/fetch", post(fetch))
        .route("/log", get(read_log))
        .layer(DefaultBodyLimit::max(64 * 1024))
        .layer(guard);
    Ok(Router::new()
        .route("/", get(index))
        .route("/frame", get(frame))
        .route("/{file}", get(file))
        .merge(asked)
        .with_state(Arc::new(playground))
        .layer(from_fn_with_state(hosts, check_host)))
}

/// What the pages ask about.
#[derive(Debug)]
pub(crate) struct Playground {
    pub(crate) addresses: Addresses,
    pub(crate) api: Api,
    pub(crate) log: Arc<Log>,
    pub(crate) model: Model,
}

type Shared = State<Arc<Playground>>;

/// A name that points to this machine, but is not of this server, is somebody else's.
async fn check_host(State(hosts): State<Arc<[String]>>, request: Request, next: Next) -> Response {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    if host.is_some_and(|host| hosts.iter().any(|known| known == host)) {
        next.run(request).await
    } else {
        StatusCode::MISDIRECTED_REQUEST.into_response()
    }
}

/// The playground is at one of its origins, because its frames answer to that one alone.
async fn index(State(playground): Shared, headers: HeaderMap) -> Response {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    if !playground.addresses.app.ends_with(&format!("/{host}")) {
        return Redirect::temporary(&playground.addresses.app).into_response();
    }
    let Addresses { app, other, address, .. } = &playground.addresses;
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; \
         frame-src {app} {other} {address}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    page(include_str!("../page/index.html").to_owned(), policy)
}

/// The page that fetches, inside a frame.
async fn frame(State(playground): Shared) -> Response {
    let Addresses { app, api, .. } = &playground.addresses;
    let policy = format!(
        "default-src 'none'; script-src 'self'; connect-src {api}; base-uri 'none'; form-action 'none'; \
         frame-ancestors {app}"
    );
    page(include_str!("../page/frame.html").replace("{app}", app), policy)
}

fn page(html: String, policy: String) -> Response {
    let headers = [
        (CONTENT_TYPE, String::from("text/html; charset=utf-8")),
        (CONTENT_SECURITY_POLICY, policy),
        (CACHE_CONTROL, String::from("no-store")),
    ];
    (headers, html).into_response()
}

/// A file of the pages. A sandboxed page sends `Origin: null` even for its own script, so these are not guarded.
async fn file(Path(name): Path<String>) -> Response {
    let found = FILES.iter().find(|(known, ..)| *known == name);
    let Some((_, kind, text)) = found else { return StatusCode::NOT_FOUND.into_response() };
    ([(CONTENT_TYPE, *kind), (CACHE_CONTROL, "no-store")], *text).into_response()
}

const FILES: [(&str, &str, &str); 7] = [
    ("style.css", "text/css; charset=utf-8", include_str!("../page/style.css")),
    ("app.js", SCRIPT, include_str!("../page/app.js")),
    ("diagram.js", SCRIPT, include_str!("../page/diagram.js")),
    ("element.js", SCRIPT, include_str!("../page/element.js")),
    ("frame.js", SCRIPT, include_str!("../page/frame.js")),
    ("frames.js", SCRIPT, include_str!("../page/frames.js")),
    ("source.js", SCRIPT, include_str!("../page/source.js")),
];

const SCRIPT: &str = "text/javascript; charset=utf-8";

/// What the page starts with.
async fn start(State(playground): Shared) -> Json<Value> {
    let read = |text| serde_json::from_str::<Value>(text).unwrap_or_default();
    Json(json!({
        "addresses": playground.addresses,
        "situations": read(include_str!("../page/situations.json")),
        "stacks": read(include_str!("../page/stacks.json")),
        "messages": read(include_str!("../../engines/messages.json")),
    }))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    policy: PolicyText,
    stack: Stack,
    /// Begins with no origin allowed, instead of the last policy that was built.
    reset: bool,
    /// What is typed of the request.
    request: Option<Fetch>,
}

/// Checks a policy, and applies it if it builds.
async fn policy(State(playground): Shared, Json(change): Json<Change>) -> Json<Checked> {
    let mut checked = change.policy.check();
    if let (Some(policy), Some(request)) = (&checked.policy, &change.request) {
        checked.refusals = refusals::of(policy, request, &playground.addresses).await;
    }
    playground.api.change(change.stack, checked.policy.clone(), change.reset);
    Json(checked)
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Predicted {
    Prediction {
        /// The number of requests before this fetch.
        since: usize,
        prediction: Prediction,
    },
    /// Why there is no such request.
    Problem { problem: String },
}

/// Says what the model expects of a fetch, before a page does it.
async fn fetch(State(playground): Shared, Json(fetch): Json<Fetch>) -> Json<Predicted> {
    Json(match playground.model.predict(&fetch).await {
        Ok(prediction) => Predicted::Prediction { since: playground.log.number(), prediction },
        Err(problem) => Predicted::Problem { problem },
    })
}

#[derive(Debug, Deserialize)]
struct Since {
    since: usize,
}

async fn read_log(
    State(playground): Shared,
    Query(Since { since }): Query<Since>,
) -> Json<Vec<Entry>> {
    Json(playground.log.since(since))
}
