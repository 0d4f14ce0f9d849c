//! The messages in the console of an engine, for each cause of a failure.

mod console;
mod file;
mod server;

use std::{collections::BTreeMap, error::Error, time::Duration};

use tokio::time::{sleep, timeout};

use crate::{
    browser::Browser,
    case::{Hosts, Page},
    causes::{self, Cause, Places, Seen, Target},
    engine::Engine,
};

use console::Console;
pub(crate) use file::{compare, write};
pub(crate) use server::{Outcomes, routes};

/// What the engine does for each cause. A cause is missing if the scripts of the engine cannot make its request.
pub(crate) async fn collect(
    engine: Engine,
    browser: &mut Browser,
    hosts: Hosts,
    sends_streams: bool,
    outcomes: &Outcomes,
) -> Result<BTreeMap<&'static str, Seen>, Box<dyn Error>> {
    // In Firefox, a script's own messages may overtake those of the network.
    let mark = if engine == Engine::Firefox { "fetch" } else { "log" };
    let query = format!("?mark={mark}&streams={sends_streams}");
    let [first, ..] = server::PAGES;
    let address = format!("{}{query}", server::address(first, hosts));
    let mut console = Console::open(engine, browser, &address).await?;
    let lines = timeout(Duration::from_secs(60), until_last(&mut console)).await;
    let lines = lines.map_err(|_| "the console does not get the last message in a minute")??;

    if let Some(request) = outcomes.unexpected() {
        return Err(format!("the engine sends a request that no cause expects: {request}").into());
    }
    let mut all = BTreeMap::new();
    let mut messages = Vec::new();
    for line in lines {
        match marked(&line) {
            Some(cause) => {
                let places = places(cause, hosts);
                let script = outcomes.of(cause.id).ok_or("a script does not say what it got")?;
                let page = format!("{}{query}", server::address(page_of(cause), hosts));
                let generalize = |line: String| places.generalize(&line.replace(&page, "{page}/"));
                let console = messages.drain(..).map(generalize).collect();
                all.insert(cause.id, Seen { script: places.generalize(&script), console });
            }
            None => messages.push(line),
        }
    }
    Ok(all)
}

/// The messages up to the last mark.
async fn until_last(console: &mut Console<'_>) -> Result<Vec<String>, Box<dyn Error>> {
    let [.., last] = server::PAGES;
    let last = server::causes_of(last).last().ok_or("the last page has no cause")?;
    let is_last = |line: &String| marked(line).is_some_and(|cause| cause.id == last.id);
    let mut lines = Vec::new();
    while !lines.iter().any(is_last) {
        sleep(Duration::from_millis(10)).await;
        lines.extend(console.take().await?);
    }
    Ok(lines)
}

/// The cause after whose messages a line is the mark.
fn marked(line: &str) -> Option<&'static Cause> {
    let rest = line.split("/mark/").nth(1)?;
    let id = rest.split(|letter: char| letter != '-' && !letter.is_ascii_alphanumeric()).next();
    causes::all().map(|(_, cause)| cause).find(|cause| Some(cause.id) == id)
}

fn places(cause: &Cause, hosts: Hosts) -> Places {
    let page = page_of(cause).origin(hosts);
    let origin = |target| match target {
        Target::Api => format!("http://localhost:{}", hosts.second),
        Target::SecureApi => format!("https://localhost:{}", hosts.tls),
        // Engines trust `localhost` without TLS.
        Target::InsecureApi => format!("http://api.example.com:{}", hosts.second),
        Target::ApiWithUser => format!("http://user:word@localhost:{}", hosts.second),
        Target::Files => format!("http://127.0.0.1:{}", hosts.second),
        Target::Own => page.clone(),
        Target::Closed => format!("http://localhost:{}", hosts.closed),
    };
    Places::new(cause, &page, origin, |hop| format!("/causes/{}/{hop}", cause.id))
}

fn page_of(cause: &Cause) -> Page {
    match cause.page {
        causes::Page::Usual => Page::Localhost,
        causes::Page::Sandboxed => Page::Sandboxed,
        causes::Page::Secure => Page::Secure,
    }
}
