//! Holds the browser model of `tower-cors` against real engines. Both make the same fetches, from the same pages, of the
//! same servers. The suite compares what the servers received and what the scripts saw. Where a server has a policy, both
//! are also compared with a naive reading of its configuration.
//!
//! `cargo run -p engines -- firefox` runs it in one engine, which is installed with Debian's packages:
//!
//! | engine | packages |
//! |---|---|
//! | `chromium` | `chromium`, `chromium-driver` |
//! | `firefox` | `firefox-esr` |
//! | `webkit` | `webkit2gtk-driver`, `xvfb` |
//!
//! With `--list`, it also lists each case that differs from the model and is explained. With `--without-cookies`, it leaves
//! out the cases for cookies. With `--messages`, it only writes the messages of the engine's console to `messages.json`, and
//! `docs/console_messages.md` anew. Otherwise it compares them with the file.

mod browser;
mod case;
mod cases;
#[path = "../../tests/causes/mod.rs"]
mod causes;
mod cookies;
mod differences;
mod engine;
mod marionette;
mod messages;
mod model;
#[expect(dead_code, reason = "the engines and the model make the requests")]
#[path = "../../tests/naive/mod.rs"]
mod naive;
mod policies;
mod proxy;
mod readings;
mod server;
mod session;
mod websockets;

use std::{env, error::Error, process::ExitCode, sync::Arc};

use browser::Browser;
use case::{Api, Case, Hosts, Observation, Page};
use engine::{Engine, ThirdParties};

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<bool, Box<dyn Error>> {
    let (mut engine, mut lists_explained, mut without_cookies) = (None, false, false);
    let mut writes_messages = false;
    for argument in env::args().skip(1) {
        match argument.as_str() {
            "--list" => lists_explained = true,
            "--without-cookies" => without_cookies = true,
            "--messages" => writes_messages = true,
            name => {
                let known = Engine::named(name);
                engine = Some(known.ok_or_else(|| format!("no engine or option: {name}"))?);
            }
        }
    }
    let engine = engine.ok_or("name an engine: chromium, firefox or webkit")?;

    let listeners = server::Listeners::bind().await?;
    let hosts = listeners.hosts();
    let cases = Arc::new(cases::all(hosts));
    let cookie_cases = Arc::new(cookies::cases::all());
    let outcomes = messages::Outcomes::default();
    let messages = messages::routes(hosts, outcomes.clone());
    let server = server::start(listeners, Arc::clone(&cases), Arc::clone(&cookie_cases), messages)?;

    let mut browser = Browser::start(engine, ThirdParties::AsUsual, None).await?;
    let sends_streams = browser.sends_streams(hosts).await?;
    let seen = messages::collect(engine, &mut browser, hosts, sends_streams, &outcomes).await?;
    if writes_messages {
        messages::write(engine, browser.version(), seen).await?;
        browser.stop().await?;
        return Ok(true);
    }
    let messages = messages::compare(engine, seen)?;

    let mut outcomes = vec![Vec::new(); cases.len()];
    browser.sign_in(hosts).await?;
    let is_left_out = |case: &Case| case.api == Api::Stream && !sends_streams;
    for page in Page::ALL {
        for (id, found) in browser.fetch_all(page, hosts, &cases, is_left_out).await? {
            outcomes[id] = found;
        }
    }
    let of_engine = observations(outcomes, &server.take_log());
    let handshakes = websockets::compare(engine, &mut browser, hosts).await?;
    browser.stop().await?;

    let client = model::client(server.certificate())?;
    let outcomes = model::fetch_all(hosts, client.clone(), &cases).await?;
    let of_model = observations(outcomes, &server.take_log());

    let left_out = cases.iter().filter(|case| is_left_out(case)).count();
    let compared = || {
        let observations = of_engine.iter().zip(&of_model);
        let compared = cases.iter().zip(observations).filter(|(case, _)| !is_left_out(case));
        compared.map(|(case, (engine, model))| (case, engine, model))
    };
    let report = differences::compare(engine, hosts, compared(), lists_explained);
    let readings = readings::compare(engine, hosts, compared());
    println!("{report}\n{readings}");
    if left_out > 0 {
        println!("{engine}: {left_out} cases left out: its scripts cannot send streams");
    }
    println!("{engine}: {handshakes}\n{messages}");
    let mut is_good =
        report.is_good() && readings.is_good() && handshakes.is_good() && messages.is_good();
    let count = cookie_cases.len();
    if without_cookies {
        println!("{engine}: {count} cases for cookies left out: you asked for it");
    } else {
        let log = server.cookie_log();
        let cookies = cookies::compare(engine, hosts, client, &cookie_cases, log).await?;
        println!("{cookies}");
        is_good &= cookies.is_good();
    }
    Ok(is_good)
}

/// The observation of each case.
fn observations(
    outcomes: Vec<Vec<case::Outcome>>,
    log: &[(usize, case::Logged)],
) -> Vec<Observation> {
    let of_case = |(id, outcomes)| {
        let requests = log.iter().filter(|(of, _)| *of == id).map(|(_, logged)| logged.clone());
        Observation { outcomes, requests: requests.collect() }
    };
    outcomes.into_iter().enumerate().map(of_case).collect()
}

/// The URL of a page.
fn address(page: Page, hosts: Hosts) -> String {
    match page {
        Page::Sandboxed => format!("http://localhost:{}/sandboxed", hosts.first),
        page => format!("{}/page", page.origin(hosts)),
    }
}
