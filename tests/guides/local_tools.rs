//! Servers on their user's own machine.

use axum::{Router, routing::get};
use http::StatusCode;
use tower_cors::{Refuse, browser::Browser};

use super::*;

/// So `docs/local_tools.md` has a check of `Host`, and runs it.
#[tokio::test]
async fn a_rebound_name_passes_the_layer() {
    for preset in [CorsLayerBuilder::loopback, |builder: CorsLayerBuilder| {
        builder.mcp().allow_origin("http://localhost:5173")
    }] {
        let builder = preset(CorsLayer::builder()).refuse_disallowed_origins(Refuse::All);
        let cors = builder.no_own_origins().build().unwrap();
        let app: Router = Router::new().route("/files", get(async || "all files")).layer(cors);
        let browser = Browser::new(app);
        let get = |host: &str| {
            Request::get(format!("http://{host}:3000/files")).body(String::new()).unwrap()
        };

        // The page's own name now points to this server.
        let mut rebound = browser.page("http://rebound.example:3000");
        let result = rebound.fetch(get("rebound.example")).await;
        rebound.assert_readable(result).assert_status(StatusCode::OK);
        let headers = rebound.exchanges()[0].request_headers();
        assert!(!headers.contains_key("origin"));
        assert_eq!(headers["host"], "rebound.example:3000");

        let mut stranger = browser.page("http://rebound.example:3000");
        let result = stranger.fetch(get("127.0.0.1")).await;
        stranger.assert_refused(result);
        assert_eq!(stranger.exchanges()[0].status(), Some(StatusCode::FORBIDDEN));
    }
}
