use std::{fmt, time::Duration};

use super::{
    additions::Additions,
    text::{NameText, NameTexts, OriginText, OriginTexts},
};
use crate::{
    compile,
    config::{ConfigError, ConfigErrors, ConfigOption, CorsConfig},
    policy::{Closures, Policy},
    service::CorsLayer,
};

/// Configures a [`CorsLayer`] or a [`Policy`].
///
/// Options add up: a singular method adds one entry to its list, its plural adds several, and further calls
/// add more. An option with a single value must not be set to two different ones. Nothing fails before
/// [`build`](Self::build), which reports all mistakes at once.
///
/// ```
/// use std::time::Duration;
/// use http::{Method, header::{AUTHORIZATION, CONTENT_TYPE}};
/// use tower_cors::CorsLayer;
///
/// let cors = CorsLayer::builder()
///     .allow_origins(["https://example.com", "https://*.example.com", "http://localhost:*"])
///     .allow_credentials(true)
///     .allow_methods([Method::PUT, Method::DELETE])
///     .allow_headers([AUTHORIZATION, CONTENT_TYPE])
///     .expose_headers(["x-request-id"])
///     .max_age(Duration::from_secs(7200))
///     .build()?;
/// # Ok::<(), tower_cors::ConfigErrors>(())
/// ```
///
/// `Q` is the asynchronous predicate, if there is one: `()` or [`AsyncPredicate`](crate::AsyncPredicate).
#[derive(Clone, Debug, Default)]
#[must_use = "a builder does nothing until it is built"]
pub struct CorsLayerBuilder<Q = ()> {
    pub(super) config: CorsConfig,
    pub(super) additions: Additions,
    pub(super) closures: Closures,
    /// The values of the single-valued options, as text: they show when an option is set twice.
    pub(super) scalars: Vec<(ConfigOption, String)>,
    /// The mistakes that only a setter can notice.
    pub(super) mistakes: Vec<ConfigError>,
    pub(super) question: Q,
}

/// A builder without an asynchronous predicate, which a [`Policy`] could not wait for.
#[diagnostic::on_unimplemented(
    message = "a `Policy` cannot wait for the predicate of `allow_origin_if_async`",
    label = "needs a builder without that predicate",
    note = "call `build` for a layer, which waits for it, or decide in `allow_origin_if`"
)]
pub trait Synchronous {}

impl Synchronous for () {}

impl CorsLayer {
    /// Begins a configuration.
    pub fn builder() -> CorsLayerBuilder {
        CorsLayerBuilder::default()
    }

    /// Creates a layer for data that anyone may read: any origin, no credentials, the safelisted methods,
    /// and `content-type`, so that JSON can be posted. The `permissive` of `tower_http` allows all methods and headers:
    /// [`guide::migration`](crate::guide::migration) has the long form.
    ///
    /// Do not use it for a server that only its location protects, such as one on `localhost` or behind a
    /// firewall. The pages of every site could read from it through a visitor's browser.
    #[doc(alias = "permissive")]
    pub fn public() -> Self {
        Self::new(compile::public())
    }

    /// Creates a layer that allows no origin: for a list of origins that is empty in one environment, where
    /// [`build`](CorsLayerBuilder::build) would return [`ConfigError::NoOrigin`].
    ///
    /// It refuses preflights with 403, and every other response only gets `Vary: origin`. Its
    /// [`Policy::config`] lists no origins, so it does not build.
    ///
    /// ```
    /// # use tower_cors::CorsLayer;
    /// # let origins: Vec<String> = Vec::new();
    /// let cors = if origins.is_empty() {
    ///     CorsLayer::deny_all()
    /// } else {
    ///     CorsLayer::builder().allow_origins(origins).build()?
    /// };
    /// # Ok::<(), tower_cors::ConfigErrors>(())
    /// ```
    pub fn deny_all() -> Self {
        Self::new(compile::deny_all())
    }
}

impl Policy {
    /// Begins a configuration.
    pub fn builder() -> CorsLayerBuilder {
        CorsLayerBuilder::default()
    }
}

impl CorsLayerBuilder {
    /// Builds the layer.
    ///
    /// # Errors
    ///
    /// Returns all mistakes, if there are any. [`ConfigError`] lists the possible ones.
    pub fn build(self) -> Result<CorsLayer, ConfigErrors> {
        self.build_policy().map(CorsLayer::new)
    }
}

impl<Q> CorsLayerBuilder<Q> {
    /// Builds the policy, for use without a layer.
    ///
    /// # Errors
    ///
    /// The same as in [`build`](Self::build).
    pub fn build_policy(self) -> Result<Policy, ConfigErrors>
    where
        Q: Synchronous,
    {
        self.build_parts().map(|(policy, _)| policy)
    }

