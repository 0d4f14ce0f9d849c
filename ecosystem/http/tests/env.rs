//! The program `examples/env.rs`, with variables of its own.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use ecosystem_http::{FOREIGN_PAGE, HIDDEN, browser, get, seen};

#[tokio::test]
async fn listed_origins_read_the_response() {
    let (_server, url) = start("https://a.example, https://b.example");
    for (page, sees) in [
        ("https://a.example", "200 hello"),
        ("https://b.example", "200 hello"),
        (FOREIGN_PAGE, HIDDEN),
    ] {
        assert_eq!(seen(browser(&[]).page(page).fetch(get(&url)).await).await, sees);
    }
}

#[test]
fn program_stops_and_says_what_is_wrong() {
    for (origins, mistakes) in [
        (None, EMPTY),
        (Some(""), EMPTY),
        (Some("https://a.example,"), EMPTY),
        (
            Some("https://a.example/,b.example"),
            "allow_origins: \"https://a.example/\" has a path or a trailing slash, and browsers send origins \
             without; write \"https://a.example\"\n\
             allow_origins: \"b.example\" has no scheme, and an origin is scheme, host and port; write \
             \"https://b.example\"",
        ),
        (
            Some("https://a.example;https://b.example"),
            "allow_origins: \"https://a.example;https://b.example\" looks like a list, and is read as \
             one origin; write each origin as an entry of its own (in an environment variable, \
             with commas between them)",
        ),
        (
            Some("*,https://a.example"),
            "allow_origins: any origin is allowed, so \"https://a.example\" would have no effect; \
             remove the \"*\" (or allow_any_origin), or the rest",
        ),
    ] {
        let mut program = Command::new(PROGRAM);
        program.env_remove(VARIABLE).envs(origins.map(|origins| (VARIABLE, origins)));
        let output = program.output().unwrap();
        let error = format!("CORS_ORIGINS is missing or wrong:\n{mistakes}\n");
        assert_eq!(String::from_utf8(output.stderr).unwrap(), error, "{origins:?}");
        assert_eq!((output.status.code(), output.stdout), (Some(1), Vec::new()));
    }
}

/// Ends with the test.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(origins: &str) -> (Server, String) {
    let mut program = Command::new(PROGRAM);
    let mut child = program.env(VARIABLE, origins).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let url = line.trim_end().strip_prefix("Listening on ").unwrap().to_owned();
    (Server(child), url)
}

const PROGRAM: &str = env!("CARGO_BIN_EXE_env");
const VARIABLE: &str = "CORS_ORIGINS";
const EMPTY: &str = "allow_origins: \"\" is an empty entry, perhaps after a trailing comma or from an empty \
     variable; remove it, or write an origin such as \"https://example.com\"";
