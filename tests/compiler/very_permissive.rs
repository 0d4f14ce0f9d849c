use tower_cors::CorsLayer;

fn main() {
    let _ = CorsLayer::very_permissive();
}
