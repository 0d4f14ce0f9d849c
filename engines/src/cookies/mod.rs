//! Runs the cases for cookies in an engine and in the model, and compares the `Cookie` headers that the server got.

pub(crate) mod case;
pub(crate) mod cases;
mod libsoup;
mod rows;

use std::{
    collections::BTreeMap,
    error::Error,
    fmt,
    sync::{Arc, Mutex},
};

use http::Request;
use serde_json::json;
use tower_cors::browser::{Browser as Model, Credentials};

use crate::{
    browser::Browser,
    case::Hosts,
    differences::{Explains, needed_rows},
    engine::{Engine, ThirdParties},
    model::HttpClient,
    proxy,
};

use case::{CookieCase, address};
use rows::Row;

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
    engine: Engine,
    count: usize,
    rows: Vec<(&'static Row, Explains)>,
    explained: usize,
    wrong: Vec<String>,
}

impl Report {
    pub(crate) fn is_good(&self) -> bool {
        self.wrong.is_empty() && self.rows.iter().all(|(_, explains)| explains.is_as_expected())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.wrong {
            writeln!(f, "{line}")?;
        }
        for (number, (row, explains)) in self.rows.iter().enumerate() {
            writeln!(f, "cookie row {number} {explains}: {}", row.reason)?;
        }
        write!(
            f,
            "{}: {} cases for cookies: {} as the model says, {} explained ({} rows), {} not",
            self.engine,
            self.count,
            self.count - self.explained - self.wrong.len(),
            self.explained,
            self.rows.len(),
            self.wrong.len()
        )
    }
}

pub(crate) async fn compare(
    engine: Engine,
    hosts: Hosts,
    client: HttpClient,
    cases: &[CookieCase],
    log: &CookieLog,
) -> Result<Report, Box<dyn Error>> {
    // The other engines have options for names.
    let proxy = match engine {
        Engine::WebKit => Some(proxy::start([hosts.first, hosts.tls]).await?),
        Engine::Chromium | Engine::Firefox => None,
    };
    let mut of_engine = Log::new();
    for third_parties in [ThirdParties::Allowed, ThirdParties::Blocked] {
        let mut browser = Browser::start(engine, third_parties, proxy).await?;
        for (number, case) in cases.iter().enumerate() {
            if case.blocks_third_parties == (third_parties == ThirdParties::Blocked) {
                run_in_engine(&mut browser, hosts, number, case).await?;
            }
        }
        browser.stop().await?;
        of_engine.append(&mut log.take());
    }
    for (number, case) in cases.iter().enumerate() {
        run_in_model(&client, hosts, number, case).await?;
    }
    let of_model = log.take();

    let rows = rows::all().filter_map(|row| Some((row, Explains::of(engine, row.engines)?)));
    let mut report = Report {
        engine,
        count: cases.len(),
        rows: rows.collect(),
        explained: 0,
        wrong: Vec::new(),
    };
    for (number, case) in cases.iter().enumerate() {
        let of_case = |log: &Log| {
            let steps = log.range((number, 0)..(number + 1, 0));
            steps.map(|((_, step), cookie)| (*step, pairs(cookie.as_deref()))).collect::<Steps>()
        };
        let (engine, model) = (of_case(&of_engine), of_case(&of_model));
        if engine == model {
            continue;
        }
        let explains = |rows: &[usize]| {
            let (mut engine, mut model) = (engine.clone(), model.clone());
            for &row in rows {
                (report.rows[row].0.level)(case, &mut engine, &mut model);
            }
            engine == model
        };
        if let Some(needed) = needed_rows(report.rows.len(), explains) {
            report.explained += 1;
            for row in needed {
                report.rows[row].1.add_case();
            }
        } else {
            report.wrong.push(format!("{case:#?}\nthe engine: {engine:#?}\nthe model: {model:#?}"));
        }
    }
    Ok(report)
}

type Steps = Vec<Sent>;

/// The number of a step, and the pairs of its `Cookie` header.
type Sent = (usize, Vec<String>);

fn pairs(cookie: Option<&str>) -> Vec<String> {
    cookie.into_iter().flat_map(|line| line.split("; ")).map(str::to_owned).collect()
}

async fn run_in_engine(
    browser: &mut Browser,
    hosts: Hosts,
    number: usize,
    case: &CookieCase,
) -> Result<(), Box<dyn Error>> {
    browser.clear_cookies().await?;
    let mut steps: Vec<usize> = case.fetched().collect();
    while let Some(&first) = steps.first() {
        let page = case.steps[first].page;
        let count = steps.iter().take_while(|&&step| case.steps[step].page == page).count();
        let urls: Vec<String> =
            steps.drain(..count).map(|step| case.url(hosts, number, step)).collect();
        let address = address(page, hosts);
        if browser.address() != address {
            browser.open(&address).await?;
        }
        browser.run(SCRIPT, json!(urls)).await?;
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
