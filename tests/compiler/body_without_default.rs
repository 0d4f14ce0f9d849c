use axum::{Router, routing::get};
use tower::ServiceBuilder;
use tower_cors::CorsLayer;
use tower_http::trace::TraceLayer;

fn main() {
    let layers = ServiceBuilder::new().layer(CorsLayer::public()).layer(TraceLayer::new_for_http());
    let _: Router = Router::new().route("/", get(async || "all")).layer(layers);
}
