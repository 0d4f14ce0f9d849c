//! The engine: decides whether a request is allowed, without services or futures.

mod engine;
mod explain;
mod request;
mod origins;
mod methods;
mod request_headers;
mod preflight;
mod refusing;
mod diagnosis;
mod decision;
mod failure;
mod refusal;
mod hint;
mod outcome;
mod near_miss;
mod rules;
mod closures;

pub(crate) use closures::{Closures, Hook, Predicate};
pub use decision::Decision;
pub use engine::Policy;
pub use hint::Hint;
pub(crate) use methods::AllowedMethods;
pub(crate) use origins::{AllowedOrigins, Listed, OriginCheck};
pub use outcome::Outcome;
pub use refusal::Refusal;
pub(crate) use request::{MAX_METHOD, OwnedHead};
pub use request::{RequestHead, RequestKind};
pub(crate) use request_headers::AllowedHeaders;
pub(crate) use rules::{Refusing, Rules};
