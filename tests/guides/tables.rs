//! Tables fit on the pages that rustdoc makes of them.

use std::{fs, path::Path};

use crate::map::root;

/// A browser breaks lines at white space and after hyphens. What it can't break must not be wider than the page: then
/// rustdoc cuts the table at the edge.
#[test]
fn each_table_fits_the_page() {
    let mut tables = 0;
    for (file, text) in texts(&root().join("docs")).into_iter().chain(texts(&root().join("src"))) {
        let lines: Vec<&str> = text
            .lines()
            .map(|line| line.trim_start().trim_start_matches(['/', '!', ' ']))
            .collect();
        for table in lines.chunk_by(|one, other| one.starts_with('|') == other.starts_with('|')) {
            if table[0].starts_with('|') {
                assert!(width(table) <= 94, "{file}: {} letters: {}", width(table), table[0]);
                tables += 1;
            }
        }
    }
    assert!(tables > 50, "{tables}");
}

/// The sum of the longest words of all columns.
fn width(table: &[&str]) -> usize {
    let columns = table[0].split(" | ").count();
    let longest = |column: usize| {
        let cells = table.iter().filter_map(|row| row.trim_matches('|').split(" | ").nth(column));
        cells.flat_map(words).max().unwrap_or(0)
    };
    (0..columns).map(longest).sum()
}

/// How long the words of a cell are, without what markup hides.
fn words(cell: &str) -> Vec<usize> {
    let mut visible = String::new();
    let mut rest = cell;
    while let Some((before, after)) = rest.split_once("](") {
        visible.push_str(before);
        rest = after.split_once(')').map_or("", |(_, after)| after);
    }
    visible.push_str(rest);
    let visible = visible.replace(['`', '['], "");
    visible
        .split(|letter: char| letter.is_whitespace() || letter == '-')
        .map(|word| word.chars().count())
        .collect()
}

/// All files in a folder, with their texts.
fn texts(folder: &Path) -> Vec<(String, String)> {
    let mut texts = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            texts.extend(self::texts(&path));
        } else if let Ok(text) = fs::read_to_string(&path) {
            texts.push((path.display().to_string(), text));
        }
    }
    texts
}
