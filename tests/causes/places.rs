//! The hosts of a cause. They are others in each run, so texts have placeholders for them.

use super::{Api, Cause, Page, Target};

/// What the placeholders stand for.
pub(crate) struct Places(Vec<(&'static str, String)>);

impl Places {
    /// Takes the origin of the page, those of the servers, and the path of each hop.
    pub(crate) fn new(
        cause: &Cause,
        page: &str,
        origin: impl Fn(Target) -> String,
        path: impl Fn(usize) -> String,
    ) -> Self {
        let urls = cause.hops.iter().enumerate();
        let mut urls = urls.map(|(number, hop)| format!("{}{}", origin(hop.at), path(number)));
        let mut url = urls.next().unwrap_or_default();
        if cause.api == Api::WebSocket {
            url = url.replacen("http", "ws", 1);
        }
        let mut places = Vec::new();
        if let Some(next) = urls.next() {
            places.push(("{next-with-user}", next.replacen("://", "://user:word@", 1)));
            places.push(("{next}", next));
        }
        places.push(("{url}", url));
        // `null` is the same in each run.
        if cause.page != Page::Sandboxed {
            places.push(("{page}", page.to_owned()));
        }
        Self(places)
    }

    /// The places of the documentation.
    pub(crate) fn example(cause: &Cause) -> Self {
        let origin = |target| {
            String::from(match target {
                Target::Api | Target::SecureApi | Target::Closed => "https://api.example.com",
                Target::InsecureApi => "http://api.example.com",
                Target::ApiWithUser => "https://user:word@api.example.com",
                Target::Files => "https://files.example.net",
                Target::Own => "https://app.example.com",
            })
        };
        let path = |number| String::from(if number == 0 { "/items" } else { "/moved" });
        Self::new(cause, Self::example_page(cause), origin, path)
    }

    /// The origin of the page in the documentation.
    pub(crate) fn example_page(cause: &Cause) -> &'static str {
        if cause.page == Page::Sandboxed { "null" } else { "https://app.example.com" }
    }

    pub(crate) fn url(&self) -> String {
        self.fill("{url}")
    }

    /// Puts the places in, instead of the placeholders.
    pub(crate) fn fill(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (name, place)| text.replace(name, place))
    }

    /// Puts the placeholders in, instead of the places.
    pub(crate) fn generalize(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (name, place)| text.replace(place, name))
    }
}
