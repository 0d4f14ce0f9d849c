//! Runs all targets with their seeds.

use std::{fs, path::Path};

use fuzz::TARGETS;

#[test]
fn the_crate_does_with_all_seeds_what_the_oracles_say() {
    for (name, target) in TARGETS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(name);
        let mut paths: Vec<_> = fs::read_dir(&folder)
            .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
            .map(|entry| entry.unwrap().path())
            .collect();
        paths.sort();
        assert!(!paths.is_empty(), "{}", folder.display());
        for path in paths {
            // The test's output has the name of the seed that fails.
            println!("{}", path.display());
            target(&fs::read(&path).unwrap());
        }
    }
}
