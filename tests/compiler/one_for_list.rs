use http::Method;
use tower_cors::CorsLayer;

fn main() {
    let _ = CorsLayer::builder().allow_origins("https://a.example");
    let _ = CorsLayer::builder().allow_methods(Method::PUT);
    let _ = CorsLayer::builder().allow_headers("content-type");
    let _ = CorsLayer::builder().allow_origins([1, 2]);
}
