use tower_cors::CorsLayer;

fn options(layer: CorsLayer) {
    let _ = layer.allow_origin("https://example.com");
}

fn main() {}
