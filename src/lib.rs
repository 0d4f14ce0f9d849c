#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "test-util")]
#[cfg_attr(docsrs, doc(cfg(feature = "test-util")))]
pub mod browser;
mod builder;
mod config;
mod danger;
mod error;
mod fetch;
pub mod guide;
mod origin;
mod policy;
mod presets;
mod service;
mod trace;
mod warning;

pub use builder::CorsLayerBuilder;
pub use config::CorsConfig;
pub use danger::{Danger, UnknownDanger};
pub use error::{ConfigError, ConfigErrors, ConfigOption};
pub use origin::{InvalidOriginPattern, Origin, OriginFault, OriginPattern, OriginSet};
pub use policy::{
    Decision, Outcome, Policy, Refusal, Refuse, RequestHead, RequestKind, ResponseHeaders,
    UnknownRefuse,
};
pub use service::{
    AsyncPolicy, AsyncPredicate, AsyncResponseFuture, Cors, CorsLayer, FirstMatch, PolicySource,
    ResponseFuture, Select,
};
#[cfg(feature = "reload")]
#[cfg_attr(docsrs, doc(cfg(feature = "reload")))]
pub use service::{PolicyHandle, Reloadable};
pub use warning::ConfigWarning;
