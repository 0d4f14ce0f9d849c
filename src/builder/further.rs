//! Options beyond those of the protocol itself: refusing, forwarding and reporting, and then what is rare.

use http::StatusCode;

use super::{
    options::CorsLayerBuilder,
    text::{NameText, NameTexts, OriginText, OriginTexts},
};
use crate::{
    config::{ClosureOption, ConfigError, ConfigOption, Danger, Refuse},
    policy::{Hook, Outcome, RequestHead},
};

impl<Q> CorsLayerBuilder<Q> {
    /// Refuses requests from disallowed origins with 403, before the inner service sees them. CORS alone
    /// would only keep the response from the page. Default: no request is refused.
    ///
    /// Use it where a request itself does harm: tools on a developer's machine, and WebSocket handshakes.
    /// The list of origins then guards requests that carry cookies, so the rules for a list with
    /// credentials apply.
    ///
    /// A request without `Origin` passes: browsers send none with a `GET` or `HEAD` that is same-origin or
    /// made without CORS. So [DNS rebinding](https://en.wikipedia.org/wiki/DNS_rebinding) gets through,
    /// where a page's own host name is made to point to this server. Have another layer check `Host`.
    ///
    /// The server's own pages pass if the browser sends `Sec-Fetch-Site: same-origin`, or if their origin
    /// is one of the [`own_origins`](Self::own_origins). Their requests are [no CORS
    /// requests](crate::RequestKind::NonCors), whether the policy refuses others or not. A preflight is never
    /// an own page's, whatever it claims.
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
    /// let Decision::Respond(response) = policy.decide(&request) else { panic!("it is refused") };
    /// assert_eq!(response.status(), StatusCode::FORBIDDEN);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// The response has no body. To give it one, [attach the outcome](Self::attach_outcome), and write the
    /// body in an outer layer.
    pub fn refuse_disallowed_origins(mut self, refuse: Refuse) -> Self {
        if self.may_set(ConfigOption::RefuseDisallowedOrigins, refuse) {
            self.config.refuse_disallowed_origins = Some(refuse);
        }
        self
    }

    /// Adds an exact origin of the server's own pages. Their requests are not refused, and are reported as [no
    /// CORS requests](crate::RequestKind::NonCors). It allows nothing else: preflights and the headers of
    /// responses do not change.
    ///
    /// Browsers send `Origin` with every request of such pages whose method is not `GET` or `HEAD`, and mark it with
    /// `Sec-Fetch-Site: same-origin`. They omit the mark over plain http beyond this machine, in Safari before
    /// 16.4, and in Chromium's WebSocket handshakes: there, only this option tells their requests from others.
    /// It can also list other origins whose forms may post here, such as an identity provider's. A form under
    /// `Referrer-Policy: no-referrer` sends `Origin: null`, and counts as another page's where there is no
    /// `Sec-Fetch-Site`.
    ///
    /// Default: no origin. A policy that [refuses requests](Self::refuse_disallowed_origins) warns of that, because it
    /// could refuse the server's own pages.
    ///
    /// | permitted | prohibited |
    /// |---|---|
    /// | `https://api.example.com` | `https://*.example.com` |
    /// | `http://localhost:3000` | `http://localhost:*` |
    /// | `http://192.168.1.7:8080` | `null` |
    /// | `https://login.example.org` | `*` |
    pub fn own_origin<As: ?Sized>(self, origin: impl OriginText<As>) -> Self {
        self.own_origins([origin])
    }

    /// Adds several of the server's own origins, each as in [`own_origin`](Self::own_origin).
    pub fn own_origins<As: ?Sized>(mut self, origins: impl OriginTexts<As>) -> Self {
        self.config.own_origins.extend(origins.into_texts());
        self
    }

    /// States that the server has no pages of its own, so there are no own origins to list. It silences the warning of a
    /// policy that [refuses requests](Self::refuse_disallowed_origins), and does not build without refusing.
    pub fn no_own_origins(mut self) -> Self {
        if self.may_set(ConfigOption::NoOwnOrigins, true) {
            self.config.no_own_origins = true;
        }
        self
    }

    /// Adds a request header to the `Vary` of every response. Needed if your closure reads that header:
    /// without it, a shared cache gives one tenant's response to another. `*` does not build: it would keep
    /// caches from using any response.
    #[doc(alias = "Vary")]
    #[doc(alias = "vary")]
    pub fn vary_on(self, name: impl NameText) -> Self {
        self.vary_on_headers([name])
    }

