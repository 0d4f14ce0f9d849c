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

/// Whether third parties get cookies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ThirdParties {
    AsUsual,
    Allowed,
    Blocked,
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

    /// The capabilities of a session. `proxy` is the port of a proxy, which only `WebKit` needs.
    pub(crate) fn capabilities(
        self,
        profile: &TempDir,
        third_parties: ThirdParties,
        proxy: Option<u16>,
    ) -> Map<String, Value> {
        let (key, options) = match self {
            Self::Chromium => ("goog:chromeOptions", chromium(profile, third_parties)),
            Self::Firefox => ("moz:firefoxOptions", json!({})),
            Self::WebKit => ("webkitgtk:browserOptions", webkit(third_parties, proxy)),
        };
        let mut capabilities = Map::new();
        capabilities.insert(String::from("acceptInsecureCerts"), json!(true));
        capabilities.insert(String::from("timeouts"), json!({ "script": 300_000 }));
        capabilities.insert(String::from(key), options);
        if self == Self::Chromium {
            let levels = json!({ "browser": "ALL" });
            capabilities.insert(String::from("goog:loggingPrefs"), levels);
        }
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

fn chromium(profile: &TempDir, third_parties: ThirdParties) -> Value {
    let names = NAMES.map(|name| format!("MAP {name} 127.0.0.1"));
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
        &format!("--host-resolver-rules={}", names.join(", ")),
        &format!("--user-data-dir={}", profile.path().display()),
    ];
    json!({
        "args": arguments,
        // Whether Chromium blocks third-party cookies by default depends on the distribution.
        "prefs": { "profile.cookie_controls_mode": u8::from(third_parties == ThirdParties::Blocked) },
    })
}

fn webkit(third_parties: ThirdParties, proxy: Option<u16>) -> Value {
    let policy = match third_parties {
        ThirdParties::Allowed => "--cookies-policy=always",
        // With Intelligent Tracking Prevention, third parties get no cookies.
        ThirdParties::AsUsual | ThirdParties::Blocked => "--enable-itp",
    };
    let mut arguments = vec![String::from("--automation"), policy.to_owned()];
    arguments.extend(proxy.map(|port| format!("--proxy=http://127.0.0.1:{port}")));
    json!({ "binary": mini_browser(), "args": arguments })
}

/// The browser of `WebKit`.
pub(crate) fn mini_browser() -> String {
    // Debian has a folder for each architecture.
    format!("/usr/lib/{}-linux-gnu/webkit2gtk-4.1/MiniBrowser", env::consts::ARCH)
}

/// The preferences of Firefox, as a file of its profile.
pub(crate) fn firefox_preferences(third_parties: ThirdParties) -> String {
    let behavior = match third_parties {
        ThirdParties::Allowed => "0",
        ThirdParties::Blocked => "1",
        // A partition of the cookies for each site of a page.
        ThirdParties::AsUsual => "5",
    };
    let names = format!("\"{}\"", NAMES.join(","));
    let own = [("network.cookie.cookieBehavior", behavior), ("network.dns.localDomains", &names)];
    let all = FIREFOX_PREFERENCES.iter().chain(&own);
    let lines = all.map(|(name, value)| format!("user_pref(\"{name}\", {value});\n"));
    lines.collect::<Vec<_>>().concat()
}

/// The names of the cases for cookies, which lead to this machine.
const NAMES: [&str; 11] = [
    "a.example.co.uk",
    "api.example.com",
    "app.example.com",
    "b.app.example.com",
    "b.example.co.uk",
    "b.other.co.uk",
    "co.uk",
    "example.com",
    "other.co.uk",
    "other.example.net",
    "p.example.com",
];

/// Without these, Firefox calls its vendor's servers.
const FIREFOX_PREFERENCES: &[(&str, &str)] = &[
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
