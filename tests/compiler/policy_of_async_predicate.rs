use tower_cors::CorsLayer;

fn main() {
    let _ = CorsLayer::builder()
        .allow_origin_if_async(async |_, _| Ok::<_, std::io::Error>(true))
        .build_policy();
}