    /// Adds several request headers to `Vary`, each as in [`vary_on`](Self::vary_on).
    pub fn vary_on_headers(mut self, names: impl NameTexts) -> Self {
        self.config.vary_on.extend(names.into_names());
        self
    }

    /// Sets the status of the response to an allowed preflight, an [ok
    /// status](https://fetch.spec.whatwg.org/#ok-status). Default: 204. A refused preflight gets 403.
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

    /// Forwards allowed preflights to the inner service, which sets the status, body and headers of the
    /// response. The layer adds the CORS headers. Default: `false`, and the layer responds to all
    /// preflights.
    ///
    /// The layer never forwards a refused preflight. An inner status outside 200 to 299 makes the browser
    /// refuse, and is reported as [`Refusal::InnerStatus`](crate::Refusal::InnerStatus).
    /// [`Policy::decide`](crate::Policy::decide) cannot know that status, and speaks for the policy alone.
    pub fn forward_preflights(mut self, forward: bool) -> Self {
        if self.may_set(ConfigOption::ForwardPreflights, forward) {
            self.config.forward_preflights = forward;
        }
        self
    }

    /// Allows a preflight only the methods of its route, which the inner service names in an `Allow`
    /// header.
    ///
    /// For each preflight that the policy allows, the layer sends the inner service an `OPTIONS` request
    /// that is no preflight. It reads the `Allow` header of the response, such as axum's method routers add
    /// to their 405, and drops the rest. A method has to be both in `Allow` and in the configuration. A 404
    /// allows no method; without `Allow`, the configuration decides. Safelisted methods always pass.
    ///
    /// If a route handles `OPTIONS` itself, its handler runs for every preflight, and preflights carry no
    /// credentials. In axum, put the layer around the whole router, as below. `Router::layer` puts it
    /// around each handler, and axum adds `Allow` outside of it. So the layer sees a 405 without `Allow`, which says
    /// nothing about the route: all configured methods are allowed, and the feature `tracing` warns once.
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
    /// let response = app.oneshot(preflight).await?;
    /// assert_eq!(response.headers()["access-control-allow-methods"], "PUT");
    /// # Ok(())
    /// # }
    /// ```
    pub fn allow_methods_of_route(mut self) -> Self {
        if self.may_set(ConfigOption::AllowMethodsOfRoute, true) {
            self.config.allow_methods_of_route = true;
        }
        self
    }

    /// Calls `hook` with the head and the [`Outcome`] of each request, for metrics and logs.
    ///
    /// The hook is called exactly once for each request, normally before the inner service is called. If
    /// the outcome depends on the inner service or on an asynchronous predicate, the hook waits for it. If
    /// the request ends earlier, the hook is called then:
    ///
    /// | the request ends | reported |
    /// |---|---|
    /// | before the asynchronous predicate has decided: the predicate panics, the inner service fails or panics meanwhile, or the client goes away | [`Refusal::Undecided`](crate::Refusal::Undecided) |
    /// | before the inner service has responded to a preflight, for the same reasons | the decision of the policy |
    ///
    /// A request that [`select`](crate::CorsLayer::select) has no policy for is reported to nobody. A request of
    /// the server's own pages is reported as [no CORS request](crate::RequestKind::NonCors) without a refusal, however
    /// it ends.
    ///
    /// The hook should not block. If it panics, the request fails. Where it reports a request that ends early,
    /// it may run while the response future is dropped. [`Refusal::name`](crate::Refusal::name)
    /// is one of a few fixed names, fit for the label of a metric.
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

    /// Adds the [`Outcome`] to the extensions of every response, for outer layers. Default: `false`.
    ///
    /// With it, an application can give refusals a body of its own:
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

    /// Explains refusals in the response, for development. Default: `false`, and all refusals look alike to
    /// the page.
    ///
    /// A refused response carries `x-cors-refusal`: the refusal's [name](crate::Refusal::name), what the request itself
    /// carried, and the [name of the hint](crate::Hint::name) if there is one, in at most 256 bytes. An example is
    /// `origin-not-allowed http://example.com; hint: scheme`. It never shows another configured value. A preflight
    /// from an allowed origin gets what is allowed, so the browser's own message names the refused method
    /// or header. Responses to the server's own pages do not change: their requests are [no CORS
    /// requests](crate::RequestKind::NonCors).
    pub fn diagnose(mut self, diagnose: bool) -> Self {
        if self.may_set(ConfigOption::Diagnose, diagnose) {
            self.config.diagnose = diagnose;
        }
        self
    }

