//! What the page says of other middleware, as far as it was tested or measured.

use crate::map::{assert_test_exists, read};

const PAGE: &str = include_str!("../../docs/comparison.md");
const BENCHMARKS: &str = include_str!("../../BENCHMARKS.md");

/// Without its alignment.
fn cells(row: &str) -> Vec<&str> {
    row.trim_matches('|').split('|').map(str::trim).collect()
}

/// The cells of the row that begins with `first`.
fn row<'a>(text: &'a str, first: &str) -> Vec<&'a str> {
    let mut rows = text.lines().filter(|line| line.starts_with('|')).map(cells);
    rows.find(|cells| cells[0] == first).unwrap_or_else(|| panic!("{first}"))
}

fn section(heading: &str) -> &'static str {
    let (_, rest) = PAGE.split_once(heading).unwrap();
    rest.split("\n# ").next().unwrap()
}

#[test]
fn the_versions_of_crates_are_those_that_are_measured() {
    for (name, crate_name) in [("`tower_http::cors`", "tower-http"), ("actix-cors", "actix-cors")] {
        let version = row(PAGE, name)[1];
        let entry = format!("name = \"{crate_name}\"\nversion = \"{version}\"\n");
        assert!(read("peers/Cargo.lock").contains(&entry), "{entry}");
        assert!(PAGE.contains(&format!("https://docs.rs/{crate_name}/{version}/")), "{name}");
    }
}

#[test]
fn what_was_found_by_sending_requests_is_in_the_benchmarks() {
    let (_, found) = BENCHMARKS.split_once("found the following by sending requests:\n").unwrap();
    let columns = row(found, "");
    let glance = section("# At a glance\n");
    for (name, column) in
        [("tower-cors", "tower-cors"), ("tower-http", "tower-http"), ("actix-cors", "actix-cors")]
    {
        let theirs = columns.iter().position(|cell| *cell == column).unwrap();
        let ours = row(glance, "").iter().position(|cell| *cell == name).unwrap();
        let status = row(found, "status of a refused preflight")[theirs];
        assert_eq!(row(glance, "a refused preflight")[ours], status, "{name}");
        assert_eq!(row(found, "a refused request reaches the handler")[theirs], "yes");
        assert_eq!(row(glance, "a refused request")[ours], "passes", "{name}");
    }
}

#[test]
fn each_difference_to_tower_http_has_a_test() {
    let tests = [
        ("`OPTIONS` that is no preflight", "only_tower_http_answers_options_that_is_no_preflight"),
        ("an allowed preflight", "an_allowed_preflight_gets_204_here_and_200_there"),
        ("a refused preflight", "only_tower_http_gives_a_refused_preflight_cors_headers"),
        ("a refused request", "only_tower_http_gives_a_refused_origin_cors_headers"),
        ("`Vary: origin` of the handler", "only_tower_http_repeats_the_inner_vary"),
        (
            "an origin that never matches",
            "only_tower_http_builds_with_an_origin_that_never_matches",
        ),
        (
            "any origin with credentials",
            "any_origin_with_credentials_panics_there_and_is_an_error_here",
        ),
        ("the size of a service", "a_service_has_the_size_of_a_pointer_only_here"),
    ];
    let rows = section("# `tower_http::cors`\n").lines().filter(|line| line.starts_with("| "));
    let rows: Vec<_> = rows.map(|row| cells(row)[0]).filter(|row| !row.is_empty()).collect();
    assert_eq!(rows, tests.map(|(row, _)| row));
    for (_, test) in tests {
        assert_test_exists(&format!("`{test}` in `tests/tower_http.rs`"));
    }
    assert_eq!(read("tests/tower_http.rs").matches("test]\n").count(), tests.len());
}

#[test]
fn the_costs_are_those_of_the_benchmarks() {
    let costs = section("# What they cost\n");
    let (_, peers) = BENCHMARKS.split_once("## Beside its peers\n").unwrap();
    for name in ["tower-cors 0.1.0", "tower-http 0.7.1", "actix-cors 0.7.2"] {
        assert_eq!(row(costs, name)[1..], row(peers, name)[2..7], "{name}");
    }
    let (_, builds) = BENCHMARKS.split_once("## What a build costs\n").unwrap();
    for name in
        ["`tower-http`, with `cors` alone", "tower-cors", "tower-cors, without default features"]
    {
        assert_eq!(row(costs, name)[1..], row(builds, name)[1..], "{name}");
    }
}
