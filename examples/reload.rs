//! Reloads the policy when its configuration file changes. If the new version does not build, the last good
//! policy stays, and the mistakes are logged.
//!
//! Run it with `cargo run --example reload --features reload,serde,tracing -- examples/cors.toml`, then change
//! that file. The server on `http://127.0.0.1:3000` uses the new policy. Without an argument, the program
//! demonstrates this with a temporary file, and exits.

use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
    process,
};

use axum::{Router, routing::get};
use config::{Config, File, FileFormat};
use http::Request;
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use tokio::{net::TcpListener, sync::mpsc};
use tower::ServiceExt;
use tower_cors::{CorsConfig, CorsLayer, Policy, PolicyHandle};
use tracing::{error, info};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().without_time().init();
    match env::args().nth(1) {
        Some(file) => serve(Path::new(&file)).await,
        None => show().await,
    }
}

async fn serve(file: &Path) -> Result<(), Box<dyn Error>> {
    let (cors, handle) = CorsLayer::reloadable(read(file)?);
    let app = Router::new().route("/", get(async || "the items")).layer(cors);
    let (_watcher, mut changes) = watch(file)?;
    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    info!("listening on http://{}", listener.local_addr()?);
    let file = file.to_owned();
    tokio::spawn(async move {
        while changes.recv().await.is_some() {
            reload(&file, &handle);
        }
    });
    Ok(axum::serve(listener, app).await?)
}

/// Demonstrates what a bad and a good version of the file do to a running application.
async fn show() -> Result<(), Box<dyn Error>> {
    let folder = env::temp_dir().join(format!("tower-cors-reload-{}", process::id()));
    fs::create_dir_all(&folder)?;
    let file = folder.join("cors.toml");
    fs::write(&file, r#"allow_origins = "https://one.example""#)?;

    let (cors, handle) = CorsLayer::reloadable(read(&file)?);
    let app: Router = Router::new().route("/", get(async || "the items")).layer(cors);
    let (_watcher, mut changes) = watch(&file)?;
    let mut allowed = vec![allowed_origins(&app).await?];
    for (text, is_good) in [
        (r#"allow_origins = "https://two.example/""#, false),
        (r#"allow_origins = "https://two.example""#, true),
    ] {
        // A rename is atomic, so nobody reads a half-written file.
        fs::write(folder.join("cors.toml.new"), text)?;
        fs::rename(folder.join("cors.toml.new"), &file)?;
        // A change may be reported more than once, and a report may belong to an earlier change.
        while changes.recv().await.is_some() {
            if fs::read_to_string(&file)? == text && reload(&file, &handle) == is_good {
                break;
            }
        }
        allowed.push(allowed_origins(&app).await?);
    }
    fs::remove_dir_all(&folder)?;
    println!("allowed at first: {}", allowed[0]);
    println!("after a version that does not build: {}", allowed[1]);
    println!("after one that does: {}", allowed[2]);
    Ok(())
}

fn read(file: &Path) -> Result<Policy, Box<dyn Error>> {
    let config: CorsConfig = Config::builder()
        .add_source(File::from(file).format(FileFormat::Toml))
        .build()?
        .try_deserialize()?;
    Ok(Policy::try_from(config)?)
}

/// Applies the policy of the file, and returns whether it builds.
fn reload(file: &Path, handle: &PolicyHandle) -> bool {
    match read(file) {
        Ok(policy) => {
            info!("a new policy is applied:\n{policy}");
            handle.set(policy);
            true
        }
        Err(mistakes) => {
            error!("the last good policy stays, because the new one does not build: {mistakes}");
            false
        }
    }
}

/// Watches the folder, because many editors replace a file instead of writing to it.
fn watch(file: &Path) -> Result<(RecommendedWatcher, mpsc::Receiver<()>), Box<dyn Error>> {
    let file = file.canonicalize()?;
    let folder = file.parent().map(PathBuf::from).ok_or("the file is in no folder")?;
    let (sender, receiver) = mpsc::channel(1);
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        match event {
            Ok(event) if event.kind.is_access() => {}
            Ok(event) if event.paths.iter().any(|path| path.ends_with(&file)) => {
                // If the channel is full, a reload is already pending.
                let _ = sender.try_send(());
            }
            Ok(_) => {}
            Err(error) => error!("changes of the file may be missed: {error}"),
        }
    })?;
    watcher.watch(&folder, RecursiveMode::NonRecursive)?;
    Ok((watcher, receiver))
}

async fn allowed_origins(app: &Router) -> Result<String, Box<dyn Error>> {
    let mut allowed = Vec::new();
    for origin in ["https://one.example", "https://two.example"] {
        let request = Request::get("/").header("origin", origin).body(String::new())?;
        let response = app.clone().oneshot(request).await?;
        if response.headers().contains_key("access-control-allow-origin") {
            allowed.push(origin);
        }
    }
    Ok(allowed.join(", "))
}
