//! The headers that the tables share.

use super::actor::Actor;

pub(crate) type Header<'a> = (&'a str, &'a str);

pub(crate) const REQUEST_METHOD: &str = "access-control-request-method";
pub(crate) const REQUEST_HEADERS: &str = "access-control-request-headers";

pub(crate) const COOKIE: Header<'_> = ("cookie", "a=b");
pub(crate) const SAME_ORIGIN: Header<'_> = ("sec-fetch-site", "same-origin");
pub(crate) const PRIVATE_NETWORK: Header<'_> = ("access-control-request-private-network", "true");

pub(crate) const ALLOW_ORIGIN: Header<'_> = (ALLOW_ANY.0, Actor::AllowedOrigin.origin());
pub(crate) const ALLOW_PARTNER: Header<'_> = (ALLOW_ANY.0, Actor::Partner.origin());
pub(crate) const ALLOW_ANY: Header<'_> = ("access-control-allow-origin", "*");
pub(crate) const CREDENTIALS: Header<'_> = ("access-control-allow-credentials", "true");
pub(crate) const ALLOW_PUT: Header<'_> = ("access-control-allow-methods", "PUT");

pub(crate) const VARY: Header<'_> = ("vary", "origin");
pub(crate) const PREFLIGHT_VARY: Header<'_> =
    ("vary", "origin, access-control-request-method, access-control-request-headers");
/// For policies that allow any origin.
pub(crate) const STATIC_PREFLIGHT_VARY: Header<'_> =
    ("vary", "access-control-request-method, access-control-request-headers");
/// For requests that can be refused.
pub(crate) const REFUSAL_VARY: Header<'_> = ("vary", "origin, sec-fetch-site");
/// For `OPTIONS` requests that can be refused.
pub(crate) const OPTIONS_REFUSAL_VARY: Header<'_> = (
    "vary",
    "origin, access-control-request-method, access-control-request-headers, sec-fetch-site",
);