    pub(super) fn build_parts(mut self) -> Result<(Policy, Q), ConfigErrors> {
        self.mistakes.extend(self.additions.join(&mut self.config));
        let policy = compile::build(&self.config, self.closures, self.mistakes)?;
        Ok((policy, self.question))
    }

    /// Allows an origin, or all origins that an [`OriginPattern`](crate::OriginPattern) matches. Its page
    /// lists what is permitted. `"*"` is [`allow_any_origin`](Self::allow_any_origin).
    ///
    /// With credentials, http origins do not build, loopback ones aside: see
    /// [`Danger::InsecureOrigins`](crate::Danger::InsecureOrigins). Neither do wildcards over a public suffix: see
    /// [`Danger::PublicSuffixes`](crate::Danger::PublicSuffixes). `null` needs
    /// [`Danger::NullOrigin`](crate::Danger::NullOrigin), and never builds with credentials.
    ///
    /// A wildcard over subdomains trusts whoever controls one of them, also one whose name still points to a service
    /// that its owner has left, and that others can take over. With credentials, list the origins where you can.
    #[doc(alias = "AllowOrigin")]
    #[doc(alias = "exact")]
    pub fn allow_origin<As: ?Sized>(self, origin: impl OriginText<As>) -> Self {
        self.allow_origins([origin])
    }

    /// Allows several origins or patterns, each as in [`allow_origin`](Self::allow_origin).
    #[doc(alias = "list")]
    pub fn allow_origins<As: ?Sized>(mut self, origins: impl OriginTexts<As>) -> Self {
        self.config.allow_origins.extend(origins.into_texts());
        self
    }

    /// Allows any origin, by sending `*`.
    ///
    /// It does not build beside other origins, nor with credentials: see
    /// [`Danger::AnyOriginWithCredentials`](crate::Danger::AnyOriginWithCredentials). It is safe for data that anyone on
    /// the internet may read. It is not safe for a server that only its location protects, such as one on `localhost` or
    /// behind a firewall.
    #[doc(alias = "Any")]
    #[doc(alias = "any")]
    pub fn allow_any_origin(self) -> Self {
        self.allow_origin("*")
    }

    /// Allows requests with credentials: cookies, HTTP authentication and client certificates.
    /// Default: `false`.
    ///
    /// A bearer token that a script sets is not a credential in this sense. It only needs
    /// `allow_header("authorization")`.
    #[doc(alias = "AllowCredentials")]
    pub fn allow_credentials(mut self, allow: bool) -> Self {
        if self.may_set(ConfigOption::AllowCredentials, allow) {
            self.config.allow_credentials = allow;
        }
        self
    }

    /// Allows a method. The protocol [always allows](https://fetch.spec.whatwg.org/#cors-safelisted-method)
    /// `GET`, `HEAD` and `POST`: listing `GET` alone does not forbid `POST`. `"*"` is
    /// [`allow_any_method`](Self::allow_any_method). Misspelled methods do not build:
    /// [`MisspelledMethod`](crate::ConfigError::MisspelledMethod) says what is recognised.
    ///
    /// | permitted | prohibited |
    /// |---|---|
    /// | `PUT` | `put` |
    /// | `PATCH` | `Patch` |
    /// | `PROPFIND` | `propfind` |
    /// | `GET` | `get` |
    /// | `chicken` | `CONNECT` |
    /// | `X-METHOD` | `trace` |
    /// | `*` | `PUT,DELETE` |
    /// | `M-SEARCH` | `PUT ` |
    /// | `LINK` | `DELET` |
    /// | `SET` | `ALL` |
    pub fn allow_method(self, method: impl NameText) -> Self {
        self.allow_methods([method])
    }

    /// Allows several methods, each as in [`allow_method`](Self::allow_method).
    #[doc(alias = "AllowMethods")]
    pub fn allow_methods(mut self, methods: impl NameTexts) -> Self {
        self.config.allow_methods.extend(methods.into_names());
        self
    }

    /// Allows any method that scripts can send, with `*`. With credentials, browsers take `*` as a method's
    /// name, so the requested method is sent instead.
    ///
    /// Firefox does not use a `*` that it has kept: without credentials, it sends a preflight before each request
    /// with a method that only `*` allows. To spare its users these preflights, list the methods, or use
    /// [`echo_beside_wildcard`](Self::echo_beside_wildcard).
    #[doc(alias = "mirror_request")]
    pub fn allow_any_method(self) -> Self {
        self.allow_method("*")
    }

