//! The compiled form of a configuration, which a policy reads for each request.

use std::{panic::RefUnwindSafe, time::Duration};

use http::{HeaderValue, Response};

use super::{
    closures::Hook, methods::AllowedMethods, origins::AllowedOrigins,
    request_headers::AllowedHeaders,
};
use crate::{
    config::{ConfigWarning, Danger, Refuse},
    origin::OriginSet,
    response::Responses,
    trace,
};

#[derive(Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option by itself")]
pub(crate) struct Rules {
    pub(crate) origins: AllowedOrigins,
    pub(crate) credentials: bool,
    pub(crate) methods: AllowedMethods,
    pub(crate) headers: AllowedHeaders,
    pub(crate) private_network: bool,
    pub(crate) responses: Responses,
    pub(crate) max_age: Option<Duration>,
    pub(crate) echo_beside_wildcard: bool,
    /// The response to an allowed preflight, without the values that depend on the request.
    pub(crate) allowed_preflight: Response<()>,
    /// The `Vary` of the response to a refused preflight.
    pub(crate) preflight_vary: Option<HeaderValue>,
    pub(crate) forward_preflights: bool,
    /// Boxed, because few policies refuse.
    pub(crate) refusing: Option<Box<Refusing>>,
    /// Boxed, because few policies list any. `None` if the set is empty.
    pub(crate) own_origins: Option<Box<OriginSet>>,
    /// `true` if the configuration states that there are none, which silences a warning.
    pub(crate) no_own_origins: bool,
    pub(crate) report_only: bool,
    pub(crate) diagnose: bool,
    /// From here to `is_observed`: only for the layer.
    pub(crate) methods_of_route: bool,
    /// Remembers that a warning about a route without `Allow` was sent.
    pub(crate) reported_no_allow: trace::Once,
    pub(crate) attach_outcome: bool,
    pub(crate) hook: Option<Hook>,
    /// The value of [`needs_observation`](Self::needs_observation).
    pub(crate) is_observed: bool,
    pub(crate) dangers: Vec<Danger>,
    pub(crate) warnings: Vec<ConfigWarning>,
}

/// For policies that [refuse requests](crate::CorsLayerBuilder::refuse_disallowed_origins).
#[derive(Clone)]
pub(crate) struct Refusing {
    pub(crate) refuse: Refuse,
    /// For responses that also vary by `Sec-Fetch-Site`: those to the server's own pages, and those to refused
    /// requests.
    pub(crate) responses: Responses,
}

impl Rules {
    /// Returns `true` if the layer does more than carry out a decision: it reports the decision, or the inner
    /// service's response can change it.
    pub(crate) fn needs_observation(&self) -> bool {
        self.shows_reasons()
            || self.attach_outcome
            || self.methods_of_route
            || self.hook.is_some()
            || (self.forward_preflights && cfg!(feature = "tracing"))
    }

    /// Returns `true` if the decision depends on the reason: responses show it, or the decision is only
    /// reported.
    pub(crate) fn shows_reasons(&self) -> bool {
        self.diagnose || self.report_only
    }
}

/// Only the extensions of the prepared responses are not unwind-safe, and they are empty.
impl RefUnwindSafe for Rules {}
