//! Asks a server what a page gets of it, and looks for what is commonly wrong.
//!
//! ```sh
//! cargo run --example probe -- https://api.example.com/items --origin https://app.example.com \
//!     --method PUT --header content-type:application/json --credentials
//! cargo run --example probe -- https://api.example.com/items --origin https://app.example.com --audit
//! ```
//!
//! The first prints what goes over the wire, and what a browser makes of it. The second asks as many origins would,
//! and prints what it finds, worst first: `--origin` is one that is allowed, and the others are made of it. It sends
//! `GET`, `HEAD` and `OPTIONS` alone, unless `--method` names another. `--json` prints either for machines.
//!
//! It exits with 0 if the page can read the response, or if the audit finds nothing, with 1 if not, and with 2 if the
//! server cannot be asked.

mod audit;
mod checks;
mod client;
mod verdict;

use std::{error::Error, process::ExitCode};

use clap::Parser;
use http::{HeaderName, HeaderValue, Method, Uri};

/// Asks a server what a page gets of it, as a browser would.
#[derive(Debug, Parser)]
#[command(name = "probe")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct Arguments {
    /// The URL that the page's script fetches
    pub(crate) url: Uri,
    /// The origin of the page, such as <https://app.example.com>
    #[arg(long)]
    pub(crate) origin: String,
    /// The method of the request
    #[arg(long, default_value = "GET")]
    pub(crate) method: Method,
    /// A header of the request, such as content-type:application/json
    #[arg(long = "header", value_parser = header)]
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    /// The request's body
    #[arg(long, default_value = "")]
    pub(crate) body: String,
    /// The script asks for cookies to be sent
    #[arg(long)]
    pub(crate) credentials: bool,
    /// The script listens to the upload, as `XMLHttpRequest` can
    #[arg(long)]
    pub(crate) upload_listener: bool,
    /// Looks for what is commonly wrong, instead of making one request
    #[arg(long)]
    pub(crate) audit: bool,
    /// Prints JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Arguments::parse()).await {
        Ok((text, is_good)) => {
            println!("{text}");
            if is_good { ExitCode::SUCCESS } else { ExitCode::from(1) }
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

/// What to print, and whether it is good.
pub(crate) async fn run(arguments: &Arguments) -> Result<(String, bool), Box<dyn Error>> {
    if arguments.audit { audit::run(arguments).await } else { verdict::run(arguments).await }
}

fn header(text: &str) -> Result<(HeaderName, HeaderValue), String> {
    let Some((name, value)) = text.split_once(':') else {
        return Err(String::from("there is no colon in it; write name:value"));
    };
    let name = name.trim().parse().map_err(|error| format!("{name:?}: {error}"))?;
    let value = value.trim().parse().map_err(|error| format!("{value:?}: {error}"))?;
    Ok((name, value))
}
