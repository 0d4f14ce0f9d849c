//! The script of the pages, with the packages of `package-lock.json`.

use std::{error::Error, fs, path::Path};

use tokio::process::Command;

/// Installs the packages in this folder, and bundles them with the functions of `main.js` as the global `pages`.
pub(crate) async fn script(folder: &Path) -> Result<String, Box<dyn Error>> {
    for (name, text) in FILES {
        fs::write(folder.join(name), text)?;
    }
    let install = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    run(Command::new("npm").args(install).current_dir(folder)).await?;
    let bundle = ["main.js", "--bundle", "--minify", "--global-name=pages", "--outfile=pages.js"];
    let esbuild = folder.join("node_modules/.bin/esbuild");
    run(Command::new(esbuild).args(bundle).arg("--log-level=warning").current_dir(folder)).await?;
    Ok(fs::read_to_string(folder.join("pages.js"))?)
}

const FILES: [(&str, &str); 5] = [
    ("grpc_web.js", include_str!("grpc_web.js")),
    ("main.js", include_str!("main.js")),
    ("mcp.js", include_str!("mcp.js")),
    ("package-lock.json", include_str!("package-lock.json")),
    ("package.json", include_str!("package.json")),
];

async fn run(command: &mut Command) -> Result<(), Box<dyn Error>> {
    let status = command.kill_on_drop(true).status().await?;
    if status.success() { Ok(()) } else { Err(format!("{command:?}: {status}").into()) }
}
