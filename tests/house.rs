//! The sources are built as `docs/design.md` says: who imports whom, and which functions a request passes.
//!
//! Imports are read as text, from `use` declarations and `crate::` paths, and are followed to the file that defines the
//! item.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

#[test]
fn no_files_import_each_other_in_a_circle() {
    let circle = circle(House::read().arrows());
    assert!(circle.is_empty(), "a circle of imports: {}", circle.join(" -> "));
}

#[test]
fn rooms_import_only_what_the_page_lists() {
    let listed = rows("# Arrows");
    for (file, imports) in House::read().arrows() {
        for import in imports {
            let (from, to) = (room(&file), room(&import));
            let is_listed = || listed.iter().any(|row| row[0] == from && row[1..].contains(&to));
            assert!(from == to || is_listed(), "{file} imports {import}");
        }
    }
}

#[test]
fn deciding_knows_nothing_of_tower_and_futures() {
    let rooms = ["policy/", "response/", "origin/", "fetch.rs"];
    for source in House::read().0.values().filter(|source| rooms.contains(&room(&source.file))) {
        let foreign = |word: &&str| {
            ["Pin", "Poll", "Future", "tower"].contains(word) || word.starts_with("tower_")
        };
        assert_eq!(words(&source.code).find(foreign), None, "{}", source.file);
    }
}

#[test]
fn the_model_of_a_browser_imports_nothing_that_it_tests() {
    let tested = ["policy/", "origin/", "fetch.rs"];
    for (file, imports) in House::read().arrows() {
        for import in imports.iter().filter(|_| room(&file) == "browser/") {
            assert!(!tested.contains(&room(import)), "{file} imports {import}");
        }
    }
}

/// A command without `-p` is for these packages together, and a feature that one needs is then on for all.
#[test]
fn commands_at_the_root_switch_on_no_feature_of_the_crate() {
    let (root, examples) =
        (include_str!("../Cargo.toml"), include_str!("../ecosystem/examples/Cargo.toml"));
    assert!(root.contains("\ndefault-members = [\".\", \"ecosystem/examples\"]\n"));
    assert!(examples.contains("\ntower-cors = { path = \"../..\", default-features = false }\n"));
    assert!(!examples.contains("\ndefault = "));
}

#[test]
fn the_page_lists_all_that_threads_share() {
    let is_shared = |word: &&str| {
        let types = [
            "ArcSwap", "Cell", "Condvar", "LazyLock", "Mutex", "OnceCell", "OnceLock", "RefCell",
            "RwLock",
        ];
        types.contains(word) || word.starts_with("Atomic") || *word == "thread_local"
    };
    let house = House::read();
    let found: BTreeSet<(String, &str)> = house
        .0
        .values()
        .flat_map(|source| {
            let types = words(&source.code).filter(is_shared);
            types.map(|word| (format!("src/{}", source.file), word))
        })
        .collect();
    let listed = rows("# What threads share").into_iter().map(|row| (row[0].to_owned(), row[1]));
    assert_eq!(found, listed.collect());
}

#[test]
fn the_page_lists_all_scripts() {
    let listed: BTreeSet<String> = rows("# How to check a change")
        .into_iter()
        .filter_map(|row| row[0].split(' ').next()?.strip_prefix("scripts/"))
        .map(str::to_owned)
        .collect();
    let scripts = fs::read_dir("scripts").unwrap();
    let found = scripts.map(|script| script.unwrap().file_name().into_string().unwrap());
    assert_eq!(listed, found.collect());
}

#[test]
fn the_readme_names_the_versions_that_are_tested() {
    let readme = include_str!("../README.md");
    let manifest = include_str!("../Cargo.toml");
    let oldest_rust = manifest.split("\nrust-version = \"").nth(1).unwrap().split('"').next();
    assert!(readme.contains(&format!("needs Rust {}.", oldest_rust.unwrap())));

    let table = readme.split("\n| crate | version | tests |\n").nth(1).unwrap();
    let rows: Vec<&str> = table.lines().skip(1).take_while(|line| line.starts_with('|')).collect();
    assert!(!rows.is_empty());
    for row in rows {
        let [_, crates, version, tests, _] = row.split('|').collect::<Vec<_>>()[..] else {
            panic!("{row}");
        };
        for name in quoted(crates) {
            let locked = format!("\nname = \"{name}\"\nversion = \"{}.", version.trim());
            assert!(include_str!("../Cargo.lock").contains(&locked), "{row}");
            for test in quoted(tests) {
                let import = format!("{}::", name.replace('-', "_"));
                assert!(text_below(Path::new(test)).contains(&import), "{name}: {test}");
            }
        }
    }
}

