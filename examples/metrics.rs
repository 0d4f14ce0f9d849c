//! Counts requests by kind, and refusals by reason, with the crate `metrics`.
//!
//! Run it with `cargo run --example metrics --features metrics`. It sends some requests to a service, and prints the counters.
//! The labels never contain text of a request, so a client cannot create new ones.

use std::{convert::Infallible, error::Error, future::ready};

use http::{Request, Response};
use metrics::counter;
use metrics_util::debugging::{DebugValue, DebuggingRecorder};
use tower::{Layer, ServiceExt, service_fn};
use tower_cors::{CorsLayer, Outcome, RequestHead};

fn count(_: &RequestHead<'_>, outcome: &Outcome) {
    let refusal = outcome.refusal.as_ref().map_or("none", |refusal| refusal.name());
    counter!("cors_requests_total", "kind" => outcome.kind.to_string(), "refusal" => refusal)
        .increment(1);
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // A real server would install an exporter here, such as `metrics-exporter-prometheus`.
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    recorder.install()?;

    let cors = CorsLayer::builder()
        .allow_origin("https://app.example.com")
        .allow_method("PUT")
        .on_decision(count)
        .build()?;
    let app = service_fn(|_: Request<()>| ready(Ok::<_, Infallible>(Response::new(()))));
    for (method, headers) in [
        ("GET", &[][..]),
        ("GET", &[("origin", "https://app.example.com")]),
        ("GET", &[("origin", "https://evil.example")]),
        ("GET", &[("origin", "https://another.example")]),
        ("GET", &[("origin", "null")]),
        (
            "OPTIONS",
            &[("origin", "https://app.example.com"), ("access-control-request-method", "PUT")],
        ),
        (
            "OPTIONS",
            &[("origin", "https://app.example.com"), ("access-control-request-method", "PATCH")],
        ),
    ] {
        let mut request = Request::builder().method(method);
        for &(name, value) in headers {
            request = request.header(name, value);
        }
        cors.layer(app).oneshot(request.body(())?).await?;
    }

    let mut lines: Vec<String> = snapshotter
        .snapshot()
        .into_vec()
        .into_iter()
        .filter_map(|(key, _, _, value)| {
            let DebugValue::Counter(count) = value else { return None };
            let labels = key.key().labels();
            let labels: Vec<_> =
                labels.map(|label| format!("{}={:?}", label.key(), label.value())).collect();
            Some(format!("{}{{{}}} {count}", key.key().name(), labels.join(",")))
        })
        .collect();
    lines.sort();
    println!("{}", lines.join("\n"));
    Ok(())
}
