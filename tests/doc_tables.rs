//! The tables of permitted and prohibited literals, read from the documentation's own source.

use std::time::Duration;

use http::StatusCode;
use tower_cors::{CorsLayer, CorsLayerBuilder, OriginPattern};

const BUILDER: &str =
    concat!(include_str!("../src/builder/options.rs"), include_str!("../src/builder/further.rs"));
const PATTERN: &str = include_str!("../src/origin/pattern.rs");

#[test]
fn the_table_of_origin_patterns_holds() {
    let permitted = table(PATTERN, "| permitted | matches |", "pub struct OriginPattern");
    for row in &permitted {
        let pattern: OriginPattern = literal(&row[0]).unwrap().parse().unwrap();
        assert_eq!(pattern.as_str(), literal(&row[0]).unwrap());
    }
    let prohibited = table(PATTERN, "| prohibited | write instead |", "pub struct OriginPattern");
    for row in &prohibited {
        let mistake = literal(&row[0]).unwrap().parse::<OriginPattern>().unwrap_err();
        assert_eq!(mistake.suggestion(), literal(&row[1]), "{mistake}");
    }
    assert!(permitted.len() > 5 && prohibited.len() > 5);
}

#[test]
fn the_table_of_methods_holds() {
    check("pub fn allow_method(", |builder, method| Some(builder.allow_method(method)));
}

#[test]
fn the_table_of_request_headers_holds() {
    check("pub fn allow_header(", |builder, name| Some(builder.allow_header(name)));
}

#[test]
fn the_table_of_exposed_headers_holds() {
    check("pub fn expose_header(", |builder, name| Some(builder.expose_header(name)));
}

#[test]
fn the_table_of_max_ages_holds() {
    check("pub fn max_age(", |builder, literal| {
        let seconds = literal.strip_suffix(" s")?.parse().ok()?;
        Some(builder.max_age(Duration::from_secs_f64(seconds)))
    });
}

#[test]
fn the_table_of_preflight_statuses_holds() {
    check("pub fn preflight_status(", |builder, literal| {
        let status = StatusCode::from_bytes(literal.as_bytes()).ok()?;
        Some(builder.preflight_status(status))
    });
}

#[test]
fn the_table_of_own_origins_holds() {
    check("pub fn own_origin<", |builder, origin| Some(builder.own_origin(origin)));
}

/// Each permitted literal builds. Each prohibited one does not, with exactly one mistake.
fn check(function: &str, configure: impl Fn(CorsLayerBuilder, &str) -> Option<CorsLayerBuilder>) {
    let build = |literal: &str| {
        let builder = CorsLayer::builder().allow_origin("https://example.com");
        configure(builder, literal).expect("a literal of the option's type").build()
    };
    let rows = table(BUILDER, "| permitted | prohibited |", function);
    assert!(rows.len() > 2);
    for row in rows {
        if let Some(permitted) = literal(&row[0]) {
            assert!(build(permitted).is_ok(), "{permitted}");
        }
        if let Some(prohibited) = literal(&row[1]) {
            assert_eq!(build(prohibited).unwrap_err().iter().len(), 1, "{prohibited}");
        }
    }
}

/// The rows under the last `heading` before `item`.
fn table(source: &str, heading: &str, item: &str) -> Vec<Vec<String>> {
    let docs = &source[..source.find(item).expect("the item stands in the source")];
    let start = docs.rfind(heading).expect("the table stands before the item");
    docs[start..]
        .lines()
        .map(|line| line.trim().trim_start_matches("///").trim())
        .skip(2)
        .map_while(|line| line.strip_prefix('|')?.strip_suffix('|'))
        .map(|row| row.split('|').map(|cell| cell.trim().to_owned()).collect())
        .collect()
}

/// The text in back quotes, if there is any.
fn literal(cell: &str) -> Option<&str> {
    cell.strip_prefix('`')?.split('`').next()
}
