//! The texts that the README shows are those that the crate prints.

use std::panic::{AssertUnwindSafe, catch_unwind};

use axum::{Router, routing::delete};
use http::Request;
use tower_cors::{CorsLayer, Policy, browser::Browser};

use crate::map::read;

#[test]
fn the_test_is_one_that_passes() {
    assert!(
        read("README.md").contains(&format!("```rust\n{}```", include_str!("readme_example.rs")))
    );
}

#[test]
fn the_mistakes_are_those_of_the_configuration() {
    let mistakes = CorsLayer::builder()
        .allow_origins(["https://Example.com/", "http://example.org"])
        .allow_credentials(true)
        .allow_method("patch")
        .build()
        .unwrap_err();
    assert_eq!(words(&text(0)), words(&mistakes.to_string()));
}

#[test]
fn the_reason_is_that_of_the_preflight() {
    let policy = Policy::builder().allow_origin("https://app.example.com").build_policy().unwrap();
    let preflight = Request::options("/items")
        .header("origin", "https://app.example.com")
        .header("access-control-request-method", "PUT")
        .body(())
        .unwrap();
    assert_eq!(text(1), policy.explain(&preflight).to_string());
}

#[tokio::test]
async fn the_failing_test_fails_with_this_message() {
    let cors = CorsLayer::builder().allow_origin("https://app.example.com").diagnose(true);
    let app: Router = Router::new().route("/items/{id}", delete(async || "gone"));
    let app = app.layer(cors.build().unwrap());
    let mut page = Browser::new(app).page("https://app.example.com");
    let request = Request::delete("https://api.example.com/items/1").body(String::new()).unwrap();
    let result = page.fetch(request).await;
    let failure = catch_unwind(AssertUnwindSafe(|| page.assert_readable(result))).unwrap_err();
    assert_eq!(words(&text(2)), words(failure.downcast_ref::<String>().unwrap()));
}

#[test]
fn the_numbers_are_those_of_the_benchmarks() {
    let readme = read("README.md");
    for (question, row) in [
        (
            "instructions that it adds to an allowed request in axum, with one origin",
            "| allowed | 1 | 0 |",
        ),
        ("the same with 1,000 origins in a list", "| allowed | 1000 | 0 |"),
    ] {
        let benchmarks = read("BENCHMARKS.md");
        let measured = benchmarks.lines().find_map(|line| line.strip_prefix(row)).unwrap();
        let measured: Vec<&str> = measured.split('|').map(str::trim).collect();
        let shown = readme.lines().find_map(|line| line.strip_prefix(&format!("| {question} | ")));
        let shown = shown.unwrap().replace(',', "");
        assert_eq!(shown, format!("{} | {} |", measured[1], measured[0]));
    }
}

/// The README breaks long lines.
fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

/// The README's `index`th block of plain text.
fn text(index: usize) -> String {
    let readme = read("README.md");
    let block = readme.split("\n```text\n").nth(index + 1).unwrap();
    block.split("\n```").next().unwrap().to_owned()
}
