//! A builder is no layer. The bound of this implementation never holds, so that the compiler says what is missing.

use tower_layer::Layer;

use super::options::CorsLayerBuilder;

/// A builder that needs no `build()`. There is none.
#[diagnostic::on_unimplemented(
    message = "a builder of a CORS layer is not yet a layer",
    label = "call `build()?` on the builder, which checks the configuration"
)]
#[expect(unnameable_types, reason = "nothing implements it")]
pub trait Built: Sized {
    fn never<T>(&self) -> T;
}

#[doc(hidden)]
impl<S, Q> Layer<S> for CorsLayerBuilder<Q>
where
    Self: Built,
{
    type Service = S;

    fn layer(&self, _: S) -> S {
        self.never()
    }
}
