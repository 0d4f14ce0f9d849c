//! Options beyond the protocol's plain ones.

use http::StatusCode;

use super::options::{CorsLayerBuilder, as_text};
use crate::{
    config::{ClosureOption, ConfigError, ConfigOption, Refuse},
    policy::{Hook, Outcome, RequestHead},
};

impl<Q> CorsLayerBuilder<Q> {
    /// Answers the preflights of [private network access](https://wicg.github.io/private-network-access/).
    /// Default: `false`.
    ///
    /// A legacy: no browser enforces it, and a [permission prompt](https://wicg.github.io/local-network-access/)
    /// without headers replaces it.
    ///
    /// What it opens is protected by where it is, as cookies protect what they open. So it is held to the
    /// rules of [`allow_credentials`](Self::allow_credentials): it does not build with any
    /// origin, `null` or origins over plain http (loopback ones aside), and only with their
    /// [`Danger`](crate::Danger) over public suffixes or with a predicate.
    pub fn allow_private_network(mut self, allow: bool) -> Self {
        if self.may_set(ConfigOption::AllowPrivateNetwork, allow) {
            self.config.allow_private_network = allow;
        }
        self
    }

    /// Lets scripts of the allowed origins read the
    /// [timing](https://www.w3.org/TR/resource-timing/#sec-timing-allow-origin) of responses. Default:
    /// `false`.
    ///
    /// An image or another resource that a page loads without CORS has no `Origin`, so only a policy that
    /// allows any origin reaches it. The inner service's own `timing-allow-origin` is removed.
    pub fn allow_timing(mut self, allow: bool) -> Self {
        if self.may_set(ConfigOption::AllowTiming, allow) {
            self.config.allow_timing = allow;
        }
        self
    }

    /// Names a further request header that a closure reads, so that every response carries it in `Vary`.
    /// Without it, a shared cache gives one tenant's answer to another.
    pub fn vary_on(mut self, name: impl AsRef<str>) -> Self {
        self.config.vary_on.push(name.as_ref().to_owned());
        self
    }

    /// The status of the answer to an allowed preflight, an
    /// [ok status](https://fetch.spec.whatwg.org/#ok-status). Default: 204. A refused one gets 403.
    ///
    /// | permitted | prohibited |
    /// |---|---|
    /// | `200` | `199` |
    /// | `204` | `304` |
    /// | `299` | `404` |
    pub fn preflight_status(mut self, status: StatusCode) -> Self {
        if self.may_set(ConfigOption::PreflightStatus, status) {
            self.config.preflight_status = Some(status);
        }
        self
    }

    /// Lets the inner service answer the preflights that the policy allows: status, body and headers are
    /// its own, and the CORS headers are put on. Default: `false`, and the layer answers all.
    ///
    /// A refused preflight is answered by the layer and never forwarded. A status outside 200 to 299 makes
    /// the browser refuse, and is reported as [`Refusal::InnerStatus`](crate::Refusal::InnerStatus). A
    /// [`Policy`](crate::Policy) that is asked speaks for itself alone.
    pub fn forward_preflights(mut self, forward: bool) -> Self {
        if self.may_set(ConfigOption::ForwardPreflights, forward) {
            self.config.forward_preflights = forward;
        }
        self
    }

    /// Asks the inner service which methods a route has, so that a preflight's answer allows no others.
    ///
    /// A preflight that the policy allows is sent on as an `OPTIONS` that asks for nothing of CORS, and the
    /// methods of the `Allow` header of its response, as axum's method routers give it with their 405,
    /// are allowed as far as the configuration allows them. After a 404 none are. Where there is no
    /// `Allow`, the configured list decides. The rest of the response is dropped. The safelisted methods
    /// need no leave, and always pass.
    ///
    /// A route that handles `OPTIONS` by itself runs, for every preflight, and without what authenticates
    /// the user. In axum the layer has to stand around the whole router: with `Router::layer` it stands
    /// around each handler, and `Allow` is added outside of it.
    ///
    /// ```
    /// # use axum::{Router, body::Body, http::Request, routing::get};
    /// # use tower::{Layer, ServiceExt};
    /// # use tower_cors::CorsLayer;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let cors = CorsLayer::builder()
    ///     .allow_origin("https://example.com")
    ///     .allow_any_method()
    ///     .allow_methods_of_route()
    ///     .build()?;
    /// let items = Router::new().route("/items", get(async || "all items").put(async || "changed"));
    /// let app: Router = Router::new().fallback_service(cors.layer(items));
    ///
    /// let preflight = Request::options("/items")
    ///     .header("origin", "https://example.com")
    ///     .header("access-control-request-method", "PUT")
    ///     .body(Body::empty())?;
    /// let answer = app.oneshot(preflight).await?;
    /// assert_eq!(answer.headers()["access-control-allow-methods"], "PUT");
    /// # Ok(())
    /// # }
    /// ```
    pub fn allow_methods_of_route(mut self) -> Self {
        if self.may_set(ConfigOption::AllowMethodsOfRoute, true) {
            self.config.allow_methods_of_route = true;
        }
        self
    }

