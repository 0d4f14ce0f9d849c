//! What `SECURITY.md` says of the dependencies.

use crate::map::{read, root};

#[test]
fn each_dependency_is_named() {
    let page = read("SECURITY.md");
    let dependencies = manifest()["dependencies"].as_table().unwrap().clone();
    for name in dependencies.keys() {
        assert!(page.contains(&format!("`{name}`")), "{name}");
    }
    assert!(dependencies.contains_key("http"));
}

#[test]
fn no_code_of_the_crate_runs_while_it_is_built() {
    let manifest = manifest();
    assert!(!manifest["package"].as_table().unwrap().contains_key("build"));
    assert!(!manifest.contains_key("lib"));
    assert!(!root().join("build.rs").exists());
}

fn manifest() -> toml::Table {
    toml::from_str(&read("Cargo.toml")).unwrap()
}
