use tower_cors::CorsLayer;

fn main() {
    let _ = CorsLayer::builder().allow_origin("https://a.example".parse().unwrap());
}
