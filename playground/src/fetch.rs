//! What a script fetches.

use axum::http::Request;
use serde::{Deserialize, Serialize};
use tower_cors::browser::Credentials;

use crate::servers::Addresses;

/// What is typed of a request.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Fetch {
    pub(crate) page: PageName,
    path: String,
    method: String,
    headers: Vec<(String, String)>,
    pub(crate) credentials: Mode,
    body: Option<String>,
    pub(crate) upload_listener: bool,
}

/// The page that fetches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum PageName {
    App,
    Other,
    Address,
    /// A sandboxed frame.
    Null,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Mode {
    Omit,
    SameOrigin,
    Include,
}

impl Fetch {
    /// The error says why there is no such request.
    pub(crate) fn request(&self, api: &str) -> Result<Request<String>, String> {
        if !self.path.starts_with('/') {
            return Err(String::from("begin the path with /"));
        }
        let has_body = self.body.as_ref().is_some_and(|body| !body.is_empty());
        // `XMLHttpRequest` leaves the body out instead.
        let takes_none =
            ["GET", "HEAD"].iter().any(|method| self.method.eq_ignore_ascii_case(method));
        if has_body && takes_none && !self.upload_listener {
            return Err(format!("a script cannot send a body with {}", self.method));
        }
        let mut request =
            Request::builder().method(self.method.as_str()).uri(format!("{api}{}", self.path));
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        request.body(self.body.clone().unwrap_or_default()).map_err(|error| error.to_string())
    }
}

impl PageName {
    pub(crate) fn address(self, addresses: &Addresses) -> &str {
        match self {
            Self::App => &addresses.app,
            Self::Other => &addresses.other,
            Self::Address => &addresses.address,
            Self::Null => "null",
        }
    }
}

impl From<Mode> for Credentials {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Omit => Self::Omit,
            Mode::SameOrigin => Self::SameOrigin,
            Mode::Include => Self::Include,
        }
    }
}
