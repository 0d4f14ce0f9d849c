#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod asynchronous;
#[cfg(feature = "test-util")]
#[cfg_attr(docsrs, doc(cfg(feature = "test-util")))]
pub mod browser;
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
#[cfg(feature = "reload")]
mod reload;
mod service;
mod source;
mod trace;
mod warning;

pub use asynchronous::{AsyncPolicy, AsyncPredicate, AsyncResponseFuture};
pub use builder::CorsLayerBuilder;
pub use config::CorsConfig;
pub use danger::{Danger, UnknownDanger};
pub use error::{ConfigError, ConfigErrors, ConfigOption};
pub use future::ResponseFuture;
pub use layer::CorsLayer;
pub use origin::{InvalidOriginPattern, Origin, OriginFault, OriginPattern, OriginSet};
pub use policy::{
    Decision, Outcome, Policy, Refusal, Refuse, RequestHead, RequestKind, ResponseHeaders,
    UnknownRefuse,
};
#[cfg(feature = "reload")]
#[cfg_attr(docsrs, doc(cfg(feature = "reload")))]
pub use reload::{PolicyHandle, Reloadable};
pub use service::Cors;
pub use source::{FirstMatch, PolicySource, Select};
pub use warning::ConfigWarning;