    /// Refuses requests whose origin is not allowed, with 403, before the inner service sees them, where
    /// CORS alone would only keep the response from the page. Default: none are refused.
    ///
    /// It is for services where a request itself does harm: tools on a developer's machine, and WebSocket
    /// handshakes. The list of origins then guards requests that carry cookies, so it is held to the same
    /// rules as one with credentials.
    ///
    /// A request without `Origin` passes: browsers leave it out of a page's requests to its own origin,
    /// and of plain `GET`s. So do the requests of pages whose host name was made to point to this server
    /// ([DNS rebinding](https://en.wikipedia.org/wiki/DNS_rebinding)): to check `Host` is another layer's
    /// job.
    ///
    /// The server's own pages pass where the browser says `Sec-Fetch-Site: same-origin`, and where their
    /// origin is among the [`own_origins`](Self::own_origins).
    ///
    /// ```
    /// use http::{Request, StatusCode};
    /// use tower_cors::{Decision, Policy, Refuse};
    ///
    /// let policy = Policy::builder()
    ///     .allow_origin("https://app.example.com")
    ///     .refuse_disallowed_origins(Refuse::All)
    ///     .own_origin("https://tool.example.com")
    ///     .build_policy()?;
    /// let request = Request::post("/run").header("origin", "https://evil.example").body(())?;
    /// let Decision::Respond(answer) = policy.decide(&request) else { panic!("it is refused") };
    /// assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// The response has no body. To give it one, have the layer
    /// [attach the outcome](Self::attach_outcome), and write the body outside.
    pub fn refuse_disallowed_origins(mut self, refuse: Refuse) -> Self {
        if self.may_set(ConfigOption::RefuseDisallowedOrigins, refuse) {
            self.config.refuse_disallowed_origins = Some(refuse);
        }
        self
    }

    /// Names an origin of the server's own pages, which is not refused, and is granted nothing. It is
    /// exact.
    ///
    /// Browsers say `Sec-Fetch-Site: same-origin` of such pages, but not over plain http beyond this
    /// machine, not before Safari 16.4, and Chromium not with WebSocket handshakes: there only this lets
    /// them in. It may also name origins whose forms are expected to be posted here, such as those of an
    /// identity provider. A form of a page under `Referrer-Policy: no-referrer` sends `Origin: null`, and is
    /// refused where there is no `Sec-Fetch-Site`.
    ///
    /// | permitted | prohibited |
    /// |---|---|
    /// | `https://api.example.com` | `https://*.example.com` |
    /// | `http://localhost:3000` | `http://localhost:*` |
    /// | `http://192.168.1.7:8080` | `null` |
    /// | `https://login.example.org` | `*` |
    pub fn own_origin(self, origin: impl AsRef<[u8]>) -> Self {
        self.own_origins([origin])
    }

    /// Names several of the server's own origins, each as in [`own_origin`](Self::own_origin).
    pub fn own_origins<I>(mut self, origins: I) -> Self
    where
        I: IntoIterator,
        I::Item: AsRef<[u8]>,
    {
        let origins = origins.into_iter().map(|origin| as_text(origin.as_ref()));
        self.config.own_origins.extend(origins);
        self
    }

    /// Says that the server has no pages of its own, so that none need to be named.
    pub fn no_own_origins(mut self) -> Self {
        if self.may_set(ConfigOption::NoOwnOrigins, true) {
            self.config.no_own_origins = true;
        }
        self
    }

