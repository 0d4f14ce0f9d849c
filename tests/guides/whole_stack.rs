//! The whole stack of the page, and its wrong orders, are those of `ecosystem/http`.

use crate::map::assert_test_exists;

const PAGE: &str = include_str!("../../docs/placement.md");
const STACK: &str = include_str!("../../examples/stack.rs");
const MISPLACED: &str = include_str!("../../ecosystem/http/tests/stack/misplaced.rs");

#[test]
fn the_page_lists_the_layers_of_the_example_from_the_outside() {
    let stack = between(STACK, "    Ok(routes\n", "\n}\n");
    let layers = stack.split(".layer(").skip(1).map(str::trim_start);
    let mut layers: Vec<_> = layers.map(|rest| rest.split([':', ')']).next().unwrap()).collect();
    layers.insert(0, "routes");
    layers.reverse();
    let lines = between(section("# A whole stack\n"), "```text\n", "```\n").lines();
    let names: Vec<_> = lines.map(|line| line.split("  ").next().unwrap()).collect();
    assert_eq!(names, layers);
}

#[test]
fn the_page_lists_what_the_test_misplaces() {
    let mut expected = Vec::new();
    for row in cases("async fn page_sees_each_misplaced_layer") {
        let name = between(row, "\"", "\"");
        let sees = if let Some((_, status)) = row.split_once("made_outside(") {
            format!("a network error instead of the {}", status.split(')').next().unwrap())
        } else if row.contains("the service failed") {
            "a network error, because the connection ends".to_owned()
        } else if row.contains("the response has the status 401") {
            "a network error, because the preflight gets 401".to_owned()
        } else {
            "a network error instead of the file".to_owned()
        };
        expected.push(format!("| {name} | {sees} |"));
    }
    let table = between(section("# Each wrong order"), "|---|---|\n", "\n\n");
    assert_eq!(table.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn the_page_lists_what_may_be_on_either_side() {
    let cases = cases("async fn page_sees_no_difference_where_these_are");
    let names = cases.iter().map(|row| between(row, "\"", "\"").rsplit_once(' ').unwrap().0);
    let names: Vec<_> = names.collect();
    let [others @ .., last] = &names[..] else { panic!("no cases") };
    let sentence = format!("no difference to the page: {} and {last}.", others.join(", "));
    assert!(PAGE.contains(&sentence), "{sentence}");
}

#[test]
fn each_further_wrong_order_has_a_test() {
    let lines = section("# Each wrong order").replace("\n  ", " ");
    let bullets = lines.lines().filter(|line| line.starts_with("- **"));
    let tests: Vec<_> = bullets.map(|line| line.split_once(" See ").unwrap().1).collect();
    for test in &tests {
        assert_test_exists(test.strip_suffix('.').unwrap());
    }
    assert_eq!(tests.len(), 5);
}

/// The rows of a test's table.
fn cases(test: &str) -> Vec<&'static str> {
    let table = between(MISPLACED, test, "    .await;\n");
    table.split("\n        (\n").skip(1).collect()
}

fn section(heading: &str) -> &'static str {
    let (_, rest) = PAGE.split_once(heading).unwrap();
    // Lines of code begin like headings, but not behind an empty line.
    rest.split_once("\n\n# ").map_or(rest, |(section, _)| section)
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = text.split_once(start).unwrap_or_else(|| panic!("{start}"));
    rest.split_once(end).unwrap_or_else(|| panic!("{end}")).0
}
