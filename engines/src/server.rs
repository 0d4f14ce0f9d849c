//! The servers. They log each request before anything else sees it.

use std::{
    error::Error,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    Extension, Router,
    body::Body,
    extract::{Request, State, WebSocketUpgrade},
    middleware::{Next, from_fn_with_state},
    response::{Html, IntoResponse, Response},
    routing::{any, get},
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
    service::TowerToHyperService,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::{TcpListener, TcpSocket};
use tokio_rustls::TlsAcceptor;
use tower_cors::CorsLayer;

use crate::{
    case::{Answer, Case, Hosts, Logged, Server as Answering},
    cookies::{CookieLog, case::CookieCase},
    naive::RESPONSE,
    policies, websockets,
};

pub(crate) struct Listeners {
    first: TcpListener,
    second: TcpListener,
    ipv6: TcpListener,
    tls: TcpListener,
    second_tls: TcpListener,
    closed: TcpSocket,
}

impl Listeners {
    pub(crate) async fn bind() -> io::Result<Self> {
        let bind = TcpListener::bind::<&str>;
        // Without `listen`, it refuses connections, and nobody else gets the port.
        let closed = TcpSocket::new_v4()?;
        closed.bind(SocketAddr::from(([127, 0, 0, 1], 0)))?;
        Ok(Self {
            first: bind("127.0.0.1:0").await?,
            second: bind("127.0.0.1:0").await?,
            ipv6: bind("[::1]:0").await?,
            tls: bind("127.0.0.1:0").await?,
            second_tls: bind("127.0.0.1:0").await?,
            closed,
        })
    }

    pub(crate) fn hosts(&self) -> Hosts {
        let port = |listener: &TcpListener| listener.local_addr().map_or(0, |it| it.port());
        Hosts {
            first: port(&self.first),
            second: port(&self.second),
            ipv6: port(&self.ipv6),
            tls: port(&self.tls),
            second_tls: port(&self.second_tls),
            closed: self.closed.local_addr().map_or(0, |it| it.port()),
        }
    }
}

pub(crate) struct Server {
    log: Log,
    cookie_log: CookieLog,
    certificate: CertificateDer<'static>,
    _closed: TcpSocket,
}

type Log = Arc<Mutex<Vec<(usize, Logged)>>>;

impl Server {
    /// Takes the requests since the last call, each with the number of its case.
    pub(crate) fn take_log(&self) -> Vec<(usize, Logged)> {
        self.log.lock().map(|mut log| std::mem::take(&mut *log)).unwrap_or_default()
    }

    pub(crate) fn cookie_log(&self) -> &CookieLog {
        &self.cookie_log
    }

    pub(crate) fn certificate(&self) -> CertificateDer<'static> {
        self.certificate.clone()
    }
}

pub(crate) fn start(
    listeners: Listeners,
    cases: Arc<Vec<Case>>,
    cookie_cases: Arc<Vec<CookieCase>>,
    messages: Router<Cookies>,
) -> Result<Server, Box<dyn Error>> {
    let (log, cookie_log) = (Log::default(), CookieLog::default());
    let cookies =
        Cookies { hosts: listeners.hosts(), cases: cookie_cases, log: cookie_log.clone() };
    let app = app(listeners.hosts(), cases, Arc::clone(&log))?
        .merge(messages)
        .fallback(set_cookies)
        .with_state(cookies);
    for listener in [listeners.first, listeners.second, listeners.ipv6] {
        let app = app.clone();
        tokio::spawn(async move { axum::serve(listener, app).await });
    }
    // Made for this run, with names that browser and model look for on this machine.
    let names =
        ["localhost", "a.localhost", "app.example.com", "api.example.com", "other.example.net"];
    let names = names.map(String::from);
    let rcgen::CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed(names)?;
    let key = PrivateKeyDer::try_from(signing_key.serialize_der())?;
    let certificate = cert.der().clone();
    let mut config = rustls::ServerConfig::builder_with_provider(
        rustls::crypto::ring::default_provider().into(),
    )
    .with_safe_default_protocol_versions()?
    .with_no_client_auth()
    .with_single_cert(vec![certificate.clone()], key)?;
    // Chromium sends streams only over HTTP/2, and WebKit has only HTTP/1.1 for a proxy.
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let acceptor = TlsAcceptor::from(Arc::new(config));
    for listener in [listeners.tls, listeners.second_tls] {
        tokio::spawn(serve_tls(listener, acceptor.clone(), app.clone()));
    }
    Ok(Server { log, cookie_log, certificate, _closed: listeners.closed })
}

async fn serve_tls(listener: TcpListener, acceptor: TlsAcceptor, app: Router) -> io::Result<()> {
    loop {
        let (stream, _): (_, SocketAddr) = listener.accept().await?;
        let (acceptor, app) = (acceptor.clone(), app.clone());
        tokio::spawn(async move {
            // If a browser does not trust the certificate, it closes the connection, and its cases fail.
            let Ok(stream) = acceptor.accept(stream).await else { return };
            let server = auto::Builder::new(TokioExecutor::new());
            let _ =
                server.serve_connection(TokioIo::new(stream), TowerToHyperService::new(app)).await;
        });
    }
}

