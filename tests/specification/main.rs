//! What the layer does with requests, mostly as tables of cases.
//!
//! All tables have the same rows (`case.rs`), requests from the same actors (`actor.rs`), and the same inner service
//! (`inner.rs`).

mod actor;
mod case;
mod headers;
mod inner;

mod decisions;
mod kinds;
mod inner_headers;
mod reasons;
mod origins;
mod refusing;
mod refusing_settings;
mod diagnosing;
mod select;
mod first_match;
mod first_match_mistakes;
mod asynchronous;
mod reports;
mod routes;
mod predicates;
mod bounds;
#[cfg(feature = "reload")]
mod reload;
