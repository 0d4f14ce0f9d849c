//! A running Chromium, for tests of pages. It needs Debian's packages `chromium` and `chromium-driver`.

use std::{convert::Infallible, error::Error, process::Stdio, time::Duration};

use fantoccini::{Client, ClientBuilder, Locator, wd::WebDriverCompatibleCommand};
use http::Method;
use hyper_util::client::legacy::connect::HttpConnector;
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Map, Value, json};
use tempfile::TempDir;
use tokio::{
    net::{TcpListener, TcpStream},
    process::{Child, Command},
    time::{sleep, timeout},
};
use url::{ParseError, Url};

/// A running Chromium, with one page. It ends when it is dropped, also by a test that fails.
#[derive(Debug)]
pub struct Chromium {
    client: Client,
    // Dropped in this order.
    #[expect(dead_code, reason = "ends what it stands for when it is dropped")]
    driver: Driver,
    #[cfg_attr(not(test), expect(dead_code, reason = "deleted when it is dropped"))]
    folder: TempDir,
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
            .process_group(0)
            .spawn()?;
        let driver = Driver(driver);
        in_time(until_it_listens(port)).await?;
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities(&folder));
        let client = in_time(builder.connect(&format!("http://127.0.0.1:{port}"))).await?;
        Ok(Some(Self { client, driver, folder }))
    }

    /// Opens a page.
    ///
    /// # Errors
    ///
    /// There is no such page, or it does not load within a minute.
    pub async fn open(&self, url: &str) -> Result<(), Box<dyn Error>> {
        in_time(self.client.goto(url)).await
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
        match in_time(self.client.execute_async(&script, arguments)).await? {
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
        let element = in_time(self.client.find(Locator::Css(selector))).await?;
        in_time(element.send_keys(keys)).await
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
        in_time(self.client.issue_cmd(OwnCommand { name, parameters })).await
    }
}

/// `chromedriver`, which leads the group of processes that Chromium consists of.
#[derive(Debug)]
struct Driver(Child);

impl Drop for Driver {
    fn drop(&mut self) {
        let group = self.0.id().and_then(|id| Pid::from_raw(id.cast_signed()));
        // If it has ended by itself, there is no such group.
        let _ = group.map(|group| kill_process_group(group, Signal::KILL));
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

/// Nothing that Chromium does takes a minute.
async fn in_time<T, E>(result: impl Future<Output = Result<T, E>>) -> Result<T, Box<dyn Error>>
where
    Box<dyn Error>: From<E>,
{
    let result = timeout(Duration::from_secs(60), result).await;
    Ok(result.map_err(|_| "Chromium does not do within a minute what it was told to")??)
}

/// Asks again and again, because the driver does not say when it listens.
async fn until_it_listens(port: u16) -> Result<(), Infallible> {
    while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        sleep(Duration::from_millis(20)).await;
    }
    Ok(())
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
    capabilities.insert(String::from("timeouts"), json!({ "script": 50_000 }));
    capabilities.insert(String::from("goog:chromeOptions"), json!({ "args": arguments }));
    capabilities
}

#[cfg(test)]
mod tests {
    use std::{env, fs, path::Path};

    use super::*;

    #[tokio::test]
    async fn no_process_is_left() -> Result<(), Box<dyn Error>> {
        let Some(chromium) = Chromium::start().await? else {
            assert!(env::var_os("CI").is_none(), "there is no Chromium, and CI is set");
            return Ok(());
        };
        let folder = chromium.folder.path().to_owned();
        assert!(processes_of(&folder) > 3);
        drop(chromium);
        in_time(async {
            while processes_of(&folder) > 0 {
                sleep(Duration::from_millis(20)).await;
            }
            Ok::<_, Infallible>(())
        })
        .await
    }

    /// How many processes have the name of the folder in their command line.
    fn processes_of(folder: &Path) -> usize {
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        let commands = entries.filter_map(|entry| fs::read(entry.path().join("cmdline")).ok());
        let name = folder.display().to_string();
        commands.filter(|command| String::from_utf8_lossy(command).contains(&name)).count()
    }
}
