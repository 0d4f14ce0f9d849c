//! The `SameSite` attribute.

/// The `SameSite` attribute of a cookie.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SameSite {
    /// The cookie has no known value of `SameSite`. For fetches, this is the same as `Lax`.
    #[default]
    Unset,
    /// Fetches from other sites do not have the cookie.
    Lax,
    /// Fetches from other sites do not have the cookie.
    Strict,
    /// Fetches from other sites have the cookie, which must be `Secure`.
    None,
}

impl SameSite {
    pub(super) fn parse(value: &[u8]) -> Self {
        match &value.to_ascii_lowercase()[..] {
            b"none" => Self::None,
            b"lax" => Self::Lax,
            b"strict" => Self::Strict,
            _ => Self::Unset,
        }
    }
}
