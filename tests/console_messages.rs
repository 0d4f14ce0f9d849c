//! What browsers write to the console: the causes, the model, the file of messages and the page agree.
//!
//! `cargo run -p engines -- chromium --messages` writes the file and the page.

mod causes;

use std::collections::BTreeSet;

use causes::{Api, Messages, all, page};

#[tokio::test]
async fn the_file_says_what_the_causes_and_the_model_say() {
    assert_eq!(messages(), messages().renew().await);
    assert_eq!(messages().text().unwrap(), FILE);
    // The responses of a cause are all that the model asks for.
    assert!(!FILE.contains("the service failed: the cause"));
}

#[test]
fn the_page_says_what_the_file_says() {
    assert_eq!(page(&messages()), PAGE);
}

/// The tables at the beginning choose by a status, or by words.
#[test]
fn the_section_of_each_symptom_has_its_status_and_its_words() {
    let (head, sections) = PAGE.split_once("\n# How to read the sections\n").unwrap();
    let mut count = 0;
    for row in head.lines().filter(|line| line.ends_with(") |")) {
        let (symptom, link) = row.split_once(" | [").unwrap();
        let (title, target) = link.split_once("](").unwrap();
        if target.starts_with("crate::") {
            continue;
        }
        let start = format!("\n## {title}\n");
        let (_, section) = sections.split_once(&start).unwrap_or_else(|| panic!("{title}"));
        let section = section.split("\n#").next().unwrap();
        if let Some(status) = symptom.split_whitespace().find_map(|word| {
            let digits = word.trim_end_matches(',');
            digits.parse::<u16>().is_ok().then_some(digits)
        }) {
            assert!(section.contains(&format!("- Response: {status}")), "{row}");
        } else {
            for words in symptom.split('`').skip(1).step_by(2) {
                assert!(section.contains(words), "{row}: {words}");
            }
        }
        count += 1;
    }
    assert_eq!(count, 19);
}

#[test]
fn each_cause_has_messages_of_each_engine() {
    let engines = ["chromium", "firefox", "webkit"];
    assert!(messages().engines.keys().eq(engines));
    for (record, (_, cause)) in messages().causes.iter().zip(all()) {
        // The others do not send streams.
        let is_stream = cause.api == Api::Stream;
        let expected = if is_stream { &engines[..1] } else { &engines };
        assert!(record.engines.keys().eq(expected), "{}", record.id);
    }
}

#[test]
fn each_failure_that_the_model_names_has_a_cause() {
    let variants = ERRORS.split("pub enum NetworkErrorCause {").nth(1).unwrap();
    let variants = variants.split("\n}").next().unwrap().lines().filter_map(|line| {
        let name = line.strip_prefix("    ")?.split(['(', ' ', ',']).next()?;
        name.starts_with(|letter: char| letter.is_ascii_uppercase()).then_some(name)
    });
    // A browser has no such page.
    let expected: BTreeSet<&str> = variants.filter(|name| *name != "InvalidPage").collect();
    let messages = messages();
    let found = messages.causes.iter().filter_map(|record| record.error.as_deref());
    assert_eq!(found.collect::<BTreeSet<_>>(), expected);
}

#[test]
fn causes_have_names_of_their_own() {
    let names: BTreeSet<&str> = all().map(|(_, cause)| cause.id).collect();
    assert_eq!(names.len(), all().count());
}

#[test]
fn the_file_names_no_place_of_a_run() {
    for place in ["localhost:", "127.0.0.1:", "/causes", "-causes"] {
        assert!(!FILE.contains(place), "{place}");
    }
}

fn messages() -> Messages {
    Messages::parse(FILE).unwrap()
}

const FILE: &str = include_str!("../engines/messages.json");
const PAGE: &str = include_str!("../docs/console_messages.md");
const ERRORS: &str = include_str!("../src/browser/error.rs");
