//! The engines, and what each needs to run.

use std::{env, fmt};

use serde_json::{Map, Value, json};
use tempfile::TempDir;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Chromium,
    Firefox,
    WebKit,
}

impl Engine {
    pub(crate) const ALL: [Self; 3] = [Self::Chromium, Self::Firefox, Self::WebKit];

    /// The engine of this name in lower case, as `Display` writes it.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|engine| engine.to_string() == name)
    }

    /// Debian's packages of the engine.
    pub(crate) fn packages(self) -> &'static str {
        match self {
            Self::Chromium => "chromium and chromium-driver",
            Self::Firefox => "firefox-esr",
            Self::WebKit => "webkit2gtk-driver and xvfb",
        }
    }

    /// The capabilities of a session.
    pub(crate) fn capabilities(
        self,
        profile: &TempDir,
        blocks_third_party_cookies: bool,
    ) -> Map<String, Value> {
        let (key, options) = match self {
            Self::Chromium => ("goog:chromeOptions", chromium(profile, blocks_third_party_cookies)),
            Self::Firefox => ("moz:firefoxOptions", json!({})),
            Self::WebKit => ("webkitgtk:browserOptions", webkit()),
        };
        let mut capabilities = Map::new();
        capabilities.insert(String::from("acceptInsecureCerts"), json!(true));
        capabilities.insert(String::from("timeouts"), json!({ "script": 300_000 }));
        capabilities.insert(String::from(key), options);
        capabilities
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
            Self::WebKit => "webkit",
        })
    }
}

fn chromium(profile: &TempDir, blocks_third_party_cookies: bool) -> Value {
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
    json!({
        "args": arguments,
        // Whether Chromium blocks third-party cookies by default depends on the distribution.
        "prefs": { "profile.cookie_controls_mode": u8::from(blocks_third_party_cookies) },
    })
}

fn webkit() -> Value {
    // Debian has a folder for each architecture.
    let folder = format!("/usr/lib/{}-linux-gnu/webkit2gtk-4.1", env::consts::ARCH);
    json!({
        "binary": format!("{folder}/MiniBrowser"),
        // As in Safari, third parties get no cookies.
        "args": ["--automation", "--enable-itp"],
    })
}

/// The preferences of Firefox, as JavaScript. A profile without them calls its vendor's servers.
pub(crate) const FIREFOX_PREFERENCES: &[(&str, &str)] = &[
    ("app.update.disabledForTesting", "true"),
    ("browser.shell.checkDefaultBrowser", "false"),
    ("browser.startup.homepage_override.mstone", "\"ignore\""),
    ("browser.startup.page", "0"),
    ("datareporting.policy.dataSubmissionEnabled", "false"),
    ("extensions.systemAddon.update.enabled", "false"),
    ("marionette.port", "0"),
    ("media.gmp-manager.updateEnabled", "false"),
    ("network.captive-portal-service.enabled", "false"),
    ("network.connectivity-service.enabled", "false"),
    ("network.trr.mode", "5"),
    // Otherwise a refused handshake delays the next ones.
    ("network.websocket.delay-failed-reconnects", "false"),
    ("services.settings.server", "\"data:,\""),
];
