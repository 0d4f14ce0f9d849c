//! `tower-cors` and `tower-http`'s layer, in axum.

use axum::{Router, body::Body, routing::any};
use http::{
    HeaderValue, Request, Response,
    header::{ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE, VARY},
};

use super::{FOREIGN, FOREIGN_ORIGIN, FOREIGN_VARY, JSON, Subject, reach};
use crate::{
    app::{AnyApp, App, copies, head},
    configuration::{EXPOSED, HEADERS, MAX_AGE, METHODS},
    support::respond_as_axum,
};

pub(super) const TOWER_CORS: Subject = Subject {
    name: "tower-cors",
    package: Some("tower-cors"),
    framework: "axum",
    bare,
    with_cors: |origins| {
        let layer = tower_cors::CorsLayer::builder()
            .allow_origins(origins)
            .allow_credentials(true)
            .allow_methods(METHODS)
            .allow_headers(HEADERS)
            .expose_headers(EXPOSED)
            .max_age(MAX_AGE)
            .build()?;
        Ok(app(router().layer(layer)))
    },
};

pub(super) const TOWER_HTTP: Subject = Subject {
    name: "tower-http",
    package: Some("tower-http"),
    framework: "axum",
    bare,
    with_cors: |origins| {
        let layer = tower_http::cors::CorsLayer::new()
            .allow_origin(values(origins)?)
            .allow_credentials(true)
            .allow_methods(METHODS)
            .allow_headers(HEADERS)
            .expose_headers(EXPOSED)
            .max_age(MAX_AGE);
        Ok(app(router().layer(layer)))
    },
};

pub(super) fn bare() -> Box<dyn AnyApp> {
    app(router())
}

/// The application as `axum::serve` holds it, which applies the state once.
pub(super) fn app(router: Router) -> Box<dyn AnyApp> {
    Box::new(Axum(router.with_state(())))
}

pub(super) fn router() -> Router {
    let index = async || {
        reach();
        [(CONTENT_TYPE, JSON)]
    };
    let foreign = async || {
        reach();
        [(CONTENT_TYPE, JSON), (ACCESS_CONTROL_ALLOW_ORIGIN, FOREIGN_ORIGIN), (VARY, FOREIGN_VARY)]
    };
    Router::new().route("/", any(index)).route(FOREIGN, any(foreign))
}

pub(super) fn values(origins: &[String]) -> Result<Vec<HeaderValue>, http::Error> {
    origins.iter().map(|origin| Ok(HeaderValue::from_str(origin)?)).collect()
}

struct Axum(Router);

impl App for Axum {
    type Request = Request<Body>;
    type Response = Response<Body>;

    fn read(&self, request: &Request<()>, number: u32) -> Vec<Request<Body>> {
        copies(request, number)
    }

    fn answer(&self, request: Request<Body>) -> Response<Body> {
        respond_as_axum(&self.0, request)
    }

    fn head(response: &Response<Body>) -> Response<()> {
        head(response)
    }
}
