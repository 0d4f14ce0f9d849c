//! The cookies of a browser, as [RFC 6265bis](https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis)
//! stores them and sends them with fetches.

mod date;
mod jar;
mod line;
mod refusal;
mod same_site;

pub(super) use date::parse as parse_date;
pub(super) use jar::{Access, CookieJar};
pub use refusal::{CookieRefusal, CookieRefusalReason};
pub use same_site::SameSite;
