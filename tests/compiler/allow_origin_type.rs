use tower_cors::{AllowOrigin, CorsLayer};

fn main() {
    let _ = CorsLayer::builder().allow_origin(AllowOrigin::exact("https://example.com"));
}
