use tower_cors::CorsLayer;

fn main() {
    let _ = CorsLayer::builder().allow_origin(["https://a.example", "https://b.example"]);
    let _ = CorsLayer::builder().own_origin(vec!["https://a.example"]);
    let _ = CorsLayer::builder().allow_method(["PUT", "DELETE"]);
}
