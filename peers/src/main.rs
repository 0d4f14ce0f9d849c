//! Compares CORS middleware of several frameworks in the same configuration: what each adds to its own framework's bare
//! handler, and what it leaves out. `cargo run --locked --release` in this folder prints two tables.
//!
//! - `-- --times` prints only the nanoseconds that `tower-cors` adds to each request.
//! - `-- --requests FOLDER` writes the requests as HTTP/1.1.
//!
//! Instructions are counted by valgrind. Without it, they are left out. `bash peers/go` measures middleware for Go.

mod app;
mod behaviour;
mod configuration;
mod costs;
mod frameworks;
#[path = "../../benches/support/mod.rs"]
mod support;

use std::{env, error::Error, fs::File, io::Write, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    // Some frameworks need a runtime's context. Nothing waits for it.
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let _context = runtime.enter();
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        [] => {
            costs::print()?;
            println!();
            behaviour::print()
        }
        ["--times"] => costs::print_times(),
        ["--requests", folder] => write_requests(Path::new(folder)),
        [costs::TIMED, ref middleware @ ..] => costs::time(middleware),
        [costs::MEASURED, subject, side, kind] => costs::run(subject, side, kind),
        _ => Err("the arguments are none, `--times`, or `--requests FOLDER`".into()),
    }
}

fn write_requests(folder: &Path) -> Result<(), Box<dyn Error>> {
    for kind in configuration::KINDS {
        let request = configuration::request(kind, "/");
        let mut file = File::create(folder.join(kind))?;
        write!(file, "{} / HTTP/1.1\r\n", request.method())?;
        for (name, value) in request.headers() {
            write!(file, "{name}: {}\r\n", value.to_str()?)?;
        }
        write!(file, "\r\n")?;
    }
    Ok(())
}
