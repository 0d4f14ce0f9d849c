//! A shared cache that compares requests as [RFC 9111](https://www.rfc-editor.org/rfc/rfc9111#section-4.1) says, and that
//! keeps everything.

use axum::{Router, response::Response};
use http::{HeaderMap, header::VARY};
use tower::ServiceExt;

use super::{Seen, Who, request};

pub(crate) struct Cache {
    app: Router,
    stored: Vec<Stored>,
    pub(crate) hits: usize,
}

struct Stored {
    path: String,
    request: HeaderMap,
    response: Response<()>,
}

impl Cache {
    pub(crate) fn new(app: Router) -> Self {
        Self { app, stored: Vec::new(), hits: 0 }
    }

    pub(crate) async fn get(&mut self, path: &str, who: Who) -> Seen {
        let headers = request(path, who).headers().clone();
        let mut stored = self.stored.iter();
        if let Some(stored) = stored.find(|stored| stored.path == path && stored.is_for(&headers)) {
            self.hits += 1;
            return Seen::of(&stored.response);
        }
        let response = respond(&self.app, path, who).await;
        let seen = Seen::of(&response);
        self.stored.push(Stored { path: path.to_owned(), request: headers, response });
        seen
    }
}

impl Stored {
    fn is_for(&self, request: &HeaderMap) -> bool {
        let lines = self.response.headers().get_all(VARY).iter();
        let mut names = lines.flat_map(|line| line.to_str().unwrap().split(',')).map(str::trim);
        names.all(|name| {
            let [stored, asked] = [&self.request, request].map(|headers| headers.get_all(name));
            stored == asked
        })
    }
}

/// What is seen without a cache.
pub(crate) async fn fetch(app: &Router, path: &str, who: Who) -> Seen {
    Seen::of(&respond(app, path, who).await)
}

async fn respond(app: &Router, path: &str, who: Who) -> Response<()> {
    app.clone().oneshot(request(path, who)).await.unwrap().map(drop)
}
