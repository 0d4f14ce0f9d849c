//! What the layer does with requests, mostly as tables of cases.
//!
//! All tables have the same rows (`case.rs`), requests from the same actors (`actor.rs`), and the same inner service
//! (`inner.rs`).

// The tables.
mod actor;
mod case;
mod headers;
mod inner;
mod vocabulary;

// What a policy decides.
mod bounds;
mod decisions;
mod echoes;
mod kinds;
mod options;
mod origins;
mod predicates;
mod reasons;
mod request_headers;

// What a policy refuses, and says of it.
mod diagnosing;
mod hints;
mod own_pages;
mod refusing;
mod refusing_settings;
mod reports;

// How the layer and the inner service work together.
mod asynchronous;
mod inner_headers;
mod routes;
mod service;

// Which policy decides.
mod first_match;
mod first_match_mistakes;
#[cfg(feature = "reload")]
mod reload;
mod select;

// What went wrong elsewhere.
mod threats;
