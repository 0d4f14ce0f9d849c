//! The command `cors-probe`.

use std::{
    env,
    io::{self, ErrorKind, Write},
    process::ExitCode,
};

use cors_probe::Arguments;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::read(env::args_os()).unwrap_or_else(|error| error.exit());
    match cors_probe::run(arguments).await {
        Ok((text, outcome)) => match writeln!(io::stdout(), "{text}") {
            // Whoever reads the output, such as `head`, may have read enough of it.
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                eprintln!("the result cannot be printed: {error}");
                ExitCode::from(2)
            }
            _ => ExitCode::from(outcome as u8),
        },
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}
