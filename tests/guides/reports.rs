//! The map of reports: what it names exists.

use std::fs;

use crate::map::{assert_test_exists, read, root, rows};

const MAP: &str = include_str!("../../docs/reports.md");

#[test]
fn each_page_and_heading_of_the_map_exists() {
    let mut pages = 0;
    for [_, page, _] in rows(MAP) {
        let page = Page::parse(page);
        let source = read(&page.file);
        if let Some(heading) = page.heading {
            let is_heading =
                |line: &str| line.trim_start_matches('#').strip_prefix(' ') == Some(heading);
            assert!(
                source.lines().any(|line| line.starts_with('#') && is_heading(line)),
                "{page:?}"
            );
        }
        if let Some((module, target)) = page.link {
            let anchor = page.heading.map(|heading| format!("#{}", slug(heading)));
            assert_eq!(target, format!("crate::guide::{module}{}", anchor.unwrap_or_default()));
            assert!(read("src/guide.rs").contains(&format!("pub mod {module} {{}}")), "{page:?}");
        }
        pages += 1;
    }
    assert!(pages > 30);
}

#[test]
fn each_test_of_the_map_exists() {
    let mut tests = 0;
    for [report, page, test] in rows(MAP) {
        if test.is_empty() {
            // Then the code of the page is the test, or a browser.
            assert!(read(&Page::parse(page).file).contains("```"), "{report}");
            continue;
        }
        assert_test_exists(test);
        tests += 1;
    }
    assert!(tests > 30);
}

/// All links between the guides lead somewhere, also those with a heading, which rustdoc does not check.
#[test]
fn each_link_to_a_heading_of_a_guide_leads_there() {
    for entry in fs::read_dir(root().join("docs")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            continue;
        }
        let page = fs::read_to_string(&path).unwrap();
        for link in page.split("](crate::guide::").skip(1) {
            let target = link.split(')').next().unwrap();
            let (name, anchor) = target.split_once('#').unwrap_or((target, ""));
            let other = read(&format!("docs/{name}.md"));
            assert!(anchor.is_empty() || has_heading(&other, anchor), "{target}");
        }
        for link in page.split("](#").skip(1) {
            let anchor = link.split(')').next().unwrap();
            assert!(has_heading(&page, anchor), "{}: {anchor}", path.display());
        }
    }
}

fn has_heading(page: &str, anchor: &str) -> bool {
    let headings = page.lines().filter(|line| line.starts_with("# ") || line.starts_with("## "));
    headings.map(|line| line.trim_start_matches(['#', ' '])).any(|heading| slug(heading) == anchor)
}

/// The table is in the order of the modules.
#[test]
fn the_table_of_guides_lists_each_page_once() {
    let source = read("src/guide.rs");
    let modules: Vec<_> = source
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(" {}"))
        .filter(|module| *module != "readme")
        .collect();
    let listed: Vec<_> = source
        .lines()
        .filter_map(|line| line.strip_prefix("//! | ")?.split_once("? | [`"))
        .map(|(_, guide)| guide.split('`').next().unwrap())
        .collect();
    assert_eq!(listed, modules);
    let entries = fs::read_dir(root().join("docs")).unwrap();
    let pages = entries.filter(|entry| entry.as_ref().unwrap().path().is_file());
    // One is the documentation of the crate, and one says where to read the others.
    assert_eq!(pages.count(), modules.len() + 2);
}

/// The pages for users who have a problem.
#[test]
fn each_page_begins_with_its_question_and_ends_with_where_to_go_next() {
    for name in [
        "placement",
        "console_messages",
        "cookies",
        "tenants",
        "caches",
        "redirects",
        "origins",
        "local_network_access",
        "local_tools",
        "limits",
        "comparison",
    ] {
        let page = read(&format!("docs/{name}.md"));
        let (title, rest) = page.split_once("\n\n").unwrap();
        assert!(!title.contains('\n') && rest.starts_with("This page "), "{name}");
        let (_, next) = page.rsplit_once("\n# ").unwrap();
        let (heading, links) = next.split_once("\n\n").unwrap();
        assert_eq!(heading, "Where to go next", "{name}");
        assert!(links.lines().all(|line| line.starts_with("- [") || line.starts_with("  ")));
    }
}

#[derive(Debug)]
struct Page {
    file: String,
    heading: Option<&'static str>,
    /// The module of `guide`, and the target.
    link: Option<(&'static str, &'static str)>,
}

impl Page {
    /// Parses "[`module`: Heading](target)" or "`file`: Heading", each with or without a heading.
    fn parse(cell: &'static str) -> Self {
        if let Some(link) = cell.strip_prefix('[') {
            let (text, target) = link.strip_suffix(')').unwrap().split_once("](").unwrap();
            let (module, heading) = split_heading(text);
            let module = module.trim_matches('`');
            Self { file: format!("docs/{module}.md"), heading, link: Some((module, target)) }
        } else {
            let (file, heading) = split_heading(cell);
            Self { file: file.replace('`', ""), heading, link: None }
        }
    }
}

fn split_heading(text: &str) -> (&str, Option<&str>) {
    text.split_once(": ").map_or((text, None), |(text, heading)| (text, Some(heading)))
}

/// How rustdoc names a heading in a URL.
fn slug(heading: &str) -> String {
    let kept = heading.chars().filter(|char| char.is_alphanumeric() || "-_ ".contains(*char));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}
