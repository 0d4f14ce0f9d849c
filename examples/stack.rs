//! A whole axum server, to copy from: where CORS goes among the layers that servers usually have.
//!
//! Run it with `cargo run -p ecosystem-http --example stack`, then send a request as a browser would:
//!
//! ```sh
//! curl --include http://127.0.0.1:3000/account --header 'Origin: https://app.example.net'
//! ```

use std::{error::Error, net::SocketAddr, path::Path, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::{
        Method, StatusCode,
        header::{CONTENT_RANGE, CONTENT_TYPE, IF_MODIFIED_SINCE, RETRY_AFTER},
    },
    routing::{get, post},
};
use tokio::{net::TcpListener, time::sleep};
use tower_cors::{ConfigErrors, CorsLayer, Refuse};
use tower_governor::{GovernorLayer, governor::GovernorConfigBuilder};
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::CompressionLayer,
    limit::RequestBodyLimitLayer,
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
    services::ServeDir,
    timeout::TimeoutLayer,
    trace::TraceLayer,
};
use tower_sessions::{
    MemoryStore, Session, SessionManagerLayer, cookie::SameSite, session::Error as SessionError,
};
use tracing::{Level, Span, debug_span, error};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().with_max_level(Level::DEBUG).init();
    let limits = Limits {
        body: 1024 * 1024,
        burst: 100,
        period: Duration::from_secs(1),
        timeout: Duration::from_secs(10),
    };
    let app = stack(routes(Path::new("docs")), cors()?, &limits)?;
    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    println!("Listening on http://{}", listener.local_addr()?);
    // The rate limit needs the client's address.
    axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>()).await?;
    Ok(())
}

/// The last layer is the outermost.
pub(crate) fn stack(
    routes: Router,
    cors: CorsLayer,
    limits: &Limits,
) -> Result<Router, Box<dyn Error>> {
    let rate_limit = GovernorConfigBuilder::default()
        .period(limits.period)
        .burst_size(limits.burst)
        .finish()
        .ok_or("the burst and the period of the rate limit must not be zero")?;
    let clients = Arc::clone(rate_limit.limiter());
    // Otherwise the limiter would keep the address of every client that it ever saw.
    tokio::spawn(async move {
        loop {
            sleep(Duration::from_secs(60)).await;
            clients.retain_recent();
        }
    });
    Ok(routes
        // Innermost, because only handlers read the session. Browsers send its cookie from another
        // site only with `SameSite=None`, and that only with `Secure`.
        .layer(
            SessionManagerLayer::new(MemoryStore::default())
                .with_same_site(SameSite::None)
                .with_secure(true),
        )
        // Limits everything that reads a body. axum's own limit is only for its extractors.
        .layer(DefaultBodyLimit::disable())
        .layer(RequestBodyLimitLayer::new(limits.body))
        // Around everything that may wait. Tower's own timeout would return an `Err`, which passes
        // through `cors`.
        .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, limits.timeout))
        // Inside `cors`, so that preflights do not count. Behind a proxy, all clients have its address and
        // share one quota: give the builder `.key_extractor(SmartIpKeyExtractor)` there. It believes
        // `X-Forwarded-For`, so the proxy must replace what the client sent.
        .layer(GovernorLayer::new(rate_limit))
        // Around everything that may panic. Otherwise the connection ends without a response.
        .layer(CatchPanicLayer::new())
        // Around everything that makes a body. It may also be outside `cors`.
        .layer(CompressionLayer::new())
        // Around everything that makes responses, so that pages can read each error.
        .layer(cors)
        // Outside `cors`, so that it traces preflights. It makes no responses.
        .layer(TraceLayer::new_for_http().make_span_with(span))
        // Outermost, so that `span` finds the id.
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid)))
}

/// `TraceLayer` itself leaves out the headers, and so the id.
fn span(request: &Request) -> Span {
    let id = request.headers().get("x-request-id").and_then(|id| id.to_str().ok());
    debug_span!("request", id, method = %request.method(), uri = %request.uri())
}

pub(crate) struct Limits {
    /// The bytes of a request's body.
    pub(crate) body: usize,
    /// The requests that a client may send at once.
    pub(crate) burst: u32,
    /// After this time, a client may send one more.
    pub(crate) period: Duration,
    pub(crate) timeout: Duration,
}

pub(crate) fn cors() -> Result<CorsLayer, ConfigErrors> {
    CorsLayer::builder()
        .allow_origin("https://app.example.net")
        .allow_credentials(true)
        .allow_methods([Method::PUT, Method::DELETE])
        .allow_headers([CONTENT_TYPE, IF_MODIFIED_SINCE])
        // Scripts read other headers of a response only if they are exposed.
        .expose_headers([CONTENT_RANGE, RETRY_AFTER])
        .expose_header("x-request-id")
        .max_age(Duration::from_secs(7200))
        // Browsers send the cookie with the requests of every site. Those with another `Origin` get a 403.
        // Links and images send no `Origin`, so their requests pass: a `GET` must change nothing.
        .refuse_disallowed_origins(Refuse::All)
        .own_origin("https://api.example.com")
        .build()
}

/// All routes and fallbacks. Any that are added after `cors` would be outside it.
pub(crate) fn routes(files: &Path) -> Router {
    Router::new()
        .route("/login", post(login))
        .route("/account", get(account).put(async |body: String| body))
        .nest_service("/files", ServeDir::new(files))
        .fallback(async || (StatusCode::NOT_FOUND, "there is no such page"))
}

/// A real server compares a password here.
async fn login(session: Session, user: String) -> Result<&'static str, StatusCode> {
    // Somebody else may have placed the session's cookie in this browser, and must not be logged in with it.
    session.cycle_id().await.map_err(|error| failed(&error))?;
    session.insert("user", user).await.map_err(|error| failed(&error))?;
    Ok("welcome")
}

async fn account(session: Session) -> Result<String, (StatusCode, &'static str)> {
    let user = session.get("user").await.map_err(|error| (failed(&error), ""))?;
    user.ok_or((StatusCode::UNAUTHORIZED, "log in first"))
}

fn failed(error: &SessionError) -> StatusCode {
    error!("the store of the sessions failed: {error}");
    StatusCode::INTERNAL_SERVER_ERROR
}
