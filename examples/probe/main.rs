//! Checks what a page can read from a server, and audits the server for common CORS mistakes.
//!
//! ```sh
//! cargo run -p probe -- https://api.example.com/items --origin https://app.example.com \
//!     --method PUT --header content-type:application/json --credentials
//! cargo run -p probe -- https://api.example.com/items --origin https://app.example.com --audit
//! ```
//!
//! The first command prints the requests and responses, and whether a page can read the result.
//!
//! The second sends requests with many origins, and prints its findings, worst first. Give an allowed origin as
//! `--origin`: the others are derived from it. The audit sends only `GET` and `OPTIONS`. Each finding says what was
//! seen, why it matters, and what to change. A note may be intended. A gap is something that could not be checked, and
//! makes the audit incomplete.
//!
//! The URL needs its scheme: without one it could mean http or https, which are different origins. Headers that a
//! script cannot set are reported, and not sent.
//!
//! `--json` prints JSON. The exit status is 0 if the page can read the response or the audit finds nothing, and 1 if
//! not. It is 2 if an argument is wrong or a request cannot be sent, and 3 if the audit is incomplete.

mod audit;
mod checks;
mod client;
mod hostile;
mod misplaced;
mod origin;
mod verdict;

use std::{error::Error, process::ExitCode};

use clap::Parser;
use http::{HeaderName, HeaderValue, Method, Uri};

/// Checks what a page can read from a server, as a browser would.
#[derive(Debug, Parser)]
#[command(name = "probe", after_help = EXIT_STATUS)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct Arguments {
    /// The URL that the page's script fetches
    #[arg(value_parser = url)]
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
    /// Sends credentials, as with `credentials: "include"` in a script
    #[arg(long)]
    pub(crate) credentials: bool,
    /// Listens to upload progress, as a script can with `XMLHttpRequest`
    #[arg(long)]
    pub(crate) upload_listener: bool,
    /// Audits the server for common mistakes, instead of making one request
    #[arg(long, conflicts_with_all = ["headers", "body", "credentials", "upload_listener"])]
    pub(crate) audit: bool,
    /// Prints JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Arguments::parse()).await {
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

/// Returns the text to print, and the outcome.
pub(crate) async fn run(arguments: &Arguments) -> Result<(String, Outcome), Box<dyn Error>> {
    if arguments.audit { audit::run(arguments).await } else { verdict::run(arguments).await }
}

/// The outcome of a run that made its requests, as an exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The page can read the response, or the audit finds nothing.
    Good = 0,
    /// The page cannot read the response, or the audit finds something.
    Bad = 1,
    /// The audit could not check everything, whatever it found.
    Incomplete = 3,
}

fn url(text: &str) -> Result<Uri, String> {
    let Some((scheme, rest)) = text.split_once("://") else {
        if text.starts_with(['/', '?', '#']) || text.is_empty() {
            return Err(String::from("it has no host; write https://api.example.com/items"));
        }
        return Err(format!("it has no scheme; write {}", origin::with_scheme(text)));
    };
    if !["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
        return Err(format!("the scheme {scheme} is neither http nor https; write https://{rest}"));
    }
    if rest.is_empty() || rest.starts_with(['/', ':', '?', '#']) {
        return Err(String::from("it has no host; write https://api.example.com/items"));
    }
    text.parse().map_err(|error| format!("it is no URL: {error}"))
}

fn header(text: &str) -> Result<(HeaderName, HeaderValue), String> {
    let Some((name, value)) = text.split_once(':') else {
        return Err(String::from("there is no colon in it; write name:value"));
    };
    let name = name.trim().parse().map_err(|error| format!("{name:?}: {error}"))?;
    let value = value.trim().parse().map_err(|error| format!("{value:?}: {error}"))?;
    Ok((name, value))
}

const EXIT_STATUS: &str = "\
Exit status:
  0  the page can read the response, or the audit finds nothing
  1  the page cannot read the response, or the audit finds something
  2  an argument is wrong, or a request cannot be sent
  3  the audit is incomplete: it could not check how origins are compared";
