//! The stacks in which the layer can be: one right, and some as people get them wrong.

use axum::{
    Json, Router,
    extract::Request,
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{ACCESS_CONTROL_ALLOW_ORIGIN, AUTHORIZATION, LOCATION, ORIGIN},
    },
    middleware::{Next, from_fn, map_response},
    response::{IntoResponse, Response},
    routing::get,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tower_cors::CorsLayer;

/// Where the layer is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Stack {
    /// Around everything.
    #[default]
    Outermost,
    /// Around authentication, as it should be.
    AroundAuthentication,
    /// Inside authentication.
    InsideAuthentication,
    /// Inside a rate limit that everybody has reached.
    InsideLimit,
    /// Around such a limit.
    AroundLimit,
    /// Added before the routes.
    BeforeRoutes,
    /// Inside a redirect of all paths.
    InsideRedirect,
    /// Inside a gateway that adds a header of its own.
    InsideGateway,
}

/// Who made a response, if the layer and the router did not.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MadeBy(pub(crate) &'static str);

/// Marks the response to a request that the layer has seen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen;

impl Stack {
    pub(crate) fn router(self, cors: CorsLayer) -> Router {
        let handlers = get(items).post(items).put(items).patch(items).delete(items);
        let routes = Router::new().route("/{*path}", handlers.clone());
        let around = |routes: Router| routes.layer(cors).layer(map_response(mark));
        match self {
            Self::Outermost => around(routes),
            Self::AroundAuthentication => around(routes.layer(from_fn(authenticate))),
            Self::InsideAuthentication => around(routes).layer(from_fn(authenticate)),
            Self::InsideLimit => around(routes).layer(from_fn(limit)),
            Self::AroundLimit => around(routes.layer(from_fn(limit))),
            Self::BeforeRoutes => around(Router::new()).route("/{*path}", handlers),
            Self::InsideRedirect => around(routes).layer(from_fn(redirect)),
            Self::InsideGateway => around(routes).layer(from_fn(gateway)),
        }
    }
}

/// What the handler got, as JSON.
async fn items(request: Request) -> Response {
    let has_token = request.headers().contains_key(AUTHORIZATION);
    let body = json!({ "method": request.method().as_str(), "token": has_token });
    let mut response = ([("x-request-id", "7")], Json(body)).into_response();
    response.extensions_mut().insert(MadeBy("handler"));
    response
}

async fn mark(mut response: Response) -> Response {
    response.extensions_mut().insert(Seen);
    response
}

async fn authenticate(request: Request, next: Next) -> Response {
    if request.headers().contains_key(AUTHORIZATION) {
        return next.run(request).await;
    }
    made_by("authentication", StatusCode::UNAUTHORIZED.into_response())
}

async fn limit(_: Request, _: Next) -> Response {
    made_by("rate limit", StatusCode::TOO_MANY_REQUESTS.into_response())
}

/// As servers do that want a slash at the end.
async fn redirect(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if path.ends_with('/') {
        return next.run(request).await;
    }
    let Ok(location) = HeaderValue::from_str(&format!("{path}/")) else {
        return next.run(request).await;
    };
    let mut headers = HeaderMap::new();
    headers.insert(LOCATION, location);
    made_by("redirect", (StatusCode::PERMANENT_REDIRECT, headers).into_response())
}

async fn gateway(request: Request, next: Next) -> Response {
    let is_from_page = request.headers().contains_key(ORIGIN);
    let mut response = next.run(request).await;
    if is_from_page {
        response.headers_mut().append(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    }
    response
}

fn made_by(who: &'static str, mut response: Response) -> Response {
    response.extensions_mut().insert(MadeBy(who));
    response
}
