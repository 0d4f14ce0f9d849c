//! Constructors of `tower_http`'s layer that this one does not have. They are here for the compiler's message, which says
//! what to write instead: no call of them compiles.

use crate::service::CorsLayer;

/// A layer that can be made without a configuration. There is none.
#[diagnostic::on_unimplemented(
    message = "`CorsLayer` has no such constructor, which `tower_http`'s layer has",
    label = "write `CorsLayer::builder()`, list what you allow, and call `build()`",
    note = "for data that anyone may read, there is `CorsLayer::public()`",
    note = "`guide::migration` has what to write for each item of `tower_http::cors`"
)]
#[expect(unnameable_types, reason = "nothing implements it")]
pub trait Unconfigured: Sized {
    fn make() -> Self;
}

impl<P> CorsLayer<P> {
    #[doc(hidden)]
    pub fn permissive() -> Self
    where
        Self: Unconfigured,
    {
        Self::make()
    }

    #[doc(hidden)]
    pub fn very_permissive() -> Self
    where
        Self: Unconfigured,
    {
        Self::make()
    }

    #[doc(hidden)]
    #[expect(clippy::should_implement_trait, reason = "it only makes a message")]
    pub fn default() -> Self
    where
        Self: Unconfigured,
    {
        Self::make()
    }
}
