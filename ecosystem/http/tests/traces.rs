//! What the traces of `examples/stack.rs` say of a request. The test is alone in its program, because its subscriber is
//! for all threads.

#[path = "../../../examples/stack.rs"]
#[expect(dead_code, reason = "`main` is for those who run the example")]
mod example;

use std::{fs, path::Path, sync::Mutex, time::Duration};

use ecosystem_http::{PAGE, browser, seen, serve};
use example::{Limits, cors, routes, stack};
use http::Request;
use tempfile::NamedTempFile;
use tracing::Level;

#[tokio::test]
async fn traces_have_the_id_that_the_page_reads() {
    let log = NamedTempFile::new().unwrap();
    tracing_subscriber::fmt()
        .with_max_level(Level::DEBUG)
        .without_time()
        .with_writer(Mutex::new(log.reopen().unwrap()))
        .init();
    let app = stack(routes(Path::new("tests")), cors().unwrap(), &LIMITS).unwrap();
    let url = serve(app).await;
    let mut page = browser(&[]).page(PAGE);
    let request = Request::delete(format!("{url}/nothing")).body(String::new()).unwrap();
    assert_eq!(seen(page.fetch(request).await).await, "404 there is no such page");

    let log = fs::read_to_string(log.path()).unwrap();
    let started = log.lines().filter(|line| line.contains("tower_http::trace::on_request"));
    let expected = page.exchanges().iter().map(|exchange| {
        let id = exchange.response_headers().unwrap()["x-request-id"].to_str().unwrap();
        format!(
            "DEBUG request{{id={id:?} method={} uri=/nothing}}: \
             tower_http::trace::on_request: started processing request",
            exchange.method(),
        )
    });
    let expected: Vec<_> = expected.collect();
    assert_eq!(expected.len(), 2, "a preflight and its request");
    assert_eq!(started.map(str::trim_start).collect::<Vec<_>>(), expected);
}

const LIMITS: Limits = Limits {
    body: 1024,
    burst: 1000,
    period: Duration::from_secs(3600),
    timeout: Duration::from_secs(3600),
};