/// The text of a file, or of all files below a folder.
fn text_below(path: &Path) -> String {
    if path.is_file() {
        return fs::read_to_string(path).unwrap();
    }
    fs::read_dir(path).unwrap().map(|entry| text_below(&entry.unwrap().path())).collect()
}

#[test]
fn constants_stand_below_what_uses_them() {
    for source in House::read().0.values() {
        let words: Vec<&str> = words(&source.code).collect();
        for line in source.code.lines().filter(|line| line.starts_with("const ")) {
            let name = line["const ".len()..].split(':').next().unwrap();
            let place = words.iter().position(|word| *word == name).unwrap();
            let is_definition = words[place - 1] == "const";
            assert!(!is_definition, "{name} in {} stands above its use", source.file);
        }
    }
}

#[test]
fn each_function_of_a_walk_is_in_its_file() {
    for hop in WALKS.iter().flat_map(|heading| hops(heading)) {
        let code = fs::read_to_string(hop[0]).unwrap();
        for name in &hop[1..] {
            let mut pairs = words(&code).zip(words(&code).skip(1));
            assert!(pairs.any(|pair| pair == ("fn", *name)), "{name} in {}", hop[0]);
        }
    }
}

#[test]
fn a_walk_opens_at_most_eight_files() {
    for heading in WALKS {
        let files: BTreeSet<&str> = hops(heading).into_iter().map(|hop| hop[0]).collect();
        let functions = hops(heading).iter().map(|hop| hop.len() - 1).sum::<usize>();
        let count = format!("These are {functions} functions in {} files", files.len());
        assert!(section(heading).contains(&count), "{heading}: {count}");
        assert!(files.len() <= 8, "{heading}: {files:?}");
    }
}

const WALKS: [&str; 2] = ["# A simple request that is allowed", "# A preflight that is refused"];

/// The hops of the walk below a heading: each has a file, and names of functions.
fn hops(heading: &str) -> Vec<Vec<&'static str>> {
    let hops = section(heading).lines().filter_map(|line| {
        let (number, hop) = line.split_once(". ")?;
        let is_hop = number.parse::<usize>().is_ok() && hop.starts_with("`src/");
        is_hop.then(|| {
            let hop = hop.split(": ").next().unwrap();
            quoted(hop).into_iter().map(|name| name.rsplit("::").next().unwrap()).collect()
        })
    });
    hops.collect()
}

/// What is quoted in the rows of the page's table below a heading.
fn rows(heading: &str) -> Vec<Vec<&'static str>> {
    section(heading).lines().filter(|line| line.starts_with("| `")).map(quoted).collect()
}

/// The part of the page below a heading.
fn section(heading: &str) -> &'static str {
    DESIGN.split(heading).nth(1).unwrap().split("\n# ").next().unwrap()
}

const DESIGN: &str = include_str!("../docs/design.md");

fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// A folder of `src/` with its slash, or a file that is in none.
fn room(file: &str) -> &str {
    file.find('/').map_or(file, |slash| &file[..=slash])
}

/// The sources by their modules' paths.
struct House(BTreeMap<String, Source>);

struct Source {
    file: String,
    /// Without comments and test modules.
    code: String,
    imports: Vec<String>,
}

impl House {
    fn read() -> Self {
        let mut house = Self(BTreeMap::new());
        house.read_folder(Path::new("src"));
        house
    }

