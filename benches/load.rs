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
use support::{
    measure::{self, Spread},
    origin,
    requests::of_browser,
    subjects::Subject,
    tower_cors, tower_http, tower_http_with_set,
};
use tokio::{net::TcpListener, runtime::Builder};
use tower::{Layer, Service, service_fn};

const ROUNDS: usize = 15;
const SECONDS: &str = "1s";
const THREADS: usize = 2;

/// The layers and their origins, in the order of the rows. The first is what the others are compared with.
const ROWS: [(Subject, usize); 6] = [
    (Subject::None, 1),
    (Subject::TowerCors, 1),
    (Subject::List, 1),
    (Subject::TowerCors, 1000),
    (Subject::List, 1000),
    (Subject::Set, 1000),
];

fn main() -> Result<(), Box<dyn Error>> {
    if Command::new("wrk").arg("-v").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err() {
        println!("There is no wrk here, so no server is put under load.");
        return Ok(());
    }
    println!(
        "Servers on a runtime of {THREADS} threads answer allowed requests with a browser's headers over loopback."
    );
    println!(
        "`wrk` sends them over 32 connections. The median and the quartiles of {ROUNDS} rounds. In each round, all"
    );
    println!("servers of a table have their turn, and are compared with the one without a layer.");
    let runtime = Builder::new_multi_thread().worker_threads(THREADS).enable_all().build()?;
    for (name, is_axum) in [("axum", true), ("hyper", false)] {
        let servers = runtime.block_on(async {
            let mut servers = Vec::new();
            for (subject, origins) in ROWS {
                servers.push(if is_axum {
                    serve_by_axum(subject.in_axum(origins, 0)).await?
                } else {
                    serve_by_hyper(subject, origins).await?
                });
            }
            io::Result::Ok(servers)
        })?;
        let mut rounds = Vec::new();
        for _ in 0..ROUNDS {
            let mut round = Vec::new();
            for (address, (_, origins)) in servers.iter().zip(ROWS) {
                round.push(load(address, &origin(origins))?);
            }
            rounds.push(round);
        }
        print_table(name, &rounds);
    }
    Ok(())
}

fn print_table(server: &str, rounds: &[Vec<f64>]) {
    println!(
        "\n| {server} | origins | processor time for a request, µs | of that without a layer | the layer's part, µs |"
    );
    println!("|---|---:|---:|---:|---:|");
    for (at, (subject, origins)) in ROWS.into_iter().enumerate() {
        let of = |value: fn(f64, f64) -> f64, decimals| {
            Spread::of(rounds.iter().map(|round| value(round[at], round[0])), decimals)
        };
        println!(
            "| {} | {origins} | {} | {} % | {} |",
            subject.name(),
            of(|own, _| own, 2),
            of(|own, none| 100.0 * own / none, 1),
            of(|own, none| own - none, 2),
        );
    }
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

/// The address of a server with that layer.
async fn serve_by_hyper(subject: Subject, origins: usize) -> io::Result<String> {
    match subject {
        Subject::None => accept(hello()).await,
        Subject::TowerCors => accept(tower_cors(origins).layer(hello())).await,
        Subject::List => accept(tower_http(origins).layer(hello())).await,
        Subject::Set => accept(tower_http_with_set(origins).layer(hello())).await,
    }
}

async fn accept<S>(service: S) -> io::Result<String>
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

/// The microseconds of processor time that the server takes for a request. How many requests it answers in a second
/// would depend on what else the machine does.
fn load(address: &str, origin: &str) -> Result<f64, Box<dyn Error>> {
    let mut wrk = Command::new("wrk");
    wrk.args(["--threads", "1", "--connections", "32", "--duration", SECONDS, address]);
    for (name, value) in of_browser("allowed", origin).headers() {
        wrk.arg("--header").arg(format!("{name}: {}", value.to_str()?));
    }
    let start = measure::processor_time()?;
    let output = wrk.output()?;
    let time = measure::processor_time()?.saturating_sub(start);
    let text = String::from_utf8(output.stdout)?;
    let total = text.lines().find_map(|line| line.trim().split_once(" requests in "));
    let (total, _) = total.ok_or_else(|| format!("wrk counts no requests: {text}"))?;
    Ok(time.as_secs_f64() * 1e6 / total.parse::<f64>()?)
}
