//! The page of options lists all of them.

use std::fs;

use crate::map::{read, root};

#[test]
fn the_page_links_each_method_of_the_builder() {
    let page = read("docs/options.md");
    let mut methods = 0;
    for entry in fs::read_dir(root().join("src/builder")).unwrap() {
        let source = fs::read_to_string(entry.unwrap().path()).unwrap();
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