    /// Calls `hook` with each request's head and what was decided, for metrics and logs.
    ///
    /// It is called exactly once for each request, whatever becomes of it. That is before the inner service
    /// is called; where the inner service or an asynchronous predicate has a say, it is when they have said
    /// it. If the request ends before that, it is when the response's future is dropped:
    ///
    /// | the request ends | what is reported |
    /// |---|---|
    /// | before a predicate has answered: the predicate panics, the inner service fails or panics meanwhile, or the client goes away | [`Refusal::Undecided`](crate::Refusal::Undecided) |
    /// | before the inner service has responded to a preflight, in the same ways | what the policy decided |
    ///
    /// The hook should not wait for anything. If it panics, the request fails.
    /// [`Refusal::name`](crate::Refusal::name) is one of a few words, fit for the label of a metric.
    ///
    /// ```
    /// use tower_cors::CorsLayer;
    ///
    /// let cors = CorsLayer::builder()
    ///     .allow_origin("https://example.com")
    ///     .on_decision(|request, outcome| println!("{}: {outcome}", request.uri))
    ///     .build()?;
    /// # Ok::<(), tower_cors::ConfigErrors>(())
    /// ```
    pub fn on_decision<F>(mut self, hook: F) -> Self
    where
        F: Fn(&RequestHead<'_>, &Outcome) + Send + Sync + 'static,
    {
        if self.closures.hook.is_some() {
            let closure = ClosureOption::OnDecision;
            self.mistakes.push(ConfigError::SecondClosure { closure });
        }
        self.closures.hook = Some(Hook::new(hook));
        self
    }

    /// Puts the [`Outcome`] into the extensions of every response, for the layers outside. Default:
    /// `false`.
    ///
    /// It is how a refusal gets a body of the application's own:
    ///
    /// ```
    /// use axum::{Json, Router, response::{IntoResponse, Response}, routing::post};
    /// use tower::util::MapResponseLayer;
    /// use tower_cors::{CorsLayer, Outcome, Refuse};
    ///
    /// let cors = CorsLayer::builder()
    ///     .allow_origin("https://app.example.com")
    ///     .refuse_disallowed_origins(Refuse::All)
    ///     .no_own_origins()
    ///     .attach_outcome(true)
    ///     .build()?;
    /// let app: Router = Router::new()
    ///     .route("/run", post(async || "done"))
    ///     .layer(cors)
    ///     .layer(MapResponseLayer::new(|response: Response| {
    ///         let outcome = response.extensions().get::<Outcome>();
    ///         match outcome.filter(|outcome| outcome.answered).and_then(|outcome| outcome.refusal.as_ref()) {
    ///             Some(refusal) => {
    ///                 let body = Json(refusal.name());
    ///                 (response.status(), response.headers().clone(), body).into_response()
    ///             }
    ///             None => response,
    ///         }
    ///     }));
    /// # Ok::<(), tower_cors::ConfigErrors>(())
    /// ```
    pub fn attach_outcome(mut self, attach: bool) -> Self {
        if self.may_set(ConfigOption::AttachOutcome, attach) {
            self.config.attach_outcome = attach;
        }
        self
    }

    /// Makes refusals say why, for development. Default: `false`, and to the page all refusals look alike.
    ///
    /// A refused response carries `x-cors-refusal`, with the refusal's [name](crate::Refusal::name) and what
    /// the request itself carried, at most 256 bytes; never another configured value. A preflight from an
    /// allowed origin gets what is allowed, so that the browser's own message names the method or the header
    /// that is not.
    pub fn diagnose(mut self, diagnose: bool) -> Self {
        if self.may_set(ConfigOption::Diagnose, diagnose) {
            self.config.diagnose = diagnose;
        }
        self
    }

    /// Changes nothing, and only reports to [`on_decision`](Self::on_decision) and to `tracing` what would
    /// have been decided, to try a policy on real requests. Default: `false`.
    ///
    /// Preflights go to the inner service, no header is added, changed or removed, and nothing is refused.
    pub fn report_only(mut self, report_only: bool) -> Self {
        if self.may_set(ConfigOption::ReportOnly, report_only) {
            self.config.report_only = report_only;
        }
        self
    }
}
