//! The headers of responses.

mod headers;
mod vary;
pub(crate) mod lasting;

pub use headers::ResponseHeaders;
pub(crate) use headers::{CORS_REFUSAL, Exposed, ResponseRules, Responses, Timing};
pub(crate) use vary::Vary;