fn app(hosts: Hosts, cases: Arc<Vec<Case>>, log: Log) -> Result<Router<Cookies>, Box<dyn Error>> {
    let policies = policies::all(hosts)?;
    let by_case = Arc::clone(&cases);
    let cors = CorsLayer::select(move |request| {
        let (id, _) = place(request.uri.path())?;
        match by_case.get(id)?.server {
            Answering::Policy(number) => policies.get(number).cloned(),
            Answering::Raw(_) => None,
        }
    });
    let mut app = Router::new()
        .route("/c/{id}/{hop}", any(answer).with_state(cases))
        .layer(cors)
        .layer(from_fn_with_state(log, write_log))
        .route("/page", get(async || Html("")))
        .route(
            "/sandboxed",
            get(async || ([("content-security-policy", "sandbox allow-scripts")], Html(""))),
        )
        .route("/cookie", get(async || ([("set-cookie", "probe=1")], "")));
    for (number, layer) in websockets::layers(hosts)?.into_iter().enumerate() {
        // The page closes the socket. If the server did, a page in Firefox would not learn that it was open.
        let upgrade = async |upgrade: WebSocketUpgrade| {
            upgrade.on_upgrade(async |mut socket| while socket.recv().await.is_some() {})
        };
        app = app.route(&format!("/websocket/{number}"), get(upgrade).layer(layer));
    }
    Ok(app)
}

/// The cases for cookies, which are told apart by the query, because the path is a part of the case.
#[derive(Clone)]
pub(crate) struct Cookies {
    hosts: Hosts,
    cases: Arc<Vec<CookieCase>>,
    log: CookieLog,
}

async fn set_cookies(State(cookies): State<Cookies>, request: Request) -> Response {
    let numbers = request.uri().query().and_then(|query| {
        let (case, step) = query.strip_prefix("case=")?.split_once("&step=")?;
        Some((case.parse().ok()?, step.parse().ok()?))
    });
    let Some((case, step)) = numbers else { return StatusCode::NOT_FOUND.into_response() };
    // HTTP/2 may send each cookie as a line of its own.
    let lines = |name: &str| {
        let lines = request.headers().get_all(name).iter();
        lines.map(|line| line.as_bytes().iter().map(|&byte| char::from(byte)).collect::<String>())
    };
    cookies.log.write(case, step, lines("cookie").reduce(|all, line| format!("{all}; {line}")));
    let Some(given) = cookies.cases.get(case) else { return StatusCode::NOT_FOUND.into_response() };
    let mut headers = vec![
        ("access-control-allow-origin", lines("origin").collect()),
        ("access-control-allow-credentials", String::from("true")),
    ];
    let mut status = StatusCode::OK;
    if let Some(step) = given.steps.get(step) {
        headers.extend(step.date.map(|date| ("date", date.to_owned())));
        headers.extend(step.set.iter().map(|line| ("set-cookie", line.clone())));
    }
    if given.steps.get(step).is_some_and(|step| step.redirects) {
        status = StatusCode::FOUND;
        headers.push(("location", given.url(cookies.hosts, case, step + 1)));
    }
    let mut response = status.into_response();
    for (name, value) in headers {
        let bytes: Vec<u8> = value.chars().map(|char| u8::try_from(char).unwrap_or(b'?')).collect();
        if let Ok(value) = HeaderValue::from_bytes(&bytes) {
            response.headers_mut().append(HeaderName::from_static(name), value);
        }
    }
    response
}

async fn write_log(State(log): State<Log>, request: Request, next: Next) -> Response {
    let Some((id, _)) = place(request.uri().path()) else { return next.run(request).await };
    let mut logged = logged(&request);
    let response = next.run(request).await;
    logged.status = response.status().as_u16();
    logged.reached_handler = response.extensions().get::<OfHandler>().is_some();
    if let Ok(mut log) = log.lock() {
        log.push((id, logged));
    }
    response
}

fn logged(request: &Request) -> Logged {
    let text = |name: &str| {
        let value = request.headers().get(name)?;
        Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    let host = text("host").or_else(|| request.uri().authority().map(ToString::to_string));
    Logged {
        method: request.method().to_string(),
        url: format!("{}{}", host.unwrap_or_default(), request.uri().path()),
        origin: text("origin"),
        requested_method: text("access-control-request-method"),
        requested_headers: text("access-control-request-headers"),
        has_cookie: request.headers().contains_key("cookie"),
        has_authorization: request.headers().contains_key("authorization"),
        status: 0,
        reached_handler: false,
        metadata: ["sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest"].map(text),
    }
}

/// Marks a response of the handler.
#[derive(Clone)]
struct OfHandler;

async fn answer(State(cases): State<Arc<Vec<Case>>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    // Like most servers, it reads an upload to its end.
    let _ = axum::body::to_bytes(body, usize::MAX).await;
    let Some((id, number)) = place(head.uri.path()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match cases.get(id).map(|case| &case.server) {
        Some(Answering::Policy(_)) => (RESPONSE, Extension(OfHandler), "the items").into_response(),
        Some(Answering::Raw(hops)) => match hops.get(number) {
            Some(hop) if head.headers.contains_key("access-control-request-method") => {
                written(&hop.preflight, &head.headers, id, number)
            }
            Some(hop) => written(&hop.answer, &head.headers, id, number),
            None => StatusCode::NOT_FOUND.into_response(),
        },
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn written(answer: &Answer, request: &HeaderMap, id: usize, number: usize) -> Response {
    let origin = request.get("origin").map(|origin| String::from_utf8_lossy(origin.as_bytes()));
    let mut response = Response::new(Body::from("an answer"));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or_default();
    for (name, value) in &answer.headers {
        let value = value
            .replace("{origin}", origin.as_deref().unwrap_or_default())
            .replace("{hop}", &format!("/c/{id}/{}", number + 1));
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().append(HeaderName::from_static(name), value);
        }
    }
    response
}

/// The numbers of the case and of its hop.
fn place(path: &str) -> Option<(usize, usize)> {
    let (id, hop) = path.strip_prefix("/c/")?.split_once('/')?;
    Some((id.parse().ok()?, hop.parse().ok()?))
}
