//! The method that a preflight announces.

use super::{
    failure::Failure,
    request::{FieldLines, MAX_METHOD},
};
use crate::fetch;

#[derive(Clone)]
pub(crate) enum AllowedMethods {
    Any,
    /// Sorted, and without safelisted methods.
    Listed(Box<[String]>),
}

impl AllowedMethods {
    /// The [method check](https://fetch.spec.whatwg.org/#cors-preflight-fetch) of a preflight. Methods
    /// are compared byte for byte.
    #[inline]
    pub(super) fn check<'a>(&self, method: FieldLines<'a>) -> Result<(), Failure<'a>> {
        let is_allowed = match method {
            FieldLines::One(value) if value.len() <= MAX_METHOD => self.allow(value.as_bytes()),
            _ => false,
        };
        if is_allowed { Ok(()) } else { Err(Failure::Method(method)) }
    }

    #[inline]
    pub(super) fn allow(&self, method: &[u8]) -> bool {
        match self {
            Self::Any => is_sendable(method),
            // The configuration lists only methods that scripts can send.
            Self::Listed(methods) => {
                methods.iter().any(|listed| listed.as_bytes() == method)
                    || fetch::is_safelisted_method(method)
            }
        }
    }
}

/// Returns `true` if scripts can send a request with this method.
pub(super) fn is_sendable(method: &[u8]) -> bool {
    fetch::is_token(method) && !fetch::is_forbidden_method(method)
}
