use tower_cors::CorsLayer;

fn main() {
    let _ = CorsLayer::builder().allow_origin_if(|_, _| async { true });
}
