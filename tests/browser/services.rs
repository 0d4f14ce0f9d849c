//! Different services behind a browser.

use super::*;

fn layer() -> CorsLayer {
    CorsLayer::builder().allow_origin(PAGE).allow_method("PUT").build().unwrap()
}

#[tokio::test]
async fn an_axum_router_is_a_service_for_the_browser() {
    let app = axum::Router::new().route("/items", axum::routing::put(async || "changed"));
    let app = app.layer(layer());
    let mut page = Browser::new(app.clone()).page(PAGE);
    let result = page.fetch(request("PUT", TARGET, &[])).await;
    let body = page.assert_readable(result).into_body();
    let body = http_body_util::BodyExt::collect(body).await.unwrap().to_bytes();
    assert_eq!(body, "changed");

    // This service takes only axum's body.
    let takes_bodies =
        ServiceExt::<Request<axum::body::Body>>::map_request(app, |request: Request<String>| {
            request.map(axum::body::Body::from)
        });
    let mut page = Browser::new(takes_bodies).page(PAGE);
    let result = page.fetch(request("PUT", TARGET, &[])).await;
    page.assert_readable(result);
}

/// The service is neither `Clone` nor `Send`, and is not ready at once.
#[tokio::test]
async fn the_browser_waits_until_a_service_is_ready() {
    struct Slow {
        polls: std::rc::Rc<std::cell::Cell<usize>>,
        is_ready: bool,
    }

    impl Service<Request<String>> for Slow {
        type Response = Response<String>;
        type Error = Infallible;
        type Future = Ready<Result<Response<String>, Infallible>>;

        fn poll_ready(
            &mut self,
            context: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Result<(), Infallible>> {
            self.polls.set(self.polls.get() + 1);
            self.is_ready = self.polls.get().is_multiple_of(3);
            if self.is_ready {
                return std::task::Poll::Ready(Ok(()));
            }
            context.waker().wake_by_ref();
            std::task::Poll::Pending
        }

        fn call(&mut self, request: Request<String>) -> Self::Future {
            assert!(std::mem::take(&mut self.is_ready), "called without being ready");
            ready(Ok(granting(&request)))
        }
    }

    let polls = std::rc::Rc::default();
    let slow = Slow { polls: std::rc::Rc::clone(&polls), is_ready: false };
    let browser = Browser::new(layer().layer(slow));
    let mut page = browser.page(PAGE);
    page.fetch(request("PUT", TARGET, &[])).await.unwrap();
    assert_eq!((log(&page).as_str(), polls.get()), ("OPTIONS* PUT", 6));
}

/// The service is a real client of a real server.
#[tokio::test]
async fn a_client_is_a_service_for_the_browser() {
    let app = axum::Router::new().route("/items", axum::routing::put(async || "changed"));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target = format!("http://{}/items", listener.local_addr().unwrap());
    let app = app.layer(layer());
    tokio::spawn(async move { axum::serve(listener, app).await });
    let client = hyper_util::client::legacy::Client::builder(hyper_util::rt::TokioExecutor::new())
        .build_http::<String>();
    let browser = Browser::new(client);
    let mut page = browser.page(PAGE);
    let result = page.fetch(request("PUT", &target, &[])).await;
    page.assert_readable(result);
    assert_eq!(log(&page), "OPTIONS* PUT");
    let mut page = browser.page("https://evil.example");
    let result = page.fetch(request("PUT", &target, &[])).await;
    page.assert_refused(result);
}

#[tokio::test]
async fn two_pages_fetch_at_the_same_time() {
    let browser = answering(granting);
    let (mut one, mut other) = (browser.page(PAGE), browser.page("https://other.example"));
    let (first, second) = tokio::join!(
        one.fetch(request("PUT", TARGET, &[])),
        other.fetch(request("PUT", TARGET, &[]))
    );
    assert!(first.is_ok() && second.is_ok());
    assert_eq!(
        (log(&one), log(&other)),
        (String::from("OPTIONS* PUT"), String::from("OPTIONS* PUT"))
    );
}
