//! The layer, its service and futures, and the sources of policies.

mod layer;
mod cors;
mod action;
mod body;
mod follow_up;
mod report;
mod route;
mod select;
mod first_match;
#[cfg(feature = "reload")]
mod reload;
mod asynchronous;

pub use action::PolicySource;
pub use asynchronous::{AsyncPolicy, AsyncPredicate, AsyncResponseFuture};
pub use body::EmptyBody;
pub use cors::{Cors, ResponseFuture};
pub use first_match::FirstMatch;
pub use layer::CorsLayer;
#[cfg(feature = "reload")]
pub use reload::{PolicyHandle, Reloadable};
pub use select::{AnySource, Select};
