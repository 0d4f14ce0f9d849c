//! Many tenants: what goes wrong, and what `BENCHMARKS.md` says of the costs.

use axum::{Router, routing::get};
use tower_cors::browser::{Browser, Credentials};

use super::*;

const GUIDE: &str = include_str!("../../docs/tenants.md");
const BENCHMARKS: &str = include_str!("../../BENCHMARKS.md");

#[tokio::test]
async fn with_one_list_the_page_of_a_tenant_reads_another_s_data() {
    let tenants = ["https://acme.example", "https://initech.example"];
    let cors = CorsLayer::builder().allow_origins(tenants).allow_credentials(true).build().unwrap();
    let app: Router = Router::new().route("/acme", get(async || "all items")).layer(cors);
    let request = Request::get("https://api.example.com/acme").body(String::new()).unwrap();
    let mut page = Browser::new(app).page("https://initech.example");
    let result = page.fetch(request).credentials(Credentials::Include).await;
    page.assert_readable(result);
}

#[tokio::test]
async fn where_select_finds_no_policy_a_preflight_reaches_the_routes() {
    let answers = |layer: CorsLayer<tower_cors::Select>| {
        send(Router::new().route("/", get(async || "")).layer(layer), preflight("/"))
    };
    assert_eq!(answers(CorsLayer::select(|_| None::<CorsLayer>)).await.status(), 405);
    let denied = CorsLayer::select(|_| Some(CorsLayer::deny_all()));
    assert_eq!(answers(denied).await.status(), 403);
}

/// The page has a row for each of these.
#[test]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the numbers are small"
)]
fn the_costs_are_those_of_the_benchmarks() {
    let built = number("| built in |");
    assert!(built < 2.0, "{built}");
    let megabytes = (number("| kept, in bytes |") / 1e6).round() as u32;
    let each = number("| kept for each origin besides its own bytes |") as u32;
    let last = BENCHMARKS.lines().find(|line| line.starts_with("| 100000 |")).unwrap();
    let cells: Vec<f64> = last.split('|').filter_map(leading).collect();
    let [_, _, bytes, request, reload] = cells[..] else { panic!("{last}") };
    assert!(request < 1000.0 && reload < 2.0, "{last}");
    for row in [
        "| to build a list of 1,000,000 origins and 10,000 wildcards | less than 2 s |".to_owned(),
        format!("| the memory that it keeps | {megabytes} MB |"),
        format!("| of that for each origin, besides its text | {each} bytes |"),
        format!(
            "| a policy for each tenant, with its entry and handle | {:.1} KB |",
            bytes / 1000.0
        ),
        "| a request, with the look-up among 100,000 tenants | less than 1 µs |".to_owned(),
        "| to replace the policy of one among 100,000 tenants | less than 2 µs |".to_owned(),
    ] {
        assert!(GUIDE.lines().any(|line| line == row), "{row}");
    }
}

/// The number at the beginning of a cell.
fn leading(cell: &str) -> Option<f64> {
    cell.split_whitespace().next()?.parse().ok()
}

/// The number in the row of `BENCHMARKS.md` that begins so.
fn number(start: &str) -> f64 {
    let row = BENCHMARKS.lines().find_map(|line| line.strip_prefix(start));
    row.and_then(|rest| leading(rest.trim_start())).unwrap_or_else(|| panic!("{start}"))
}
