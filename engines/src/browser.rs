//! A running browser.

use std::{error::Error, fs, process::Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

use crate::{
    address,
    case::{Case, Hosts, Outcome, Page},
    engine::{Engine, ThirdParties, firefox_preferences},
    session::Session,
};

pub(crate) struct Browser {
    engine: Engine,
    session: Session,
    /// The address of the open page.
    address: String,
    /// The display of a browser that has no headless mode.
    _display: Option<Child>,
    _profile: TempDir,
}

impl Browser {
    pub(crate) async fn start(
        engine: Engine,
        third_parties: ThirdParties,
        proxy: Option<u16>,
    ) -> Result<Self, Box<dyn Error>> {
        let started = Self::start_session(engine, third_parties, proxy).await;
        started.map_err(|error| {
            let packages = engine.packages();
            format!("{engine} does not start ({error}); it needs Debian's packages {packages}")
                .into()
        })
    }

    async fn start_session(
        engine: Engine,
        third_parties: ThirdParties,
        proxy: Option<u16>,
    ) -> Result<Self, Box<dyn Error>> {
        let profile = tempfile::tempdir()?;
        let capabilities = engine.capabilities(&profile, third_parties, proxy);
        let command = |program: &str| {
            let mut command = Command::new(program);
            command.env("HOME", profile.path());
            command
        };
        let mut display = None;
        let session = match engine {
            Engine::Chromium => Session::web_driver(command("chromedriver"), capabilities).await?,
            Engine::Firefox => {
                let preferences = firefox_preferences(third_parties);
                fs::write(profile.path().join("user.js"), preferences)?;
                let mut firefox = command("firefox-esr");
                // Without it, Firefox ignores the preference for the server of settings.
                firefox.env("MOZ_REMOTE_SETTINGS_DEVTOOLS", "1");
                // To clear the cookies of all hosts, and to read the console.
                firefox.arg("-remote-allow-system-access");
                firefox.args(["-headless", "-no-remote", "-marionette", "-profile"]);
                firefox.arg(profile.path());
                Session::marionette(firefox, profile.path(), capabilities).await?
            }
            Engine::WebKit => {
                let mut driver = command("WebKitWebDriver");
                display = Some(give_display(&mut driver).await?);
                Session::web_driver(driver, capabilities).await?
            }
        };
        Ok(Self { engine, session, address: String::new(), _display: display, _profile: profile })
    }

    /// Opens the page that sets the cookie of `localhost`.
    pub(crate) async fn sign_in(&mut self, hosts: Hosts) -> Result<(), Box<dyn Error>> {
        self.open(&format!("{}/cookie", Page::Localhost.origin(hosts))).await
    }

    /// Runs the cases of a page that are not left out, and returns what its script sees of each, with the number of the
    /// case.
    pub(crate) async fn fetch_all(
        &mut self,
        page: Page,
        hosts: Hosts,
        cases: &[Case],
        is_left_out: impl Fn(&Case) -> bool,
    ) -> Result<Vec<(usize, Vec<Outcome>)>, Box<dyn Error>> {
        let cases = cases.iter().enumerate();
        let (ids, cases): (Vec<usize>, Vec<&Case>) =
            cases.filter(|(_, case)| case.page == page && !is_left_out(case)).unzip();
        self.open(&address(page, hosts)).await?;
        let found = self.run(include_str!("script.js"), json!(cases)).await?;
        let found: Vec<Vec<Outcome>> = serde_json::from_value(found)?;
        Ok(ids.into_iter().zip(found).collect())
    }

    /// Whether a script can send a stream, by the
    /// [test that the vendor of Chromium recommends](https://developer.chrome.com/docs/capabilities/web-apis/fetch-streaming-requests#feature_detection).
    pub(crate) async fn sends_streams(&mut self, hosts: Hosts) -> Result<bool, Box<dyn Error>> {
        self.open(&address(Page::Localhost, hosts)).await?;
        let found = self.run(SENDS_STREAMS, Value::Null).await?;
        Ok(serde_json::from_value(found)?)
    }

    pub(crate) async fn open(&mut self, address: &str) -> Result<(), Box<dyn Error>> {
        address.clone_into(&mut self.address);
        self.session.open(address).await
    }

    /// The address of the open page.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Runs a script in the open page.
    pub(crate) async fn run(
        &mut self,
        script: &str,
        argument: Value,
    ) -> Result<Value, Box<dyn Error>> {
        self.session.run(script, argument).await
    }

    /// Takes the messages in the console of Chromium or Firefox.
    pub(crate) async fn console(&mut self) -> Result<Vec<String>, Box<dyn Error>> {
        self.session.console().await
    }

    pub(crate) fn version(&self) -> &str {
        self.session.version()
    }

    /// Removes the cookies of all hosts. In `WebKit`, this opens a page of the browser.
    pub(crate) async fn clear_cookies(&mut self) -> Result<(), Box<dyn Error>> {
        if self.engine != Engine::WebKit {
            return self.session.clear_cookies().await;
        }
        self.open("minibrowser-about:data").await?;
        self.run(CLEAR_COOKIES, Value::Null).await.map(drop)
    }

    pub(crate) async fn stop(self) -> Result<(), Box<dyn Error>> {
        self.session.stop().await
    }
}

const SENDS_STREAMS: &str = r#"
const [, done] = arguments;
let isRead = false;
const options = {
  method: "POST",
  body: new ReadableStream(),
  get duplex() {
    isRead = true;
    return "half";
  },
};
let hasType = true;
try {
  hasType = new Request("", options).headers.has("content-type");
} catch {}
done(isRead && !hasType);
"#;

/// Presses the button that removes all cookies, which `MiniBrowser` calls kind 256 of data. When they are removed, the page
/// loads anew. Without cookies, there is no button.
const CLEAR_COOKIES: &str = r#"
const [, done] = arguments;
const button = document.querySelector("[onclick$=\":256');\"]");
if (button) {
  addEventListener("pagehide", () => done());
  button.click();
} else {
  done();
}
"#;

/// Starts a display that nobody sees, for this command.
pub(crate) async fn give_display(command: &mut Command) -> Result<Child, Box<dyn Error>> {
    let mut server = Command::new("Xvfb")
        .args(["-displayfd", "1", "-screen", "0", "800x600x24", "-nolisten", "tcp"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let output = server.stdout.take().ok_or("Xvfb has no output")?;
    let mut lines = BufReader::new(output).lines();
    let number = lines.next_line().await?.ok_or("Xvfb ends before it has a display")?;
    command.env("DISPLAY", format!(":{number}")).env("GDK_BACKEND", "x11");
    // There is no desktop to ask.
    command.env("NO_AT_BRIDGE", "1").env("GSETTINGS_BACKEND", "memory");
    Ok(server)
}
