//! WebSocket handshakes. The model does not have them, so engines are compared with the policy.

use std::{error::Error, fmt};

use http::Request;
use serde_json::json;
use tower_cors::{ConfigErrors, CorsLayer, Danger, Policy, Refuse};

use crate::{
    address,
    browser::Browser,
    case::{Hosts, Page},
    engine::Engine,
};

const SCRIPT: &str = r"
const [urls, done] = arguments;
const opens = (url) => new Promise((resolve) => {
  const socket = new WebSocket(url);
  socket.onopen = () => { socket.close(); resolve(true); };
  socket.onclose = () => resolve(false);
});
Promise.all(urls.map(opens)).then(done);
";

pub(crate) fn layers(hosts: Hosts) -> Result<Vec<CorsLayer>, ConfigErrors> {
    let localhost = Page::Localhost.origin(hosts);
    let builder = || Policy::builder().allow_origin(&localhost);
    let policies = [
        builder(),
        builder().refuse_disallowed_origins(Refuse::Upgrades).no_own_origins(),
        builder().refuse_disallowed_origins(Refuse::Upgrades).own_origin(Page::Ipv4.origin(hosts)),
        builder().refuse_disallowed_origins(Refuse::All).no_own_origins(),
        Policy::builder()
            .allow_origin("http://*.localhost:*")
            .refuse_disallowed_origins(Refuse::All)
            .dangerously_allow(Danger::InsecureOrigins)
            .no_own_origins(),
        // The server's own pages are known by `Sec-Fetch-Site` alone.
        Policy::builder()
            .allow_origin("https://elsewhere.example")
            .refuse_disallowed_origins(Refuse::Upgrades)
            .no_own_origins(),
    ];
    policies.into_iter().map(|builder| builder.build_policy().map(CorsLayer::new)).collect()
}

pub(crate) struct Handshakes {
    count: usize,
    wrong: Vec<String>,
}

impl Handshakes {
    pub(crate) fn is_good(&self) -> bool {
        self.wrong.is_empty()
    }
}

impl fmt::Display for Handshakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.wrong {
            writeln!(f, "{line}")?;
        }
        let right = self.count - self.wrong.len();
        write!(f, "{} WebSocket handshakes: {right} as the policy says", self.count)
    }
}

pub(crate) async fn compare(
    engine: Engine,
    browser: &mut Browser,
    hosts: Hosts,
) -> Result<Handshakes, Box<dyn Error>> {
    let layers = layers(hosts)?;
    let mut handshakes = Handshakes { count: 0, wrong: Vec::new() };
    for page in Page::HTTP {
        browser.open(&address(page, hosts)).await?;
        for port in [hosts.first, hosts.second] {
            let url = |number| format!("ws://localhost:{port}/websocket/{number}");
            let urls: Vec<String> = (0..layers.len()).map(url).collect();
            let opened = browser.run(SCRIPT, json!(urls)).await?;
            let opened: Vec<bool> = serde_json::from_value(opened)?;
            for ((number, layer), opened) in layers.iter().enumerate().zip(opened) {
                let origin = page.origin(hosts);
                let mut request =
                    Request::get("/").header("origin", &origin).header("upgrade", "websocket");
                // Chromium sends handshakes without it.
                if engine != Engine::Chromium {
                    request = request.header("sec-fetch-site", site(page, port, hosts));
                }
                let outcome = layer.policy().explain(&request.body(())?);
                handshakes.count += 1;
                if outcome.answered == opened {
                    let line = format!(
                        "layer {number} at port {port}, from {origin}: opens: {opened}, but: {outcome}"
                    );
                    handshakes.wrong.push(line);
                }
            }
        }
    }
    Ok(handshakes)
}

/// The `Sec-Fetch-Site` of a handshake with `localhost`.
fn site(page: Page, port: u16, hosts: Hosts) -> &'static str {
    match page {
        Page::Localhost if port == hosts.first => "same-origin",
        Page::Localhost => "same-site",
        _ => "cross-site",
    }
}