    /// Changes nothing, and only reports the decision to [`on_decision`](Self::on_decision) and to
    /// `tracing`. Use it to try a policy on real requests. Default: `false`.
    ///
    /// Preflights go to the inner service, no header is added, changed or removed, and no request is
    /// refused.
    pub fn report_only(mut self, report_only: bool) -> Self {
        if self.may_set(ConfigOption::ReportOnly, report_only) {
            self.config.report_only = report_only;
        }
        self
    }

    /// Lets scripts of the allowed origins read the
    /// [timing](https://www.w3.org/TR/resource-timing/#sec-timing-allow-origin) of responses. Default:
    /// `false`.
    ///
    /// Browsers send no `Origin` for images and other resources that a page loads without CORS, so only a
    /// policy for any origin covers those. The inner service's own `timing-allow-origin` is removed.
    pub fn allow_timing(mut self, allow: bool) -> Self {
        if self.may_set(ConfigOption::AllowTiming, allow) {
            self.config.allow_timing = allow;
        }
        self
    }

    /// Sends the requested method and headers beside the `*` of [`allow_any_method`](Self::allow_any_method) and
    /// [`allow_any_header`](Self::allow_any_header), as in `*,PUT`. Default: `false`.
    ///
    /// It spares preflights in Firefox, which uses names that it has kept, but not a `*` that it has kept. Other browsers
    /// use the `*`. The policy allows the same as without the option:
    ///
    /// | a preflight without credentials requests | the response has |
    /// |---|---|
    /// | the method `PUT` | `*,PUT` |
    /// | a safelisted method, which all browsers allow | `*` |
    /// | the headers `x-a,x-b` | `*,x-a,x-b`, or `*,authorization,x-a,x-b` if `authorization` is allowed by name |
    /// | `authorization,x-a` | `*,authorization,x-a` if `authorization` is allowed by name, or else `*` |
    /// | headers in more than 256 bytes, or not as browsers send them: lower-case names on one line, with a comma and no white space between two | `*`, with `authorization` if that is allowed by name |
    ///
    /// With [`allow_methods_of_route`](Self::allow_methods_of_route), the response names the methods of the route instead
    /// of `*`, and Firefox uses these. The option then concerns headers, and methods of routes without `Allow`.
    ///
    /// It does not build with credentials, or without [`allow_any_method`](Self::allow_any_method) and
    /// [`allow_any_header`](Self::allow_any_header): the layer then sends no `*`.
    pub fn echo_beside_wildcard(mut self, echo: bool) -> Self {
        if self.may_set(ConfigOption::EchoBesideWildcard, echo) {
            self.config.echo_beside_wildcard = echo;
        }
        self
    }

    /// Accepts a [`Danger`]: lifts the check that keeps such a configuration from building.
    pub fn dangerously_allow(self, danger: Danger) -> Self {
        self.dangerously_allow_these([danger])
    }

    /// Accepts several dangers, each as in [`dangerously_allow`](Self::dangerously_allow).
    pub fn dangerously_allow_these(mut self, dangers: impl IntoIterator<Item = Danger>) -> Self {
        self.config.dangerously_allow.extend(dangers);
        self
    }

    /// Allows preflights for [private network access](https://wicg.github.io/private-network-access/):
    /// their responses carry `Access-Control-Allow-Private-Network: true`. Default: `false`.
    ///
    /// This is a legacy: no browser enforces it, and a [permission
    /// prompt](https://wicg.github.io/local-network-access/) without headers replaces it.
    ///
    /// A private network relies on its location for protection, as a user's data relies on cookies. So the
    /// rules are those of [`allow_credentials`](Self::allow_credentials), or stricter. Any origin, `null`
    /// and origins over plain http (loopback ones aside) never build with it. Public suffixes and
    /// predicates need their [`Danger`].
    #[doc(alias = "AllowPrivateNetwork")]
    pub fn allow_private_network(mut self, allow: bool) -> Self {
        if self.may_set(ConfigOption::AllowPrivateNetwork, allow) {
            self.config.allow_private_network = allow;
        }
        self
    }
}
