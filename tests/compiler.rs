//! What the compiler says to those who come from `tower_http`.
//!
//! Its words differ between toolchains, so they are only compared with the one that they come from. `TRYBUILD=overwrite`
//! writes them anew.

use std::{env, process::Command};

const TOOLCHAIN: &str = "rustc 1.95.0 ";

#[test]
fn the_compiler_says_what_to_write_instead() {
    let compiler = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(compiler).arg("--version").output().unwrap().stdout;
    if !version.starts_with(TOOLCHAIN.as_bytes()) {
        return;
    }
    trybuild::TestCases::new().compile_fail("tests/compiler/*.rs");
}
