//! The function for axum that people write instead of taking a layer.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use http::{
    HeaderMap, HeaderValue, Method, StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS,
        ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
        ACCESS_CONTROL_MAX_AGE, ORIGIN, VARY,
    },
};

use super::{
    Subject,
    axum::{app, bare, router, values},
};

pub(super) const SUBJECT: Subject = Subject {
    name: "a function for `from_fn`",
    package: None,
    framework: "axum",
    bare,
    with_cors: |origins| {
        let origins: Arc<[HeaderValue]> = values(origins)?.into();
        Ok(app(router().layer(from_fn_with_state(origins, cors))))
    },
};

async fn cors(State(origins): State<Arc<[HeaderValue]>>, request: Request, next: Next) -> Response {
    let origin = request.headers().get(ORIGIN).filter(|origin| origins.contains(origin)).cloned();
    let is_options = request.method() == Method::OPTIONS;
    let mut response =
        if is_options { StatusCode::NO_CONTENT.into_response() } else { next.run(request).await };
    if let Some(origin) = origin {
        write(response.headers_mut(), origin, is_options);
    }
    response
}

fn write(headers: &mut HeaderMap, origin: HeaderValue, is_options: bool) {
    let mut set = |name, text| headers.insert(name, HeaderValue::from_static(text));
    set(ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
    set(VARY, "origin");
    if is_options {
        set(ACCESS_CONTROL_ALLOW_METHODS, "GET,PUT,DELETE");
        set(ACCESS_CONTROL_ALLOW_HEADERS, "authorization,content-type");
        set(ACCESS_CONTROL_MAX_AGE, "600");
    } else {
        set(ACCESS_CONTROL_EXPOSE_HEADERS, "x-request-id,etag");
    }
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
}
