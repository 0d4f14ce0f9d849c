//! Pages whose tables name tests.

use std::{fs, path::Path};

/// The three cells of each row of each table.
pub(crate) fn rows(page: &'static str) -> impl Iterator<Item = [&'static str; 3]> {
    let tables = page.split("\n|---|---|---|\n").skip(1);
    tables.flat_map(|table| table.lines().map_while(cells))
}

fn cells(line: &'static str) -> Option<[&'static str; 3]> {
    let cells: Vec<_> = line.strip_prefix("| ")?.strip_suffix('|')?.split(" | ").collect();
    let cells: Result<[_; 3], _> = cells.try_into();
    Some(cells.unwrap_or_else(|cells| panic!("{cells:?}")).map(str::trim))
}

/// Asserts that there is what "`name` in `file`" says.
pub(crate) fn assert_test_exists(test: &str) {
    let quoted: Vec<_> = test.split('`').collect();
    let ["", name, " in ", file, ""] = quoted[..] else { panic!("{test}") };
    let source = read(file);
    let (before, _) = source.split_once(&format!("fn {name}(")).unwrap_or_else(|| panic!("{test}"));
    let before = before.strip_suffix("async ").unwrap_or(before).trim_end();
    let mut attributes =
        before.lines().rev().map(str::trim).take_while(|line| line.starts_with("#["));
    assert!(attributes.any(|line| line.contains("test")), "{test} is no test");
}

pub(crate) fn read(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
