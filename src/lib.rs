//! CORS middleware for [Tower](https://docs.rs/tower), and so for axum, hyper and tonic.
//!
//! A [`CorsLayer`] checks the origin of each request against a list, answers preflights, and puts the
//! headers of the [CORS protocol](https://fetch.spec.whatwg.org/#http-cors-protocol) on every other
//! response. A configuration that could not work, or that opens a hole, does not build; the error says
//! what to write instead. The decision itself is a pure function, [`Policy::decide`], with its reasons
//! in [`Policy::explain`].

#![cfg_attr(docsrs, feature(doc_cfg))]

mod builder;
mod config;
mod error;
mod fetch;
mod future;
mod layer;
mod origin;
mod policy;
mod service;

pub use builder::CorsLayerBuilder;
pub use config::Danger;
pub use error::{ConfigError, ConfigErrors, ConfigOption};
pub use future::ResponseFuture;
pub use layer::CorsLayer;
pub use origin::{InvalidOriginPattern, Origin, OriginFault, OriginPattern, OriginSet};
pub use policy::{Decision, Outcome, Policy, Refusal, RequestHead, RequestKind, ResponseHeaders};
pub use service::Cors;
