//! The page of options lists all of them.

use crate::map::read;

#[test]
fn the_page_links_each_method_of_the_builder() {
    let page = read("docs/options.md");
    let mut methods = 0;
    for file in ["options", "presets", "predicate", "further"] {
        let source = read(&format!("src/builder/{file}.rs"));
        for method in source.split("\n    pub fn ").skip(1).filter(|rest| rest.contains("self")) {
            let name = method.split(['(', '<']).next().unwrap();
            if !["build", "build_policy", "builder", "deny_all", "public"].contains(&name) {
                assert!(page.contains(&format!("(crate::CorsLayerBuilder::{name})")), "{name}");
                methods += 1;
            }
        }
    }
    assert!(methods > 30, "{methods}");
}
