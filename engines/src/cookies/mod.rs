//! Runs the cases for cookies in Chromium and in the model, and compares the `Cookie` headers that the server got.

pub(crate) mod case;
pub(crate) mod cases;

use std::{
    collections::BTreeMap,
    error::Error,
    fmt,
    sync::{Arc, Mutex},
};

use http::Request;
use serde_json::json;
use tower_cors::browser::{Browser as Model, Credentials};

use crate::{browser::Browser, case::Hosts, engine::Engine, model::HttpClient};

use case::{CookieCase, address};

const SCRIPT: &str = r#"
const [urls, done] = arguments;
(async () => {
  for (const url of urls) {
    try {
      await fetch(url, { credentials: "include", cache: "no-store" });
    } catch {}
  }
})().then(done);
"#;

/// The `Cookie` header of each request, by the numbers of case and step.
#[derive(Clone, Default)]
pub(crate) struct CookieLog(Arc<Mutex<Log>>);

type Log = BTreeMap<(usize, usize), Option<String>>;

impl CookieLog {
    pub(crate) fn write(&self, case: usize, step: usize, cookie: Option<String>) {
        if let Ok(mut log) = self.0.lock() {
            log.insert((case, step), cookie);
        }
    }

    fn take(&self) -> Log {
        self.0.lock().map(|mut log| std::mem::take(&mut *log)).unwrap_or_default()
    }
}

pub(crate) struct Report {
    count: usize,
    /// How many cases [`IN_ANOTHER_ORDER`] explains.
    explained: usize,
    wrong: Vec<String>,
}

impl Report {
    /// An explanation that no case needs any more fails the run, so that it is removed.
    pub(crate) fn is_good(&self) -> bool {
        self.wrong.is_empty() && self.explained > 0
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.wrong {
            writeln!(f, "{line}")?;
        }
        writeln!(f, "explained ({}): {IN_ANOTHER_ORDER}", self.explained)?;
        let same = self.count - self.explained - self.wrong.len();
        write!(
            f,
            "{} cases for cookies: {same} as the model says, {} explained, {} not",
            self.count,
            self.explained,
            self.wrong.len()
        )
    }
}

pub(crate) async fn compare(
    hosts: Hosts,
    client: HttpClient,
    cases: &[CookieCase],
    log: &CookieLog,
) -> Result<Report, Box<dyn Error>> {
    let mut of_chromium = Log::new();
    for blocks_third_parties in [false, true] {
        let mut chromium = Browser::start(Engine::Chromium, blocks_third_parties).await?;
        let mut page = "";
        for (number, case) in cases.iter().enumerate() {
            if case.blocks_third_parties == blocks_third_parties {
                run_in_chromium(&mut chromium, &mut page, hosts, number, case).await?;
            }
        }
        chromium.stop().await?;
        of_chromium.append(&mut log.take());
    }
    for (number, case) in cases.iter().enumerate() {
        run_in_model(&client, hosts, number, case).await?;
    }
    let of_model = log.take();

    let mut report = Report { count: cases.len(), explained: 0, wrong: Vec::new() };
    for (number, case) in cases.iter().enumerate() {
        let of_case = |log: &Log| {
            let steps = log.range((number, 0)..(number + 1, 0));
            steps.map(|((_, step), cookie)| (*step, cookie.clone())).collect::<Vec<_>>()
        };
        let (chromium, model) = (of_case(&of_chromium), of_case(&of_model));
        if chromium == model {
            continue;
        }
        if case.changes_a_value && sorted(&chromium) == sorted(&model) {
            report.explained += 1;
        } else {
            report.wrong.push(format!("{case:#?}\nChromium: {chromium:#?}\nmodel: {model:#?}"));
        }
    }
    Ok(report)
}

const IN_ANOTHER_ORDER: &str = "in Chromium, a cookie whose value changes comes after the others, as if it were new; in \
     RFC 6265bis, it keeps the time of its creation";

fn sorted(steps: &[(usize, Option<String>)]) -> Vec<(usize, Vec<&str>)> {
    let sorted = steps.iter().map(|(step, cookie)| {
        let mut pairs: Vec<&str> = cookie.as_deref().unwrap_or_default().split("; ").collect();
        pairs.sort_unstable();
        (*step, pairs)
    });
    sorted.collect()
}

async fn run_in_chromium(
    chromium: &mut Browser,
    open_page: &mut &'static str,
    hosts: Hosts,
    number: usize,
    case: &CookieCase,
) -> Result<(), Box<dyn Error>> {
    chromium.clear_cookies().await?;
    let mut steps: Vec<usize> = case.fetched().collect();
    while let Some(&first) = steps.first() {
        let page = case.steps[first].page;
        let count = steps.iter().take_while(|&&step| case.steps[step].page == page).count();
        let urls: Vec<String> =
            steps.drain(..count).map(|step| case.url(hosts, number, step)).collect();
        if page != *open_page {
            chromium.open(&address(page, hosts)).await?;
            *open_page = page;
        }
        chromium.run(SCRIPT, json!(urls)).await?;
    }
    Ok(())
}

async fn run_in_model(
    client: &HttpClient,
    hosts: Hosts,
    number: usize,
    case: &CookieCase,
) -> Result<(), Box<dyn Error>> {
    let browser = Model::new(client.clone());
    browser.block_third_party_cookies(case.blocks_third_parties);
    for step in case.fetched() {
        let page = case.steps[step].page;
        let address = if page == "null" { page.to_owned() } else { address(page, hosts) };
        let request = Request::get(case.url(hosts, number, step)).body(String::new())?;
        let mut page = browser.page(&address);
        page.fetch(request).credentials(Credentials::Include).await?;
    }
    Ok(())
}
