//! The method that a preflight announces.

use http::Method;

use super::{reasons::Reasons, refusal::Refusal, request::FieldLines};
use crate::fetch;

/// In bytes. No method in use is nearly as long. A longer one is refused without reading it, and is never
/// sent back.
pub(crate) const MAX_METHOD: usize = 64;

#[derive(Clone)]
pub(crate) enum AllowedMethods {
    Any,
    Listed(Vec<Method>),
}

impl AllowedMethods {
    /// The [method check](https://fetch.spec.whatwg.org/#cors-preflight-fetch) of a preflight. Methods
    /// are compared byte for byte.
    #[inline]
    pub(super) fn allow(&self, method: &FieldLines<'_>, reasons: &mut impl Reasons) -> bool {
        let FieldLines::One(value) = method else {
            reasons.record(|| Refusal::SeveralMethods);
            return false;
        };
        let method = value.as_bytes();
        if method.len() > MAX_METHOD {
            reasons.record(|| Refusal::MethodTooLong((*value).clone()));
            return false;
        }
        let is_sendable = || fetch::is_token(method) && !fetch::is_forbidden_method(method);
        let allowed = match self {
            Self::Any => is_sendable(),
            // The configuration lists only methods that scripts can send.
            Self::Listed(methods) => {
                methods.iter().any(|listed| listed.as_str().as_bytes() == method)
                    || fetch::is_safelisted_method(method)
            }
        };
        if !allowed {
            reasons.record(|| {
                if is_sendable() {
                    Refusal::MethodNotAllowed((*value).clone())
                } else {
                    Refusal::ImpossibleMethod((*value).clone())
                }
            });
        }
        allowed
    }
}
