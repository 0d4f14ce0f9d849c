//! The headers of responses, and the layer's own responses.

mod headers;
mod rules;
mod vary;
mod foreign;
mod answer;
pub(crate) mod lasting;

pub(crate) use answer::{refused, respond};
pub(crate) use headers::CORS_REFUSAL;
pub use headers::ResponseHeaders;
pub(crate) use rules::{Exposed, ResponseRules, Timing};
pub(crate) use vary::Vary;
