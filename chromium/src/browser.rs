//! Controls Chromium through `WebDriver`.

use std::{error::Error, process::Stdio};

use fantoccini::{Client, ClientBuilder, wd::WebDriverCompatibleCommand};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};
use url::Url;

use crate::{
    address,
    case::{Case, Hosts, Outcome, Page},
};

pub(crate) struct Chromium {
    client: Client,
    driver: Child,
    _profile: TempDir,
}

impl Chromium {
    /// Starts Chromium. Whether it blocks third-party cookies by default depends on the distribution.
    pub(crate) async fn start(blocks_third_party_cookies: bool) -> Result<Self, Box<dyn Error>> {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| {
                format!(
                    "chromedriver does not start ({error}); install Debian's packages chromium and \
                     chromium-driver"
                )
            })?;
        let port = port(&mut driver).await?;
        let profile = tempfile::tempdir()?;
        let names = ["example.com", "*.example.com", "*.example.net", "co.uk", "*.co.uk"];
        let names = names.map(|name| format!("MAP {name} 127.0.0.1"));
        let arguments = [
            "--headless=new",
            // The suite may run as root in a container.
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            // The names of the cases for cookies are this machine.
            &format!("--host-resolver-rules={}", names.join(", ")),
            &format!("--user-data-dir={}", profile.path().display()),
        ];
        let capabilities = json!({
            "acceptInsecureCerts": true,
            "timeouts": { "script": 300_000 },
            "goog:chromeOptions": {
                "args": arguments,
                "prefs": { "profile.cookie_controls_mode": u8::from(blocks_third_party_cookies) },
            },
        });
        let Value::Object(capabilities) = capabilities else { return Err("no object".into()) };
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .map_err(|error| format!("Chromium does not start: {error}"))?;
        Ok(Self { client, driver, _profile: profile })
    }

    /// Opens the page that sets the cookie of `localhost`.
    pub(crate) async fn sign_in(&self, hosts: Hosts) -> Result<(), Box<dyn Error>> {
        let url = format!("{}/cookie", Page::Localhost.origin(hosts));
        Ok(self.client.goto(&url).await?)
    }

    /// Runs the cases of a page, and returns what its script sees of each, with the number of the case.
    pub(crate) async fn fetch_all(
        &self,
        page: Page,
        hosts: Hosts,
        cases: &[Case],
    ) -> Result<Vec<(usize, Vec<Outcome>)>, Box<dyn Error>> {
        let (ids, cases): (Vec<usize>, Vec<&Case>) =
            cases.iter().enumerate().filter(|(_, case)| case.page == page).unzip();
        self.open(&address(page, hosts)).await?;
        let found = self.run(include_str!("script.js"), json!(cases)).await?;
        let found: Vec<Vec<Outcome>> = serde_json::from_value(found)?;
        Ok(ids.into_iter().zip(found).collect())
    }

    pub(crate) async fn clear_cookies(&self) -> Result<(), Box<dyn Error>> {
        self.client.issue_cmd(ClearCookies).await?;
        Ok(())
    }

    pub(crate) async fn open(&self, address: &str) -> Result<(), Box<dyn Error>> {
        Ok(self.client.goto(address).await?)
    }

    /// Runs a script in the open page.
    pub(crate) async fn run(&self, script: &str, argument: Value) -> Result<Value, Box<dyn Error>> {
        Ok(self.client.execute_async(script, vec![argument]).await?)
    }

    pub(crate) async fn stop(mut self) -> Result<(), Box<dyn Error>> {
        self.client.close().await?;
        Ok(self.driver.kill().await?)
    }
}

/// Removes the cookies of all hosts, while the standard command removes those of one page.
#[derive(Debug)]
struct ClearCookies;

impl WebDriverCompatibleCommand for ClearCookies {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, url::ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (http::Method, Option<String>) {
        let command = json!({ "cmd": "Network.clearBrowserCookies", "params": {} });
        (http::Method::POST, Some(command.to_string()))
    }
}

/// Reads the port from the output of chromedriver.
async fn port(driver: &mut Child) -> Result<u16, Box<dyn Error>> {
    let output = driver.stdout.take().ok_or("chromedriver has no output")?;
    let mut lines = BufReader::new(output).lines();
    let mut port = None;
    while port.is_none() {
        let line = lines.next_line().await?.ok_or("chromedriver ends before it listens")?;
        let after = line.split_once("successfully on port ").map(|(_, after)| after);
        port = after.and_then(|after| after.trim_end_matches('.').parse().ok());
    }
    // Reads on, because chromedriver waits if nobody reads its output.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    port.ok_or_else(|| "chromedriver names no port".into())
}
