//! The messages about a text that is no origin pattern.

use tower_cors::{CorsLayer, OriginPattern};

pub(crate) fn suggestion(text: &str) -> Option<String> {
    text.parse::<OriginPattern>().unwrap_err().suggestion().map(str::to_owned)
}

/// The message about an origin, without the option.
pub(crate) fn message(text: &str) -> String {
    let mistakes = CorsLayer::builder().allow_origin(text).build().unwrap_err().to_string();
    mistakes.strip_prefix("allow_origins: ").unwrap().to_owned()
}
