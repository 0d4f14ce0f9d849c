use tower_cors::CorsLayer;
use tower_http::cors::{AllowOrigin, Any};

fn main() {
    let _ = CorsLayer::builder().allow_origin(AllowOrigin::any());
    let _ = CorsLayer::builder().allow_origin(Any);
    let _ = CorsLayer::builder().allow_origins(Any);
    let _ = CorsLayer::builder().allow_header(Any);
}
