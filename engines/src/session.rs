//! A session with a browser: by `WebDriver`, or in Firefox by Marionette.

use std::{error::Error, path::Path, process::Stdio, time::Duration};

use fantoccini::{Client, ClientBuilder, wd::WebDriverCompatibleCommand};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value, json};
use tokio::{
    net::{TcpListener, TcpStream},
    process::{Child, Command},
    time::{sleep, timeout},
};

use url::Url;

use crate::marionette::Marionette;

pub(crate) enum Session {
    WebDriver { client: Client, driver: Child },
    Marionette { marionette: Marionette, browser: Child, version: String },
}

impl Session {
    /// Starts a driver, which starts the browser.
    pub(crate) async fn web_driver(
        mut driver: Command,
        capabilities: Map<String, Value>,
    ) -> Result<Self, Box<dyn Error>> {
        let port = TcpListener::bind("127.0.0.1:0").await?.local_addr()?.port();
        let driver = quiet(driver.arg(format!("--port={port}"))).spawn()?;
        until(async || TcpStream::connect(("127.0.0.1", port)).await.ok()).await?;
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await?;
        Ok(Self::WebDriver { client, driver })
    }

    /// Starts Firefox.
    pub(crate) async fn marionette(
        mut firefox: Command,
        profile: &Path,
        capabilities: Map<String, Value>,
    ) -> Result<Self, Box<dyn Error>> {
        let browser = quiet(&mut firefox).spawn()?;
        let file = profile.join("MarionetteActivePort");
        let port: u16 = until(async || std::fs::read_to_string(&file).ok()?.parse().ok()).await?;
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        let mut marionette = Marionette::new(stream).await?;
        let session =
            marionette.command("WebDriver:NewSession", Value::Object(capabilities)).await?;
        let version = session["capabilities"]["browserVersion"].as_str().unwrap_or_default();
        Ok(Self::Marionette { marionette, browser, version: version.to_owned() })
    }

    /// The version of the browser.
    pub(crate) fn version(&self) -> &str {
        match self {
            Self::WebDriver { client, .. } => {
                let version = client.capabilities().and_then(|it| it.get("browserVersion"));
                version.and_then(Value::as_str).unwrap_or_default()
            }
            Self::Marionette { version, .. } => version,
        }
    }

    pub(crate) async fn open(&mut self, url: &str) -> Result<(), Box<dyn Error>> {
        match self {
            Self::WebDriver { client, .. } => client.goto(url).await?,
            Self::Marionette { marionette, .. } => {
                marionette.command("WebDriver:Navigate", json!({ "url": url })).await?;
            }
        }
        Ok(())
    }

    /// Runs a script in the open page, until it calls its last argument.
    pub(crate) async fn run(
        &mut self,
        script: &str,
        argument: Value,
    ) -> Result<Value, Box<dyn Error>> {
        match self {
            Self::WebDriver { client, .. } => {
                Ok(client.execute_async(script, vec![argument]).await?)
            }
            Self::Marionette { marionette, .. } => {
                let arguments = json!({ "script": script, "args": [argument] });
                let found = marionette.command("WebDriver:ExecuteAsyncScript", arguments).await;
                Ok(found?["value"].take())
            }
        }
    }

    /// Takes the messages in the console of Chromium or Firefox.
    pub(crate) async fn console(&mut self) -> Result<Vec<String>, Box<dyn Error>> {
        match self {
            Self::WebDriver { client, .. } => {
                messages_of_chromium(&client.issue_cmd(TakeConsole).await?)
            }
            Self::Marionette { marionette, .. } => {
                let found = in_chrome(marionette, TAKE_CONSOLE_OF_FIREFOX).await?;
                Ok(serde_json::from_value(found)?)
            }
        }
    }

    /// Removes the cookies of all hosts, while the standard command removes those of one page.
    pub(crate) async fn clear_cookies(&mut self) -> Result<(), Box<dyn Error>> {
        match self {
            Self::WebDriver { client, .. } => {
                client.issue_cmd(ClearCookies).await?;
            }
            Self::Marionette { marionette, .. } => {
                in_chrome(marionette, "Services.cookies.removeAll()").await?;
            }
        }
        Ok(())
    }

    pub(crate) async fn stop(self) -> Result<(), Box<dyn Error>> {
        match self {
            Self::WebDriver { client, mut driver } => {
                client.close().await?;
                driver.kill().await?;
            }
            Self::Marionette { mut marionette, mut browser, .. } => {
                marionette.command("Marionette:Quit", json!({ "flags": ["eForceQuit"] })).await?;
                browser.wait().await?;
            }
        }
        Ok(())
    }
}

/// Chromium's command.
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

/// Chromium's command.
#[derive(Debug)]
struct TakeConsole;

impl WebDriverCompatibleCommand for TakeConsole {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, url::ParseError> {
        base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(json!({ "type": "browser" }).to_string()))
    }
}

/// Chromium's driver puts the place in front of each message, such as `http://localhost/page 5:12`, or a dash.
fn messages_of_chromium(entries: &Value) -> Result<Vec<String>, Box<dyn Error>> {
    let entries = entries.as_array().ok_or("Chromium's console is no list")?;
    let message = |entry: &Value| {
        let mut parts = entry["message"].as_str()?.splitn(3, ' ');
        parts.nth(2).map(str::to_owned)
    };
    let messages: Option<Vec<String>> = entries.iter().map(message).collect();
    messages.ok_or_else(|| format!("Chromium's console has an unknown form: {entries:?}").into())
}

/// A script that takes the messages, but for those of Firefox itself.
const TAKE_CONSOLE_OF_FIREFOX: &str = "
const messages = Services.console.getMessageArray();
Services.console.reset();
const isOfPage = (it) => it instanceof Ci.nsIScriptError && !it.isFromChromeContext;
return messages.filter(isOfPage).map((it) => it.errorMessage);
";

/// Runs a script with the rights of Firefox itself.
async fn in_chrome(marionette: &mut Marionette, script: &str) -> Result<Value, Box<dyn Error>> {
    let set = |context| json!({ "value": context });
    marionette.command("Marionette:SetContext", set("chrome")).await?;
    let found = marionette.command("WebDriver:ExecuteScript", json!({ "script": script })).await;
    marionette.command("Marionette:SetContext", set("content")).await?;
    Ok(found?["value"].take())
}

fn quiet(command: &mut Command) -> &mut Command {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true)
}

/// Asks again and again, because neither drivers nor Firefox say when they listen.
async fn until<T>(found: impl AsyncFn() -> Option<T>) -> Result<T, Box<dyn Error>> {
    let asking = async {
        loop {
            if let Some(found) = found().await {
                return found;
            }
            sleep(Duration::from_millis(20)).await;
        }
    };
    let found = timeout(Duration::from_secs(60), asking).await;
    found.map_err(|_| "it does not listen within a minute".into())
}
