//! The engine: what a policy says of a request. It knows nothing of services and futures.

mod allowed_origins;
mod compile;
mod decision;
mod read_back;
mod request;
mod request_headers;
mod validate;
mod vary;

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    },
};

use allowed_origins::AllowedOrigins;
pub(crate) use allowed_origins::Predicate;
use decision::Notes;
pub use decision::{Decision, Outcome, Refusal, ResponseHeaders};
use request::{Asks, Line};
pub use request::{RequestHead, RequestKind};
use request_headers::AllowedHeaders;

use crate::{
    builder::CorsLayerBuilder,
    config::CorsConfig,
    danger::Danger,
    error::{ConfigError, ConfigErrors},
    fetch,
    warning::ConfigWarning,
};

/// Of a [draft](https://wicg.github.io/private-network-access/) that browsers have left.
const ALLOW_PRIVATE_NETWORK: HeaderName =
    HeaderName::from_static("access-control-allow-private-network");

/// A validated, compiled and immutable configuration, which says what each request gets.
///
/// It is made by [`CorsLayerBuilder::build_policy`], used by a [`CorsLayer`](crate::CorsLayer), and can
/// be asked without one: its methods are pure, wait for nothing, and panic for no request (but where a
/// predicate does). Cloning it copies one pointer.
///
/// ```
/// use http::Request;
/// use tower_cors::{Decision, Policy};
///
/// let policy = Policy::builder().allow_origin("https://example.com").build_policy()?;
///
/// let request = Request::get("/").header("origin", "https://example.com").body(())?;
/// let Decision::Forward(headers) = policy.decide(&request) else { panic!("this is no preflight") };
/// let mut response = http::Response::new(());
/// headers.apply(response.headers_mut());
/// assert_eq!(response.headers()["access-control-allow-origin"], "https://example.com");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Policy(Arc<Rules>);

struct Rules {
    origins: AllowedOrigins,
    credentials: bool,
    methods: AllowedMethods,
    headers: AllowedHeaders,
    exposed: Exposed,
    timing: bool,
    private_network: bool,
    /// What all responses vary by, and the value that says so.
    varies_by: Vec<HeaderName>,
    vary: Option<HeaderValue>,
    max_age: Option<Duration>,
    preflight_status: StatusCode,
    /// What an allowed preflight gets, but for the values that depend on the request.
    allowed_preflight: HeaderMap,
    /// What every refused one gets, whatever the reason.
    refused_preflight: HeaderMap,
    dangers: BTreeSet<Danger>,
    warnings: Vec<ConfigWarning>,
}

/// What of a configuration is no data.
#[derive(Clone, Debug, Default)]
pub(crate) struct Closures {
    pub(crate) predicate: Option<Predicate>,
}

impl Closures {
    /// The builder's methods that they were given to.
    fn names(&self) -> Vec<&'static str> {
        self.predicate.iter().map(|_| "allow_origin_if").collect()
    }
}

enum Exposed {
    Safelisted,
    Listed(HeaderValue),
    /// All with credentials, where browsers take `*` for a name: those that the response has.
    Carried,
}

enum AllowedMethods {
    Any,
    Listed(Vec<Method>),
}

impl Policy {
    /// Begins a configuration.
    pub fn builder() -> CorsLayerBuilder {
        CorsLayerBuilder::new()
    }

    pub(crate) fn build(
        config: CorsConfig,
        closures: Closures,
        mistakes: Vec<ConfigError>,
    ) -> Result<Self, ConfigErrors> {
        validate::validate(config, closures, mistakes).map(compile::compile)
    }

    pub(crate) fn public() -> Self {
        compile::public()
    }

