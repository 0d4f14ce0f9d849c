#![doc = include_str!("../docs/crate.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod builder;
mod compile;
mod config;
mod service;
mod policy;
mod response;
mod origin;
mod fetch;
mod meant;
mod escaped;
mod trace;
#[cfg(feature = "test-util")]
#[cfg_attr(docsrs, doc(cfg(feature = "test-util")))]
pub mod browser;
pub mod guide;

pub use builder::{CorsLayerBuilder, NameText, NameTexts, OriginText, OriginTexts, Synchronous};
pub use config::{
    ClosureOption, ConfigError, ConfigErrors, ConfigOption, ConfigWarning, CorsConfig, Danger,
    Refuse, UnknownDanger, UnknownRefuse,
};
pub use origin::{
    InvalidLabelPattern, InvalidOriginPattern, LabelPattern, Origin, OriginDifference, OriginFault,
    OriginPattern, OriginSet,
};
pub use policy::{Decision, Hint, Outcome, Policy, Refusal, RequestHead, RequestKind};
pub use response::ResponseHeaders;
pub use service::{
    AnySource, AsyncPolicy, AsyncPredicate, AsyncResponseFuture, Cors, CorsLayer, EmptyBody,
    FirstMatch, PolicySource, ResponseFuture, Select,
};
#[cfg(feature = "reload")]
#[cfg_attr(docsrs, doc(cfg(feature = "reload")))]
pub use service::{PolicyHandle, Reloadable};
