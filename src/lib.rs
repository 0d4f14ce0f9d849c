#![doc = include_str!("../README.md")]
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
