//! Settings that people expect to mean something else.

use axum::{Router, routing::get};
use http::header::AUTHORIZATION;
use tower_cors::{
    Policy,
    browser::{Browser, NetworkError, NetworkErrorCause},
};

use super::*;

#[test]
fn each_call_of_allow_origin_adds_one() {
    let mut builder = Policy::builder();
    for origin in ["https://a.example", "https://b.example"] {
        builder = builder.allow_origin(origin);
    }
    let policy = builder.build_policy().unwrap();
    assert_eq!(policy.config().allow_origins, ["https://a.example", "https://b.example"]);
}

#[tokio::test]
async fn any_header_alone_does_not_cover_authorization() {
    for (layer, is_covered) in [
        (builder().allow_header(AUTHORIZATION), true),
        (builder().allow_any_header(), false),
        (builder().allow_any_header().allow_header(AUTHORIZATION), true),
        (builder().allow_any_header().allow_credentials(true), true),
    ] {
        let app: Router = Router::new().route("/", get(async || "here"));
        let app = app.layer(layer.build().unwrap());
        let request = Request::get("https://api.example.com/").header(AUTHORIZATION, "Bearer 1");
        let result = Browser::new(app).page(PAGE).fetch(request.body(String::new()).unwrap()).await;
        let cause = result.as_ref().err().map(NetworkError::cause);
        let is_refused = matches!(
            cause,
            Some(NetworkErrorCause::HeaderNotAllowed { name, .. }) if name == "authorization"
        );
        assert_eq!((result.is_ok(), is_refused), (is_covered, !is_covered));
    }
}
