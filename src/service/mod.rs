//! The layer, its service and futures, and the sources of policies.

mod layer;
mod cors;
mod act;
mod action;
mod future;
mod follow_up;
mod report;
mod route;
mod source;
mod select;
mod first_match;
#[cfg(feature = "reload")]
mod reload;
mod asynchronous;

pub use asynchronous::{AsyncPolicy, AsyncPredicate, AsyncResponseFuture};
pub use cors::Cors;
pub use first_match::FirstMatch;
pub use future::ResponseFuture;
pub use layer::CorsLayer;
#[cfg(feature = "reload")]
pub use reload::{PolicyHandle, Reloadable};
pub use select::Select;
pub use source::PolicySource;