    fn read_folder(&mut self, folder: &Path) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                self.read_folder(&path);
                continue;
            }
            let file = path.strip_prefix("src").unwrap().to_str().unwrap().replace('\\', "/");
            let text = fs::read_to_string(&path).unwrap();
            let text = text.split("\nmod tests {").next().unwrap();
            let lines = text.lines().flat_map(|line| [line.split("//").next().unwrap(), "\n"]);
            let code: String = lines.collect();
            let module = file.trim_end_matches(".rs").replace('/', "::");
            let module = match module.trim_end_matches("::mod") {
                "lib" => String::from("crate"),
                module => format!("crate::{module}"),
            };
            self.0.insert(module, Source { imports: imports(&code), code, file });
        }
    }

    /// Each file, and the files that it imports from.
    fn arrows(&self) -> BTreeMap<String, BTreeSet<String>> {
        let listing = ["lib.rs", "guide.rs"];
        let sources = self.0.iter().filter(|(_, source)| !listing.contains(&&*source.file));
        let arrows = sources.map(|(module, source)| {
            let found = source.imports.iter().filter_map(|path| self.definition(module, path, 8));
            let imports = found.filter(|found| found != module && found != "crate");
            (source.file.clone(), imports.map(|module| self.0[&module].file.clone()).collect())
        });
        arrows.collect()
    }

    /// The module that defines what `path` names in the module `here`. `None` for other crates. At most `follow`
    /// re-exports are followed.
    fn definition(&self, here: &str, path: &str, follow: usize) -> Option<String> {
        let names = path.split(" as ").next()?.split("::");
        let first = names.clone().next()?;
        if !["crate", "self", "super"].contains(&first)
            && !self.0.contains_key(&format!("{here}::{first}"))
        {
            return None;
        }
        let mut at = String::from(here);
        for name in names {
            let inner = format!("{at}::{name}");
            match name {
                "crate" => at = String::from("crate"),
                "self" => {}
                "super" => at.truncate(at.rfind("::")?),
                _ if self.0.contains_key(&inner) => at = inner,
                _ => return Some(self.follow(at, name, follow)),
            }
        }
        Some(at)
    }

    fn follow(&self, module: String, name: &str, follow: usize) -> String {
        let Source { code, imports, .. } = &self.0[&module];
        let mut pairs = words(code).zip(words(code).skip(1));
        if follow == 0 || pairs.any(|(kind, item)| ITEMS.contains(&kind) && item == name) {
            return module;
        }
        let mut same = imports.iter().filter(|path| path.rsplit([':', ' ']).next() == Some(name));
        same.find_map(|path| self.definition(&module, path, follow - 1)).unwrap_or(module)
    }
}

const ITEMS: [&str; 7] = ["struct", "enum", "trait", "fn", "const", "static", "type"];

fn imports(code: &str) -> Vec<String> {
    let declarations = code.match_indices("use ").filter(|&(start, _)| {
        let before = code[..start].rsplit('\n').next().unwrap().trim();
        before.is_empty() || before.starts_with("pub")
    });
    let declared = declarations.map(|(start, word)| &code[start + word.len()..]);
    let declared = declared.flat_map(|rest| expand(rest.split(';').next().unwrap()));
    let paths = code.split(|letter: char| !letter.is_alphanumeric() && !"_:".contains(letter));
    // What ends in a colon is the beginning of a tree.
    let paths = paths.filter(|path| path.starts_with("crate::") && !path.ends_with(':'));
    declared.chain(paths.map(str::to_owned)).collect()
}

/// The paths of a tree such as `a::{b, c::{d, e}}`.
fn expand(tree: &str) -> Vec<String> {
    let Some((before, inside)) = tree.trim().strip_suffix('}').and_then(|it| it.split_once('{'))
    else {
        return vec![tree.trim().to_owned()];
    };
    let mut depth = 0;
    let branches = inside.split(|letter| {
        depth += i32::from(letter == '{') - i32::from(letter == '}');
        letter == ',' && depth == 0
    });
    let paths = branches.flat_map(expand).filter(|path| !path.is_empty());
    paths.map(|path| format!("{before}{path}")).collect()
}

fn words(code: &str) -> impl Iterator<Item = &str> {
    let words = code.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
    words.filter(|word| !word.is_empty())
}

/// The files along a circle of arrows. None if there is no circle.
fn circle(mut arrows: BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    // A file whose imports all are in no circle is in none.
    loop {
        let left: BTreeSet<String> = arrows.keys().cloned().collect();
        arrows.retain(|_, imports| {
            imports.retain(|import| left.contains(import));
            !imports.is_empty()
        });
        if arrows.len() == left.len() {
            break;
        }
    }
    let mut circle = Vec::new();
    let mut next = arrows.keys().next();
    while let Some(file) = next {
        let place = circle.iter().position(|other| other == file);
        circle.push(file.clone());
        if let Some(place) = place {
            return circle.split_off(place);
        }
        next = arrows[file].first();
    }
    circle
}
