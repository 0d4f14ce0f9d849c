//! The command `cors-probe`.

use std::process::ExitCode;

use clap::Parser;
use cors_probe::Arguments;

#[tokio::main]
async fn main() -> ExitCode {
    match cors_probe::run(Arguments::parse()).await {
        Ok((text, outcome)) => {
            println!("{text}");
            ExitCode::from(outcome as u8)
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}
