//! Checks what a page can read from a server, and audits the server for common CORS mistakes.
//!
//! This is the library behind the command `cors-probe`, whose page is its README. It has one function for the command and
//! its tests, and no stable interface.

mod arguments;
mod verdict;
mod fetch;
mod fix;
mod cases;
mod case_file;
mod audit;
mod finding;
mod checks;
mod hostile;
mod misplaced;
mod origin;
mod client;

use std::error::Error;

pub use arguments::Arguments;
use arguments::Command;

/// Does what the command line says. Returns the text to print, and the outcome.
///
/// # Errors
///
/// An argument or a file is wrong, or a request cannot be sent.
pub async fn run(arguments: Arguments) -> Result<(String, Outcome), Box<dyn Error>> {
    match arguments.command {
        Some(Command::Audit(arguments)) => audit::run(&arguments).await,
        Some(Command::Check(arguments)) => cases::run(&arguments).await,
        None => verdict::run(arguments.request).await,
    }
}

/// The outcome of a run that made its requests, as an exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The page can read the response, the audit finds nothing, or all cases are as expected.
    Good = 0,
    /// The opposite.
    Bad = 1,
    /// The request of a case could not be sent.
    Unsent = 2,
    /// The audit could not check everything, whatever it found.
    Incomplete = 3,
}
