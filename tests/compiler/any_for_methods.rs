use tower_cors::CorsLayer;
use tower_http::cors::Any;

fn main() {
    let _ = CorsLayer::builder().allow_methods(Any);
}
