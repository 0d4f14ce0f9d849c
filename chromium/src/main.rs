//! Holds the browser model of `tower-cors` against Chromium. Both make the same fetches, from the same pages, of the
//! same servers. The suite compares what the servers received and what the scripts saw.
//!
//! `cargo run -p chromium-suite` needs `chromium` and `chromedriver`, which are Debian's packages `chromium` and
//! `chromium-driver`.

mod browser;
mod case;
mod cases;
mod cookie_case;
mod cookie_cases;
mod cookies;
mod differences;
mod model;
mod policies;
mod resource_policies;
mod server;
mod websockets;

use std::{error::Error, process::ExitCode, sync::Arc};

use case::{Hosts, Observation, Page};

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
    let listeners = server::Listeners::bind().await?;
    let hosts = listeners.hosts();
    let cases = Arc::new(cases::all(hosts));
    let cookie_cases = Arc::new(cookie_cases::all());
    let server = server::start(listeners, Arc::clone(&cases), Arc::clone(&cookie_cases))?;

    let chromium = browser::Chromium::start(false).await?;
    let mut outcomes = vec![Vec::new(); cases.len()];
    chromium.sign_in(hosts).await?;
    for page in Page::ALL {
        for (id, found) in chromium.fetch_all(page, hosts, &cases).await? {
            outcomes[id] = found;
        }
    }
    let of_chromium = observations(outcomes, &server.take_log());
    let handshakes = websockets::compare(&chromium, hosts).await?;
    chromium.stop().await?;

    let client = model::client(server.certificate())?;
    let outcomes = model::fetch_all(hosts, client.clone(), &cases).await?;
    let of_model = observations(outcomes, &server.take_log());

    let report = differences::compare(&cases, &of_chromium, &of_model);
    let cookies = cookies::compare(hosts, client, &cookie_cases, server.cookie_log()).await?;
    println!("{report}\n{cookies}\n{handshakes}");
    Ok(report.is_good() && cookies.is_good() && handshakes.is_good())
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
