//! The stack of `examples/stack.rs` over sockets.

mod misplaced;
mod placed;
mod sessions;

#[path = "../../../../examples/stack.rs"]
#[expect(dead_code, reason = "`main` is for those who run the example")]
mod example;

use std::{
    fs::{self, File},
    future::pending,
    time::{Duration, SystemTime},
};

use axum::{Router, routing::get};
use ecosystem_http::serve;
use example::{Limits, cors, routes, stack};
use http::{Request, request::Builder};
use tempfile::TempDir;

/// A server of the example's routes, and of some that fail.
struct Server {
    url: String,
    // Deleted with the server.
    _files: TempDir,
}

impl Server {
    async fn start(limits: &Limits) -> Self {
        Self::with(|routes| stack(routes, cors().unwrap(), limits).unwrap()).await
    }

    async fn with(layers: impl FnOnce(Router) -> Router) -> Self {
        let files = TempDir::new().unwrap();
        let path = files.path().join("digits.txt");
        fs::write(&path, "0123456789").unwrap();
        File::options()
            .write(true)
            .open(path)
            .unwrap()
            .set_modified(SystemTime::UNIX_EPOCH)
            .unwrap();
        let routes = routes(files.path())
            .route("/long", get(async || LONG))
            .route("/panic", get(async || -> &'static str { panic!("a panic of the test") }))
            .route("/slow", get(pending::<&'static str>));
        Self { url: serve(layers(routes)).await, _files: files }
    }

    fn request(&self, method: &str, path: &str) -> Builder {
        Request::builder().method(method).uri(format!("{}{path}", self.url))
    }
}

/// Limits that no test reaches.
const AMPLE: Limits = Limits {
    body: 1024,
    burst: 1000,
    period: Duration::from_secs(3600),
    timeout: Duration::from_secs(3600),
};

/// Long enough to be compressed.
const LONG: &str = "A response that is longer than this is worth being compressed.";
