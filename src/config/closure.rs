use std::fmt;

use super::option::ConfigOption;

/// An option of the builder that takes a closure. Its text is the name of the builder's method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ClosureOption {
    /// [`allow_origin_if`](crate::CorsLayerBuilder::allow_origin_if).
    AllowOriginIf,
    /// [`allow_origin_if_async`](crate::CorsLayerBuilder::allow_origin_if_async).
    AllowOriginIfAsync,
    /// [`on_decision`](crate::CorsLayerBuilder::on_decision).
    OnDecision,
}

impl ClosureOption {
    /// The option under which its mistakes are listed.
    pub(super) fn option(self) -> ConfigOption {
        match self {
            Self::AllowOriginIf | Self::AllowOriginIfAsync => ConfigOption::AllowOrigins,
            Self::OnDecision => ConfigOption::OnDecision,
        }
    }

    /// Returns whether the closure decides about origins.
    pub(crate) fn is_predicate(self) -> bool {
        matches!(self, Self::AllowOriginIf | Self::AllowOriginIfAsync)
    }
}

impl fmt::Display for ClosureOption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AllowOriginIf => "allow_origin_if",
            Self::AllowOriginIfAsync => "allow_origin_if_async",
            Self::OnDecision => "on_decision",
        })
    }
}
