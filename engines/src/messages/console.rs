//! The consoles, and how each engine gives its messages.

use std::{
    error::Error,
    fs::File,
    io::{self, Read},
    mem,
    process::Stdio,
};

use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::{
    browser::{Browser, give_display},
    engine::{Engine, mini_browser},
};

/// The console of a browser that has opened a page.
pub(super) enum Console<'a> {
    Session(&'a mut Browser),
    Output(Box<Output>),
}

impl<'a> Console<'a> {
    pub(super) async fn open(
        engine: Engine,
        session: &'a mut Browser,
        address: &str,
    ) -> Result<Self, Box<dyn Error>> {
        if engine == Engine::WebKit {
            return Ok(Self::Output(Box::new(Output::open(address).await?)));
        }
        session.console().await?;
        session.open(address).await?;
        Ok(Self::Session(session))
    }

    /// Takes the messages since the last call.
    pub(super) async fn take(&mut self) -> Result<Vec<String>, Box<dyn Error>> {
        match self {
            Self::Session(browser) => browser.console().await,
            Self::Output(output) => Ok(output.take()?),
        }
    }
}

/// A `WebKit` without a driver. It prints its console, but not that of a session with a driver, which is private.
pub(super) struct Output {
    file: File,
    /// The beginning of a line whose end is not written yet.
    line: String,
    _browser: Child,
    _display: Child,
    _profile: TempDir,
}

impl Output {
    async fn open(address: &str) -> Result<Self, Box<dyn Error>> {
        let profile = tempfile::tempdir()?;
        let path = profile.path().join("output");
        let mut browser = Command::new(mini_browser());
        browser.args(["--ignore-tls-errors", "--enable-write-console-messages-to-stdout=true"]);
        browser.arg(address).env("HOME", profile.path()).stdin(Stdio::null());
        // In spite of the argument's name, the messages go to the other output.
        browser.stdout(Stdio::null()).stderr(File::create(&path)?).kill_on_drop(true);
        let display = give_display(&mut browser).await?;
        let browser = browser.spawn()?;
        let (file, line) = (File::open(path)?, String::new());
        Ok(Self { file, line, _browser: browser, _display: display, _profile: profile })
    }

    fn take(&mut self) -> io::Result<Vec<String>> {
        self.file.read_to_string(&mut self.line)?;
        let end = self.line.rfind('\n').map_or(0, |end| end + 1);
        let rest = self.line.split_off(end);
        let text = mem::replace(&mut self.line, rest);
        Ok(text.lines().filter_map(of_webkit).map(str::to_owned).collect())
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
