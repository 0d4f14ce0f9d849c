//! The body of the layer's own responses.

/// A body that can be empty, as in the response to a preflight. Every body that implements [`Default`] is one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no empty value, which the layer sends in response to preflights",
    label = "the body of this service's responses does not implement `Default`",
    note = "in a `ServiceBuilder`, put a layer such as `TraceLayer` outside, before `.layer(cors)`, or convert its \
            body: `.layer(cors).map_response(|response: Response<_>| response.map(Body::new))`"
)]
pub trait EmptyBody {
    /// Returns the empty body.
    fn empty() -> Self;
}

#[diagnostic::do_not_recommend]
impl<B: Default> EmptyBody for B {
    fn empty() -> Self {
        Self::default()
    }
}
