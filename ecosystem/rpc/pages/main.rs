//! Runs clients from npm in pages in Chromium, against servers with the presets `mcp` and `grpc_web`. One page is of an
//! allowed origin, and one is of a foreign origin.
//!
//! `cargo run -p ecosystem-rpc --bin pages` needs the network, and Debian's packages `chromium`, `chromium-driver`,
//! `nodejs` and `npm`. If a program is missing, it says so, and leaves the pages out.

mod bundle;
#[expect(dead_code, reason = "the pages need other origins and ports")]
#[path = "../../../examples/grpc_web.rs"]
mod grpc_web;
#[expect(dead_code, reason = "the pages need other origins and ports")]
#[path = "../../../examples/mcp.rs"]
mod mcp;

use std::{error::Error, process::ExitCode};

use axum::{Router, response::Html, routing::get};
use chromium::{Chromium, is_installed};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tonic::{service::Routes, transport::server::TcpIncoming};
use tower_cors::CorsLayer;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<bool, Box<dyn Error>> {
    for program in ["node", "npm", "chromium", "chromedriver"] {
        if !is_installed(program) {
            println!("left out, because {program} is not installed");
            return Ok(true);
        }
    }
    let folder = tempfile::tempdir()?;
    let port = serve_pages(bundle::script(folder.path()).await?).await?;
    let allowed = format!("http://localhost:{port}");
    let foreign = format!("http://127.0.0.1:{port}");
    let trials = trials(&serve_mcp(&allowed).await?, &serve_grpc_web(&allowed)?);

    let Some(chromium) = Chromium::start().await? else { return Ok(true) };
    let mut is_good = true;
    for page in [&allowed, &foreign] {
        chromium.open(page).await?;
        for Trial { function, url, readable, refused } in &trials {
            let expected = if *page == allowed { readable } else { &json!({ "error": refused }) };
            let call = "return pages[arguments[0]](arguments[1]).catch((error) => ({ error: String(error) }));";
            let found = chromium.run(call, vec![json!(function), json!(url)]).await?;
            let verdict = if found == *expected { "as expected" } else { "NOT as expected" };
            println!("{page} {function}: {found}: {verdict}");
            is_good &= found == *expected;
        }
    }
    Ok(is_good)
}

/// A function of `main.js`, and what it finds.
struct Trial {
    function: &'static str,
    /// The server's.
    url: String,
    /// What it returns in the allowed page.
    readable: Value,
    /// Its error in the foreign page.
    refused: &'static str,
}

fn trials(mcp: &str, grpc_web: &str) -> [Trial; 4] {
    let health = json!({ "status": 1, "first": 1, "code": 5, "message": "service not registered" });
    let mut binary = health.clone();
    binary["first"] = Value::Null;
    [
        Trial {
            function: "withSession",
            url: mcp.to_owned(),
            readable: json!({
                "hasSession": true,
                "isTerminated": true,
                "last": "1/1",
                "sum": "5",
                "tools": ["add"],
            }),
            refused: "TypeError: Failed to fetch",
        },
        Trial {
            function: "withoutSession",
            url: mcp.to_owned(),
            readable: json!({ "hasSession": false, "sum": "5", "tools": ["add"] }),
            refused: "SdkError: Version negotiation failed: the server did not offer pinned protocol version 2026-07-28 \
                      via server/discover (no fallback in pin mode)",
        },
        Trial {
            function: "withConnectWeb",
            url: grpc_web.to_owned(),
            readable: health.clone(),
            refused: "ConnectError: [unknown] Failed to fetch",
        },
        Trial {
            function: "withGrpcWeb",
            url: grpc_web.to_owned(),
            readable: json!({ "binary": binary, "text": health }),
            refused: "RpcError(UNKNOWN): Http response at 400 or 500 level, http status code: 0",
        },
    ]
}

/// Serves a page with this script, and returns the port.
async fn serve_pages(script: String) -> Result<u16, Box<dyn Error>> {
    let page = Html("<!doctype html><meta charset=utf-8><script src=pages.js></script>");
    let app = Router::new().route("/", get(page)).route("/pages.js", get(script));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    tokio::spawn(async { axum::serve(listener, app).await });
    Ok(port)
}

async fn serve_mcp(origin: &str) -> Result<String, Box<dyn Error>> {
    let cors = CorsLayer::builder().mcp().allow_origin(origin).no_own_origins().build()?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/mcp", listener.local_addr()?);
    tokio::spawn(async { axum::serve(listener, mcp::routes().layer(cors)).await });
    Ok(url)
}

fn serve_grpc_web(origin: &str) -> Result<String, Box<dyn Error>> {
    let cors = grpc_web::cors(origin)?;
    let incoming = TcpIncoming::bind("127.0.0.1:0".parse()?)?;
    let url = format!("http://{}", incoming.local_addr()?);
    tokio::spawn(async {
        let (_reporter, health) = tonic_health::server::health_reporter();
        grpc_web::serve(cors, Routes::new(health), incoming).await
    });
    Ok(url)
}
