//! The consoles, and how each engine gives its messages.

use std::{error::Error, fs::File, io::Read, process::Stdio};

use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::{
    browser::{Browser, give_display},
    engine::{Engine, mini_browser},
};

/// The console of a browser that has opened a page.
pub(super) enum Console<'a> {
    Session(&'a mut Browser),
    /// A `WebKit` without a driver. It prints its console, but not that of a session with a driver, which is private.
    Output {
        output: File,
        /// The beginning of a line whose end is not written yet.
        line: String,
        /// The display and the browser.
        _processes: Box<[Child; 2]>,
        _profile: TempDir,
    },
}

impl<'a> Console<'a> {
    pub(super) async fn open(
        engine: Engine,
        session: &'a mut Browser,
        address: &str,
    ) -> Result<Self, Box<dyn Error>> {
        if engine != Engine::WebKit {
            session.console().await?;
            session.open(address).await?;
            return Ok(Self::Session(session));
        }
        let profile = tempfile::tempdir()?;
        let path = profile.path().join("output");
        let mut browser = Command::new(mini_browser());
        browser.args(["--ignore-tls-errors", "--enable-write-console-messages-to-stdout=true"]);
        browser.arg(address).env("HOME", profile.path()).stdin(Stdio::null());
        // In spite of the argument's name, the messages go to the other output.
        browser.stdout(Stdio::null()).stderr(File::create(&path)?).kill_on_drop(true);
        let display = give_display(&mut browser).await?;
        let processes = Box::new([display, browser.spawn()?]);
        let (output, line) = (File::open(path)?, String::new());
        Ok(Self::Output { output, line, _processes: processes, _profile: profile })
    }

    /// Takes the messages since the last call.
    pub(super) async fn take(&mut self) -> Result<Vec<String>, Box<dyn Error>> {
        match self {
            Self::Session(browser) => browser.console().await,
            Self::Output { output, line, .. } => {
                output.read_to_string(line)?;
                let rest = line.split_off(line.rfind('\n').map_or(0, |end| end + 1));
                let text = std::mem::replace(line, rest);
                Ok(text.lines().filter_map(of_webkit).map(str::to_owned).collect())
            }
        }
    }
}

/// `WebKit` prints the place in front of each message, a word, the source, which messages of scripts do not have, and the
/// level.
fn of_webkit(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("CONSOLE ")?;
    let (word, rest) = rest.split_once(' ')?;
    if ["DEBUG", "ERROR", "INFO", "LOG", "WARN"].contains(&word) {
        return Some(rest);
    }
    rest.split_once(' ').map(|(_, message)| message)
}
