//! `cargo run -p playground` serves the playground and prints its address.

use std::{error::Error, future::pending};

use clap::Parser;
use playground::Servers;

/// Serves a page to try a CORS policy with.
#[derive(Debug, Parser)]
struct Arguments {
    /// The port of the page, whose other page and API have the next two; free ones by default
    #[arg(long, default_value_t = 0)]
    port: u16,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let servers = Servers::start(Arguments::parse().port).await?;
    println!("Open {} in a browser.", servers.addresses.app);
    println!("Its API is at {}. Both serve this machine only.", servers.addresses.api);
    pending().await
}