    /// Allows a request header, in any letter case. Headers that are [safelisted by name and
    /// value](https://fetch.spec.whatwg.org/#cors-safelisted-request-header) need no entry. `content-type`
    /// is safelisted for forms only: JSON needs an entry. `"*"` is
    /// [`allow_any_header`](Self::allow_any_header). Misspelled names of common headers do not build:
    /// [`MisspelledHeader`](crate::ConfigError::MisspelledHeader) says what is recognised.
    ///
    /// | permitted | prohibited |
    /// |---|---|
    /// | `content-type` | `content type` |
    /// | `Authorization` | `Cookie` |
    /// | `X-Requested-With` | `Origin` |
    /// | `accept` | `Sec-Fetch-Mode` |
    /// | `range` | `Proxy-Authorization` |
    /// | `user-agent` | `Host` |
    /// | `x-http-method-override` | `Access-Control-Allow-Origin` |
    /// | `*` | `x-a,x-b` |
    /// | `Authentication` | `authorisation` |
    /// | `x-contenttype` | `contentType` |
    /// | `x-custom` | `x-*` |
    pub fn allow_header(self, name: impl NameText) -> Self {
        self.allow_headers([name])
    }

    /// Allows several request headers, each as in [`allow_header`](Self::allow_header).
    #[doc(alias = "AllowHeaders")]
    pub fn allow_headers(mut self, names: impl NameTexts) -> Self {
        self.config.allow_headers.extend(names.into_names());
        self
    }

    /// Allows any request header, with `*`, which [does not cover
    /// `authorization`](https://fetch.spec.whatwg.org/#cors-non-wildcard-request-header-name): allow that
    /// by name, too. With credentials, browsers take `*` as a header's name, so the requested names are
    /// sent back, up to 4096 bytes of them.
    ///
    /// Today's browsers still let `*` cover `authorization`, against the standard. And Firefox does not use a `*`
    /// that it has kept: without credentials, it sends a preflight before each request with a header that only `*`
    /// allows. To spare its users these preflights, list the headers, or use
    /// [`echo_beside_wildcard`](Self::echo_beside_wildcard).
    #[doc(alias = "mirror_request")]
    pub fn allow_any_header(self) -> Self {
        self.allow_header("*")
    }

    /// Lets scripts read a response header. Headers that are
    /// [safelisted](https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name) need no entry.
    /// `"*"` is [`expose_all_headers`](Self::expose_all_headers).
    ///
    /// | permitted | prohibited |
    /// |---|---|
    /// | `x-request-id` | `x request id` |
    /// | `ETag` | `Set-Cookie` |
    /// | `Location` | `Set-Cookie2` |
    /// | `authorization` | `Origin` |
    /// | `access-control-allow-origin` | `Access-Control-Request-Method` |
    /// | `*` | `Access-Control-Max-Age` |
    /// | `x-custom` | `x-*` |
    pub fn expose_header(self, name: impl NameText) -> Self {
        self.expose_headers([name])
    }

    /// Lets scripts read several response headers, each as in [`expose_header`](Self::expose_header).
    #[doc(alias = "ExposeHeaders")]
    pub fn expose_headers(mut self, names: impl NameTexts) -> Self {
        self.config.expose_headers.extend(names.into_names());
        self
    }

    /// Lets scripts read all response headers but `set-cookie`, with `*`. With credentials, browsers take
    /// `*` as a header's name, so the names of the response's headers are sent instead. Trailers, and
    /// headers that outer layers add, are not among them.
    pub fn expose_all_headers(self) -> Self {
        self.expose_header("*")
    }

    /// Sets how long browsers may keep the response to a preflight, in whole seconds, at most 86400.
    /// Default: no header, and browsers keep it for 5 seconds. Zero sends `0`, and browsers keep nothing.
    /// Firefox keeps it for at most 86400 seconds, Chromium for 7200, Safari's engine for 600.
    ///
    /// | permitted | prohibited |
    /// |---|---|
    /// | `0 s` | `86401 s` |
    /// | `5 s` | `0.5 s` |
    /// | `86400 s` | `7200.001 s` |
    #[doc(alias = "MaxAge")]
    pub fn max_age(mut self, max_age: Duration) -> Self {
        if self.may_set(ConfigOption::MaxAge, max_age) {
            self.config.max_age = Some(max_age);
        }
        self
    }
}

/// Starts from the options of a configuration, such as one from a file.
impl From<CorsConfig> for CorsLayerBuilder {
    fn from(mut config: CorsConfig) -> Self {
        let mut scalars = Vec::new();
        for &option in ConfigOption::ALL {
            let value = config.field(option).and_then(|field| field.scalar());
            scalars.extend(value.map(|value| (option, value)));
        }
        Self { config, scalars, ..Self::default() }
    }
}

impl<Q> CorsLayerBuilder<Q> {
    /// Returns whether an option may be set to `value`. It is a mistake if the option already has another
    /// value.
    pub(super) fn may_set(&mut self, option: ConfigOption, value: impl fmt::Debug) -> bool {
        let second = format!("{value:?}");
        let Some((_, first)) = self.scalars.iter().find(|(set, _)| *set == option) else {
            self.scalars.push((option, second));
            return true;
        };
        if *first != second {
            let first = first.clone();
            self.mistakes.push(ConfigError::SetTwice { option, first, second });
            return false;
        }
        true
    }
}
