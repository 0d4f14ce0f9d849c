use axum::{Router, routing::delete};
use http::{Request, StatusCode};
use tower_cors::{CorsLayer, browser::Browser};

fn app() -> Router {
    let cors = CorsLayer::builder()
        .allow_origin("https://app.example.com")
        .allow_method("DELETE")
        .build()
        .expect("the configuration builds");
    Router::new().route("/items/{id}", delete(async || "gone")).layer(cors)
}

#[tokio::test]
async fn the_page_may_delete_items() {
    let mut page = Browser::new(app()).page("https://app.example.com");
    let request = Request::delete("https://api.example.com/items/1").body(String::new()).unwrap();
    let result = page.fetch(request).await;
    page.assert_readable(result).assert_status(StatusCode::OK);
}
