//! The permission for local networks, which the model does not have.

use std::future::ready;

use tower::service_fn;
use tower_cors::browser::Browser;

use super::*;

#[tokio::test]
async fn the_model_of_a_browser_needs_no_permission_for_this_machine() {
    for url in ["http://127.0.0.1:3000/items", "http://192.168.0.1/items"] {
        let service = service_fn(|_: Request<String>| {
            let response = Response::builder().header("access-control-allow-origin", "*");
            ready(response.body(String::new()))
        });
        let mut page = Browser::new(service).page(PAGE);
        let result = page.fetch(Request::get(url).body(String::new()).unwrap()).await;
        page.assert_readable(result);
        let headers = page.exchanges()[0].request_headers();
        assert!(!headers.contains_key("access-control-request-private-network"), "{url}");
    }
}
