use tower_cors::CorsLayer;

fn main() {
    let _ = CorsLayer::default();
}
