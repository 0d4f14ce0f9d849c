#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod builder;
mod config;
mod danger;
mod error;
mod fetch;
mod future;
pub mod guide;
mod layer;
mod origin;
mod policy;
mod presets;
mod service;
mod warning;

pub use builder::CorsLayerBuilder;
pub use config::CorsConfig;
pub use danger::{Danger, UnknownDanger};
pub use error::{ConfigError, ConfigErrors, ConfigOption};
pub use future::ResponseFuture;
pub use layer::CorsLayer;
pub use origin::{InvalidOriginPattern, Origin, OriginFault, OriginPattern, OriginSet};
pub use policy::{Decision, Outcome, Policy, Refusal, RequestHead, RequestKind, ResponseHeaders};
pub use service::Cors;
pub use warning::ConfigWarning;
