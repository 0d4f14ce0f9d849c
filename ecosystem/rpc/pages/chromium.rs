//! A running Chromium.

use std::{error::Error, process::Stdio, time::Duration};

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value, json};
use tempfile::TempDir;
use tokio::{
    net::{TcpListener, TcpStream},
    process::{Child, Command},
    time::{sleep, timeout},
};

pub(crate) struct Chromium {
    client: Client,
    driver: Child,
}

impl Chromium {
    /// Starts Chromium with a profile in this folder.
    pub(crate) async fn start(folder: &TempDir) -> Result<Self, Box<dyn Error>> {
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
            .capabilities(capabilities(folder))
            .connect(&format!("http://127.0.0.1:{port}"))
            .await?;
        Ok(Self { client, driver })
    }

    pub(crate) async fn open(&self, url: &str) -> Result<(), Box<dyn Error>> {
        Ok(self.client.goto(url).await?)
    }

    /// Calls a function of the page's script, and returns what it returns, or its error.
    pub(crate) async fn call(&self, function: &str, url: &str) -> Result<Value, Box<dyn Error>> {
        let script = "const [name, url, done] = arguments;
            pages[name](url).then(done, (error) => done({ error: String(error) }));";
        Ok(self.client.execute_async(script, vec![json!(function), json!(url)]).await?)
    }

    pub(crate) async fn stop(mut self) -> Result<(), Box<dyn Error>> {
        self.client.close().await?;
        Ok(self.driver.kill().await?)
    }
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
