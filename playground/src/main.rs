//! `cargo run -p playground` serves the playground and prints its address.

use std::{future::pending, process::ExitCode};

use clap::{Parser, value_parser};
use playground::Servers;

/// Serves a page to try a CORS policy with.
#[derive(Debug, Parser)]
struct Arguments {
    /// The port of the page, whose other page and API have the next two; free ones by default
    #[arg(long, default_value_t = 0, value_parser = value_parser!(u16).range(..=65_533))]
    port: u16,
}

#[tokio::main]
async fn main() -> ExitCode {
    let Arguments { port } = Arguments::parse();
    let servers = match Servers::start(port).await {
        Ok(servers) => servers,
        Err(error) => {
            eprintln!(
                "a port from {port} on cannot be had: {error}; choose another, or leave --port out"
            );
            return ExitCode::FAILURE;
        }
    };
    println!("Open {} in a browser.", servers.addresses.app);
    println!("Its API is at {}. Both serve this machine only.", servers.addresses.api);
    pending().await
}
