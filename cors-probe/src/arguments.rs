//! The command line.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    time::Duration,
};

use clap::{
    Args, CommandFactory, Parser, Subcommand,
    error::{ContextKind, ContextValue, ErrorKind},
};
use http::{HeaderName, HeaderValue, Method, Uri};

use crate::origin;

/// Says what a page can read from a server, why not, and what to change.
#[derive(Debug, Parser)]
#[command(
    name = "cors-probe",
    version,
    after_help = EXIT_STATUS,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true
)]
pub struct Arguments {
    /// What to do. Without a command, one request is made.
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) request: RequestArguments,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Sends GET and OPTIONS requests with many origins, and reports mistakes, worst first
    Audit(AuditArguments),
    /// Checks the cases of a file, such as in CI
    Check(CheckArguments),
}

/// One request.
#[derive(Args, Debug)]
pub(crate) struct RequestArguments {
    /// The URL that the page's script fetches
    // Neither this nor the origin is there if there is a command.
    #[arg(value_parser = url, required = true)]
    pub(crate) url: Option<Uri>,
    /// The origin of the page, such as <https://app.example.com>
    #[arg(long, required = true)]
    pub(crate) origin: Option<String>,
    /// The method of the request, which is really sent: DELETE deletes
    #[arg(long, default_value = "GET")]
    pub(crate) method: Method,
    /// A header of the request, such as content-type:application/json
    #[arg(long = "header", value_name = "NAME:VALUE", value_parser = header)]
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    /// The request's body
    #[arg(long, default_value = "")]
    pub(crate) body: String,
    /// Sends credentials, as with `credentials: "include"` in a script; takes no value
    #[arg(long)]
    pub(crate) credentials: bool,
    /// Listens to upload progress, as a script can with `XMLHttpRequest`
    #[arg(long)]
    pub(crate) upload_listener: bool,
    #[command(flatten)]
    pub(crate) common: CommonArguments,
}

/// An audit.
#[derive(Args, Debug)]
pub(crate) struct AuditArguments {
    /// The URL to audit
    #[arg(value_parser = url)]
    pub(crate) url: Uri,
    /// An origin that the server allows; others are derived from it
    #[arg(long)]
    pub(crate) origin: String,
    /// The method whose preflights are tried
    #[arg(long, default_value = "GET")]
    pub(crate) method: Method,
    #[command(flatten)]
    pub(crate) common: CommonArguments,
}

/// A file of cases.
#[derive(Args, Debug)]
pub(crate) struct CheckArguments {
    /// The file, in TOML
    pub(crate) file: PathBuf,
    /// The URL of the server, in place of the one in the file
    #[arg(long, value_parser = url)]
    pub(crate) url: Option<Uri>,
    #[command(flatten)]
    pub(crate) common: CommonArguments,
}

/// How to connect, and what to print.
#[derive(Args, Clone, Debug)]
pub(crate) struct CommonArguments {
    /// Prints JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// How long each request may take, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub(crate) timeout: Duration,
    /// Speaks only HTTP/2, also over plain http; without it, an https server chooses
    #[arg(long)]
    pub(crate) http2: bool,
    /// A file with certificates in PEM to trust beside the system's
    #[arg(long, value_name = "FILE")]
    pub(crate) cacert: Option<PathBuf>,
}

impl Arguments {
    /// Reads a command line, which begins with the name of the program.
    ///
    /// # Errors
    ///
    /// An argument is missing or wrong, or help is asked for.
    pub fn read<T: Into<OsString> + Clone>(
        all: impl IntoIterator<Item = T>,
    ) -> Result<Self, clap::Error> {
        Self::try_parse_from(all).map_err(|error| match error.get(ContextKind::InvalidSubcommand) {
            // To clap, whatever follows a URL is a command.
            Some(ContextValue::String(surplus))
                if Self::command().find_subcommand(surplus).is_none() =>
            {
                let text = format!(
                    "unexpected argument '{surplus}' found; a request has one URL, a value with spaces needs quotes, and the \
                     commands, which come first, are audit and check"
                );
                Self::command().error(ErrorKind::UnknownArgument, text)
            }
            _ => error,
        })
    }
}

pub(crate) fn url(text: &str) -> Result<Uri, String> {
    let Some((scheme, rest)) = text.split_once("://") else {
        if Path::new(text).extension().is_some_and(|end| end == "toml") {
            return Err(format!("it is a file; write cors-probe check {text}"));
        }
        if let Some((scheme @ ("http" | "https"), rest)) = text.split_once(':') {
            return Err(format!("it has no //; write {scheme}://{}", rest.trim_start_matches('/')));
        }
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

pub(crate) fn header(text: &str) -> Result<(HeaderName, HeaderValue), String> {
    let Some((name, value)) = text.split_once(':') else {
        return Err(String::from("there is no colon in it; write name:value"));
    };
    let name = name.trim().parse().map_err(|error| format!("{name:?}: {error}"))?;
    let value = value.trim().parse().map_err(|error| format!("{value:?}: {error}"))?;
    Ok((name, value))
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let seconds = seconds.filter(|seconds| !seconds.is_zero());
    seconds.ok_or_else(|| String::from("it is no number of seconds above 0; write one, such as 10"))
}

const EXIT_STATUS: &str = "\
Exit status:
  0  the page can read the response, the audit finds nothing, or all cases are as expected
  1  the page cannot read the response, the audit finds something, or a case is not as expected
  2  an argument or a file is wrong, or a request cannot be sent
  3  the audit is incomplete: it could not check how origins are compared

Proxies are taken from HTTPS_PROXY, HTTP_PROXY and ALL_PROXY, except for the hosts in NO_PROXY.";
