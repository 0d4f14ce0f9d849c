//! Lists of requested header names in every spelling, compared with a reading of the rules word by word.

use http::{HeaderValue, Request};
use proptest::{collection::vec, prelude::*, sample::select};
use tower_cors::{CorsLayer, Policy, Refusal};

use crate::headers::REQUEST_HEADERS;

#[path = "../naive/request_headers.rs"]
mod naive;

/// Names that share beginnings and ends. Some are longer than what is converted to lower case at once.
fn name() -> impl Strategy<Value = String> {
    let short =
        (select(&["x-", "y", "x-x-"]), select(&["a", "b", "ab", "_", "~", "^", "12345678"]));
    let long = (select(&["a", "b"]), 27..36_usize, select(&["a", "b", "ba"]));
    prop_oneof![
        3 => short.prop_map(|(start, end)| format!("{start}{end}")),
        1 => long.prop_map(|(start, length, end)| format!("x-{start}{}{end}", "c".repeat(length))),
    ]
}

/// A name, an empty element or bytes that are not a name.
fn element() -> impl Strategy<Value = Vec<u8>> {
    let upper = name().prop_map(|name| name.to_ascii_uppercase());
    let mixed = name().prop_map(|name| name.replace('x', "X").replace('b', "B"));
    prop_oneof![
        30 => name().prop_map(String::into_bytes),
        10 => upper.prop_map(String::into_bytes),
        10 => mixed.prop_map(String::into_bytes),
        3 => Just(Vec::new()),
        1 => select(&IMPOSSIBLE).prop_map(<[u8]>::to_vec),
    ]
}

/// Bytes that are no name, or a name that differs from another as the cases of a letter do.
const IMPOSSIBLE: [&[u8]; 6] = [b"x a", b"\xff", b"x-\x41\xc1", b"@", b"X-@", b"x-`"];

fn spaced() -> impl Strategy<Value = Vec<u8>> {
    let space = || select(&["", "", "", "", " ", "\t", " \t"]);
    (space(), element(), space())
        .prop_map(|(left, element, right)| [left.as_bytes(), &element, right.as_bytes()].concat())
}

fn policy(names: &[String]) -> Policy {
    let builder = CorsLayer::builder().allow_origin("https://example.com");
    builder.allow_headers(names).build_policy().unwrap()
}

fn refusal(policy: &Policy, lines: &[Vec<u8>]) -> Option<Refusal> {
    let mut request = Request::options("/")
        .header("origin", "https://example.com")
        .header("access-control-request-method", "GET");
    for line in lines {
        request = request.header(REQUEST_HEADERS, HeaderValue::from_bytes(line).unwrap());
    }
    policy.explain(&request.body(()).unwrap()).refusal
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2048, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_list_is_read_by_the_rules(
        mut names in vec(name(), 0..40),
        lines in vec(vec(spaced(), 0..6), 0..4),
    ) {
        names.sort_unstable();
        names.dedup();
        let lines: Vec<Vec<u8>> = lines.iter().map(|elements| elements.join(&b","[..])).collect();
        prop_assert_eq!(refusal(&policy(&names), &lines), naive::refusal(&names, &lines));
    }

    #[test]
    fn empty_lines_are_counted_before_a_name_is_read(
        lines in vec(select(&["", "", "", "", "x-a", "x-b"]), 0..40),
    ) {
        let names = [String::from("x-a")];
        let lines: Vec<Vec<u8>> = lines.iter().map(|line| line.as_bytes().to_vec()).collect();
        prop_assert_eq!(refusal(&policy(&names), &lines), naive::refusal(&names, &lines));
    }

    /// The lists of this test have only allowed names, but sometimes too many.
    #[test]
    fn allowed_names_may_be_in_any_order_and_repeated(
        names in vec(name(), 1..40),
        places in vec((any::<prop::sample::Index>(), any::<bool>(), select(&["", " ", "\t"])), 0..60),
        refused in select(&[None, None, Some("x-other")]),
    ) {
        let mut elements: Vec<String> = places
            .iter()
            .map(|(place, is_upper, space)| {
                let name = place.get(&names);
                let name = if *is_upper { name.to_ascii_uppercase() } else { name.clone() };
                format!("{space}{name}{space}")
            })
            .collect();
        elements.extend(refused.map(str::to_owned));
        let lines = [elements.join(",").into_bytes()];
        let mut distinct = names.clone();
        distinct.sort_unstable();
        distinct.dedup();
        prop_assert_eq!(refusal(&policy(&names), &lines), naive::refusal(&distinct, &lines));
    }
}

/// Names of different lengths are looked up in different ways.
#[test]
fn a_name_of_any_length_is_allowed_in_any_spelling() {
    let names: Vec<String> = (1..200).map(|length| "x".repeat(length)).collect();
    let policy = policy(&names);
    for name in &names {
        assert_eq!(refusal(&policy, &[name.to_ascii_uppercase().into_bytes()]), None, "{name}");
        let other = name.replacen('x', "y", 1);
        let expected = Some(Refusal::HeaderNotAllowed(other.clone()));
        assert_eq!(refusal(&policy, &[other.into_bytes()]), expected, "{name}");
    }
}

/// As browsers send them, for choices of names that are near and far from each other.
#[test]
fn every_sorted_choice_is_allowed() {
    let names: Vec<String> = (100..140).map(|number| format!("x-{number}")).collect();
    let policy = policy(&names);
    for step in 1..40 {
        for start in 0..40 {
            let choice: Vec<&str> =
                names[start..].iter().step_by(step).map(String::as_str).collect();
            let line = choice.join(",");
            assert_eq!(refusal(&policy, &[line.clone().into_bytes()]), None, "{line}");
            let other = format!("{line},x-other").into_bytes();
            let expected = Some(Refusal::HeaderNotAllowed("x-other".into()));
            assert_eq!(refusal(&policy, &[other]), expected, "{line},x-other");
        }
    }
}
