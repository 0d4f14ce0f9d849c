use tower_cors::CorsLayer;

fn main() {
    let _ = CorsLayer::new().allow_origin("https://example.com");
}