    /// Decides what happens to a request: a preflight is answered, every other request is forwarded,
    /// and its response then gets the headers.
    pub fn decide<'a>(&self, request: impl Into<RequestHead<'a>>) -> Decision {
        self.decide_noting(request.into(), &mut ())
    }

    /// The same decision in words: what the request is, and why it is not allowed.
    ///
    /// It speaks for the server. Two things only the browser knows: whether it sends credentials, and that
    /// a `*` for any header does not cover `authorization`.
    #[must_use]
    pub fn explain<'a>(&self, request: impl Into<RequestHead<'a>>) -> Outcome {
        let request = request.into();
        let mut refusal = None;
        let _ = self.decide_noting(request, &mut refusal);
        Outcome { kind: RequestKind::of(request), refusal }
    }

    /// Whether a pattern allows the value of an `Origin` header. Only what the configuration lists
    /// counts: a policy that allows any origin lists none, and no predicate is asked.
    #[must_use]
    pub fn allows_origin(&self, origin: &HeaderValue) -> bool {
        match &self.0.origins {
            AllowedOrigins::Listed(listed) => listed.has(origin.as_bytes()),
            AllowedOrigins::Any | AllowedOrigins::Reflected { .. } => false,
        }
    }

    /// What could be better in the configuration that it was built from.
    /// [`ConfigWarning`] lists what there is.
    #[must_use]
    pub fn warnings(&self) -> &[ConfigWarning] {
        &self.0.warnings
    }

    /// Follows the order of the standard's own checks: the
    /// [CORS check](https://fetch.spec.whatwg.org/#cors-check) of the origin first, then, in a
    /// [preflight](https://fetch.spec.whatwg.org/#cors-preflight-fetch), the method and the header names.
    #[inline]
    fn decide_noting(&self, request: RequestHead<'_>, notes: &mut impl Notes) -> Decision {
        let rules = &*self.0;
        match request.asks() {
            Asks::NothingOfCors => {
                // A static policy shares the response with anyone, whether they ask or not.
                let static_origin = rules.origins.static_value();
                Decision::Forward(ResponseHeaders::new(self, static_origin))
            }
            Asks::ToShare { origin } => {
                let origin = rules.origins.allow(&origin, request, notes);
                Decision::Forward(ResponseHeaders::new(self, origin))
            }
            Asks::Leave { origin, method } => {
                let origin = rules.origins.allow(&origin, request, notes);
                Decision::Respond(rules.decide_preflight(origin, &method, request, notes))
            }
        }
    }
}

impl Rules {
    fn decide_preflight(
        &self,
        origin: Option<HeaderValue>,
        method: &Line<'_>,
        request: RequestHead<'_>,
        notes: &mut impl Notes,
    ) -> Response<()> {
        match origin {
            Some(origin)
                if self.methods.allow(method, notes)
                    && self.headers.allow(request.headers, notes) =>
            {
                self.answer_preflight(origin, method, request)
            }
            _ => answer(StatusCode::FORBIDDEN, self.refused_preflight.clone()),
        }
    }

    fn answer_preflight(
        &self,
        origin: HeaderValue,
        method: &Line<'_>,
        request: RequestHead<'_>,
    ) -> Response<()> {
        let mut granted = self.allowed_preflight.clone();
        // It was inserted first and is found first, which a look-up would take longer for.
        let mut entries = granted.iter_mut();
        if let Some((_, value)) = entries.find(|(name, _)| *name == ACCESS_CONTROL_ALLOW_ORIGIN) {
            *value = origin;
        }
        if self.credentials {
            // Browsers take `*` for a name where there are credentials, so what was asked is named.
            if let (AllowedMethods::Any, Line::One(method)) = (&self.methods, method) {
                let _ = granted.try_insert(ACCESS_CONTROL_ALLOW_METHODS, (*method).clone());
            }
            for line in self.headers.echo(request.headers) {
                let _ = granted.try_append(ACCESS_CONTROL_ALLOW_HEADERS, line.clone());
            }
        }
        if self.private_network && request.asks_private_network() {
            let _ = granted.try_insert(ALLOW_PRIVATE_NETWORK, HeaderValue::from_static("true"));
        }
        answer(self.preflight_status, granted)
    }
}

fn answer(status: StatusCode, headers: HeaderMap) -> Response<()> {
    let mut response = Response::new(());
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

impl AllowedMethods {
    /// The [method check](https://fetch.spec.whatwg.org/#cors-preflight-fetch) of a preflight: methods
    /// are compared byte for byte.
    fn allow(&self, method: &Line<'_>, notes: &mut impl Notes) -> bool {
        let Line::One(value) = method else {
            notes.refused(|| Refusal::SeveralMethods);
            return false;
        };
        let method = value.as_bytes();
        if fetch::is_safelisted_method(method) {
            return true;
        }
        let in_form = || fetch::is_token(method) && !fetch::is_forbidden_method(method);
        let allowed = match self {
            Self::Any => in_form(),
            // What is listed was found to be in form.
            Self::Listed(methods) => {
                methods.iter().any(|listed| listed.as_str().as_bytes() == method)
            }
        };
        if !allowed {
            notes.refused(|| {
                if in_form() {
                    Refusal::MethodNotAllowed((*value).clone())
                } else {
                    Refusal::ImpossibleMethod((*value).clone())
                }
            });
        }
        allowed
    }
}
