//! A server under load over loopback, without a layer, with this one, and with `tower-http`'s, one after the other
//! in each round.
//!
//! The load is of `wrk`. Where there is none, it says so, and measures nothing.

mod support;

use std::{
    error::Error,
    process::{Command, Stdio},
};

use axum::{Router, routing::get};
use support::{origin, tower_cors, tower_http};
use tokio::{net::TcpListener, runtime::Runtime};

const ROUNDS: usize = 7;
const SECONDS: &str = "2s";

fn main() -> Result<(), Box<dyn Error>> {
    if Command::new("wrk").arg("-v").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err() {
        println!("There is no wrk here, so no server is put under load.");
        return Ok(());
    }
    println!("An axum server under load by wrk, 32 connections, the median of {ROUNDS} rounds:\n");
    println!(
        "| origins | layer | requests a second | of those without a layer | 99th percentile |"
    );
    println!("|---:|---|---:|---:|---:|");
    let runtime = Runtime::new()?;
    for origins in [1, 1000] {
        let app = || Router::new().route("/", get(async || "the items"));
        let apps = [
            ("none", app()),
            ("tower-cors", app().layer(tower_cors(origins))),
            ("tower-http", app().layer(tower_http(origins))),
        ];
        let servers = apps.map(|(name, app)| (name, runtime.block_on(serve(app))));
        let mut found = [const { Vec::new() }; 3];
        for _ in 0..ROUNDS {
            for (found, (_, address)) in found.iter_mut().zip(&servers) {
                found.push(load(address.as_ref().map_err(ToString::to_string)?, &origin(origins))?);
            }
        }
        let medians = found.map(|rounds| median(&rounds));
        for ((name, _), (requests, latency)) in servers.iter().zip(medians) {
            let share = 100.0 * requests / medians[0].0;
            println!("| {origins} | {name} | {requests:.0} | {share:.1} % | {latency:.2} ms |");
        }
    }
    Ok(())
}

async fn serve(app: Router) -> std::io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}/", listener.local_addr()?);
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok(address)
}

/// Requests a second, and the 99th percentile of the latency in milliseconds.
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
