//! Servers of hyper and of axum under load over loopback: without a layer, with this one, and with `tower-http`'s, one
//! after the other in each round.
//!
//! `wrk` makes the load. Without `wrk`, the benchmark prints that and measures nothing.

mod support;

use std::{
    convert::Infallible,
    error::Error,
    future::ready,
    io,
    process::{Command, Stdio},
};

use axum::{Router, body::Body};
use http::{HeaderValue, Request, Response, header::CONTENT_TYPE};
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
    service::TowerToHyperService,
};
use support::{origin, router, tower_cors, tower_http};
use tokio::{net::TcpListener, runtime::Runtime};
use tower::{Layer, Service, service_fn};

const ROUNDS: usize = 7;
const SECONDS: &str = "1s";

fn main() -> Result<(), Box<dyn Error>> {
    if Command::new("wrk").arg("-v").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err() {
        println!("There is no wrk here, so no server is put under load.");
        return Ok(());
    }
    println!("A server under load by wrk, 32 connections, the median of {ROUNDS} rounds:\n");
    println!(
        "| server | origins | layer | requests a second | of those without a layer | 99th percentile |"
    );
    println!("|---|---:|---|---:|---:|---:|");
    let runtime = Runtime::new()?;
    for origins in [1, 1000] {
        let servers = runtime.block_on(async {
            io::Result::Ok([
                ("hyper", "none", serve_by_hyper(hello()).await?),
                ("hyper", "tower-cors", serve_by_hyper(tower_cors(origins).layer(hello())).await?),
                ("hyper", "tower-http", serve_by_hyper(tower_http(origins).layer(hello())).await?),
                ("axum", "none", serve_by_axum(router()).await?),
                ("axum", "tower-cors", serve_by_axum(router().layer(tower_cors(origins))).await?),
                ("axum", "tower-http", serve_by_axum(router().layer(tower_http(origins))).await?),
            ])
        })?;
        let mut found = [const { Vec::new() }; 6];
        for _ in 0..ROUNDS {
            for (found, (_, _, address)) in found.iter_mut().zip(&servers) {
                found.push(load(address, &origin(origins))?);
            }
        }
        let medians = found.map(|rounds| median(&rounds));
        let mut without = 0.0;
        for ((server, layer, _), (requests, latency)) in servers.iter().zip(medians) {
            // The first measurement of a server is the one without a layer.
            without = if *layer == "none" { requests } else { without };
            let share = 100.0 * requests / without;
            println!(
                "| {server} | {origins} | {layer} | {requests:.0} | {share:.1} % | {latency:.2} ms |"
            );
        }
    }
    Ok(())
}

fn hello()
-> impl Service<Request<Incoming>, Response = Response<Body>, Error = Infallible, Future: Send + 'static>
+ Clone
+ Send
+ 'static {
    service_fn(|_: Request<Incoming>| {
        let mut response = Response::new(Body::empty());
        let value = HeaderValue::from_static("application/json");
        response.headers_mut().insert(CONTENT_TYPE, value);
        ready(Ok(response))
    })
}

async fn serve_by_hyper<S>(service: S) -> io::Result<String>
where
    S: Service<Request<Incoming>, Response = Response<Body>, Error = Infallible>,
    S: Clone + Send + 'static,
    S::Future: Send,
{
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}/", listener.local_addr()?);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let service = TowerToHyperService::new(service.clone());
            tokio::spawn(async move {
                let builder = auto::Builder::new(TokioExecutor::new());
                // A connection that wrk closes is not a failure.
                let _ = builder.serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
    Ok(address)
}

async fn serve_by_axum(app: Router) -> io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}/", listener.local_addr()?);
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok(address)
}

/// Requests per second, and the 99th percentile of the latency in milliseconds.
fn load(address: &str, origin: &str) -> Result<(f64, f64), Box<dyn Error>> {
    let output = Command::new("wrk")
        .args(["--threads", "1", "--connections", "32", "--duration", SECONDS, "--latency"])
        .args(["--header", &format!("Origin: {origin}"), address])
        .output()?;
    let text = String::from_utf8(output.stdout)?;
    let after = |label: &str| {
        let line = text.lines().find_map(|line| line.trim().strip_prefix(label));
        line.map(str::trim).ok_or_else(|| format!("wrk says no {label}: {text}"))
    };
    let requests = after("Requests/sec:")?.parse()?;
    let latency = after("99%")?;
    let latency = match (latency.strip_suffix("us"), latency.strip_suffix("ms")) {
        (Some(micros), _) => micros.parse::<f64>()? / 1000.0,
        (_, Some(millis)) => millis.parse()?,
        _ => latency.trim_end_matches('s').parse::<f64>()? * 1000.0,
    };
    Ok((requests, latency))
}

fn median(rounds: &[(f64, f64)]) -> (f64, f64) {
    let middle = |value: fn(&(f64, f64)) -> f64| {
        let mut values: Vec<f64> = rounds.iter().map(value).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    (middle(|round| round.0), middle(|round| round.1))
}
