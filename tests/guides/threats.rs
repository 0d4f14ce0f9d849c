//! The list of threats: it is whole, and what it names exists.

use std::collections::BTreeSet;

use crate::map::{assert_test_exists, rows};

const PAGE: &str = include_str!("../../docs/threats.md");
const ADVISORIES: &str = include_str!("advisories.txt");

#[test]
fn each_threat_names_tests_that_exist_or_says_why_it_cannot_happen() {
    let mut tests = 0;
    for [_, what, answer] in rows(PAGE) {
        assert!(!what.is_empty(), "{answer}");
        if answer.starts_with('`') {
            answer.split(", ").for_each(assert_test_exists);
            tests += 1;
        } else {
            assert!(answer.ends_with('.'), "{what}: {answer}");
        }
    }
    assert!(tests > 100, "{tests}");
}

#[test]
fn all_advisories_are_listed() {
    let is_id = |word: &&str| {
        ["CVE-", "GHSA-", "GO-", "PYSEC-", "RUSTSEC-"].iter().any(|start| word.starts_with(start))
    };
    let words = PAGE.split(|char: char| !char.is_ascii_alphanumeric() && char != '-');
    let listed: BTreeSet<&str> = words.filter(is_id).collect();
    assert_eq!(listed, ADVISORIES.lines().collect());
}

#[test]
fn all_44_classes_have_a_test() {
    let (_, classes) = PAGE.split_once("# Classes of misconfigurations\n").unwrap();
    let numbers: Vec<_> = rows(classes)
        .map(|[number, _, tests]| {
            assert!(tests.starts_with('`'), "{number}");
            number.parse::<u8>().unwrap()
        })
        .collect();
    assert_eq!(numbers, (1..=44).collect::<Vec<_>>());
}
