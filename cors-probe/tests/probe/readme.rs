//! The page about messages in the console: each command prints what the page shows.

use std::collections::BTreeSet;

use super::*;

#[tokio::test]
async fn each_command_of_the_page_prints_what_the_page_shows() {
    let url = serve(Router::new().fallback(faulty_path)).await;
    let server = url.trim_end_matches("/items");
    let sections: Vec<&str> = README.split("\n## ").skip(1).collect();
    let mut tried = 0;
    for section in sections {
        let Some(command) = between(section, "```sh\ncors-probe http", "\n```") else { continue };
        let Some(shown) = between(section, "```text\n", "\n```") else { continue };
        let command = format!("cors-probe http{command}").replace(SERVER, server);
        let arguments = Arguments::read(command.split_whitespace()).unwrap();
        let (text, outcome) = cors_probe::run(arguments).await.unwrap();
        let text = text.replace(server, SERVER);
        let end = &text[text.find("verdict: ").unwrap()..];
        assert_eq!(words(end), words(shown), "{end}");
        assert_eq!(outcome, Outcome::Bad);
        let message = between(section, "`", "`").unwrap();
        assert!(include_str!("../../../engines/messages.json").contains(message), "{message}");
        tried += 1;
    }
    assert_eq!(tried, 10);
}

#[tokio::test]
async fn the_file_of_cases_is_that_of_the_test() {
    assert!(README.contains(&format!("```toml\n{}```", include_str!("cases.toml"))));
}

#[tokio::test]
async fn the_page_lists_each_reason() {
    let wrong = "url = \"http://localhost\"\n[[case]]\nname = \"a\"\norigin = \"null\"\nexpect = \"refused\"\nreason = 1\n";
    let error = cases::check(wrong, &[]).await.unwrap_err();
    let names = error.split("write one of ").nth(1).unwrap().lines().next().unwrap();
    let names: Vec<&str> = names.split(", ").map(|name| name.trim_matches('"')).collect();
    assert_eq!(names.len(), 13);
    let rows = README.split("| reason | what a browser checks |").nth(1).unwrap();
    let rows = rows.split("\n\n").next().unwrap();
    let listed: BTreeSet<&str> =
        rows.lines().skip(2).filter_map(|row| row.split('`').nth(1)).collect();
    assert_eq!(listed, names.into_iter().collect());
}

const README: &str = include_str!("../../README.md");
const SERVER: &str = "http://localhost:3000";

/// The page breaks long lines.
fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    Some(text.split_once(start)?.1.split_once(end)?.0)
}

/// The path names what is wrong.
async fn faulty_path(request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let is_preflight = request.method() == http::Method::OPTIONS;
    let mut response = Response::new(axum::body::Body::from("the items"));
    let headers = response.headers_mut();
    let allowed: &[&str] = match path.as_str() {
        "/none" => &[],
        "/wildcard" => &["*"],
        "/two" => &[OURS, "*"],
        "/other" => &["https://other.example"],
        "/preflight-401" | "/preflight-redirect" if is_preflight => &[],
        _ => &[OURS],
    };
    for origin in allowed {
        headers.append("access-control-allow-origin", origin.parse().unwrap());
    }
    match path.as_str() {
        "/preflight-401" if is_preflight => *response.status_mut() = http::StatusCode::UNAUTHORIZED,
        "/preflight-404" if is_preflight => *response.status_mut() = http::StatusCode::NOT_FOUND,
        "/preflight-redirect" if is_preflight => {
            *response.status_mut() = http::StatusCode::PERMANENT_REDIRECT;
            set(response.headers_mut(), "location", "/items/");
        }
        "/no-method" => set(headers, "access-control-allow-methods", "DELETE"),
        _ => {}
    }
    response
}
