//! A running Chromium, for tests of pages. It needs Debian's packages `chromium` and `chromium-driver`.

use std::{error::Error, process::Stdio, time::Duration};

use fantoccini::{Client, ClientBuilder, Locator, wd::WebDriverCompatibleCommand};
use http::Method;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value, json};
use tempfile::TempDir;
use tokio::{
    net::{TcpListener, TcpStream},
    process::{Child, Command},
    time::{sleep, timeout},
};
use url::{ParseError, Url};

/// A running Chromium, with one page.
#[derive(Debug)]
pub struct Chromium {
    client: Client,
    driver: Child,
    // Deleted with it.
    _folder: TempDir,
}

impl Chromium {
    /// Starts Chromium with an empty profile. `None` if it is not installed.
    ///
    /// # Errors
    ///
    /// It does not start within a minute.
    pub async fn start() -> Result<Option<Self>, Box<dyn Error>> {
        if !["chromium", "chromedriver"].into_iter().all(is_installed) {
            return Ok(None);
        }
        let folder = tempfile::tempdir()?;
        let port = TcpListener::bind("127.0.0.1:0").await?.local_addr()?.port();
        let driver = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .env("HOME", folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        timeout(Duration::from_secs(60), until_it_listens(port))
            .await
            .map_err(|_| "chromedriver does not listen within a minute")?;
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities(&folder))
            .connect(&format!("http://127.0.0.1:{port}"))
            .await?;
        Ok(Some(Self { client, driver, _folder: folder }))
    }

    /// Opens a page.
    ///
    /// # Errors
    ///
    /// There is no such page.
    pub async fn open(&self, url: &str) -> Result<(), Box<dyn Error>> {
        Ok(self.client.goto(url).await?)
    }

    /// Runs the body of an asynchronous function in the page. It gets `arguments`, and the page waits for its promise.
    ///
    /// # Errors
    ///
    /// The script fails, or takes more than a minute.
    pub async fn run(&self, body: &str, arguments: Vec<Value>) -> Result<Value, Box<dyn Error>> {
        let script = format!(
            "const done = arguments[arguments.length - 1];
            (async (...arguments) => {{ {body} }})(...arguments)
                .then((value) => done([true, value]), (error) => done([false, String(error)]));"
        );
        let result = self.client.execute_async(&script, arguments).await?;
        match result {
            Value::Array(parts) if parts.first() == Some(&Value::Bool(true)) => {
                Ok(parts.into_iter().nth(1).unwrap_or_default())
            }
            failed => Err(format!("the script failed: {failed}").into()),
        }
    }

    /// Types keys into an element.
    ///
    /// # Errors
    ///
    /// There is no such element, or nothing can be typed there.
    pub async fn press(&self, selector: &str, keys: &str) -> Result<(), Box<dyn Error>> {
        Ok(self.client.find(Locator::Css(selector)).await?.send_keys(keys).await?)
    }

    /// Lets pages see a screen of this width in pixels, and a preference for light or dark colours.
    ///
    /// # Errors
    ///
    /// Chromium has ended.
    pub async fn look_like(&self, width: u32, is_dark: bool) -> Result<(), Box<dyn Error>> {
        let scheme = if is_dark { "dark" } else { "light" };
        let metrics =
            json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 800 });
        self.command("Emulation.setDeviceMetricsOverride", metrics).await?;
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.command("Emulation.setEmulatedMedia", features).await?;
        Ok(())
    }

    /// The page from the first element that matches `from` to its end, as a PNG in Base64.
    ///
    /// # Errors
    ///
    /// There is no such element.
    pub async fn picture(&self, from: &str) -> Result<String, Box<dyn Error>> {
        let size = "const top = document.querySelector(arguments[0]).getBoundingClientRect().top + scrollY;
            const { scrollWidth, scrollHeight } = document.documentElement;
            return { x: 0, y: top, width: scrollWidth, height: scrollHeight - top, scale: 1 };";
        let clip = self.run(size, vec![json!(from)]).await?;
        let all = json!({ "captureBeyondViewport": true, "clip": clip });
        let picture = self.command("Page.captureScreenshot", all).await?;
        Ok(picture["data"].as_str().unwrap_or_default().to_owned())
    }

    /// A command of Chromium's own protocol.
    async fn command(
        &self,
        name: &'static str,
        parameters: Value,
    ) -> Result<Value, Box<dyn Error>> {
        Ok(self.client.issue_cmd(OwnCommand { name, parameters }).await?)
    }

    /// Ends it.
    ///
    /// # Errors
    ///
    /// It has ended before.
    pub async fn stop(mut self) -> Result<(), Box<dyn Error>> {
        self.client.clone().close().await?;
        Ok(self.driver.kill().await?)
    }
}

#[derive(Debug)]
struct OwnCommand {
    name: &'static str,
    parameters: Value,
}

impl WebDriverCompatibleCommand for OwnCommand {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        let body = json!({ "cmd": self.name, "params": self.parameters });
        (Method::POST, Some(body.to_string()))
    }
}

/// Whether the `PATH` has a program.
#[must_use]
pub fn is_installed(program: &str) -> bool {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).any(|folder| folder.join(program).is_file())
}

/// Asks again and again, because the driver does not say when it listens.
async fn until_it_listens(port: u16) {
    while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        sleep(Duration::from_millis(20)).await;
    }
}

fn capabilities(folder: &TempDir) -> Map<String, Value> {
    let arguments = [
        "--headless=new",
        // The program may run as root in a container.
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--hide-scrollbars",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        &format!("--user-data-dir={}", folder.path().join("profile").display()),
    ];
    let mut capabilities = Map::new();
    capabilities.insert(String::from("timeouts"), json!({ "script": 60_000 }));
    capabilities.insert(String::from("goog:chromeOptions"), json!({ "args": arguments }));
    capabilities
}
