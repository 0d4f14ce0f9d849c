use axum::{Router, routing::get};
use tower_cors::CorsLayer;

fn main() {
    let builder = CorsLayer::builder().allow_origin("https://app.example.com");
    let app: Router = Router::new().route("/", get(async || "all"));
    let _ = app.layer(builder);
}
