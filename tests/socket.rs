//! Responses over real sockets: from axum and hyper servers, over HTTP/1.1 and HTTP/2.

mod support;

use std::time::Duration;

use support::{Answer, Request, Server, Stack, Wire};
use tower_cors::{CorsLayer, CorsLayerBuilder};

const ACRH: &str = "Access-Control-Request-Headers";
const ACRM: &str = "Access-Control-Request-Method";

const ALLOWED_ORIGIN: &str = "https://example.com";
const REFUSED_ORIGIN: &str = "https://evil.example";

const EVERYWHERE: [(Stack, Wire); 6] = [
    (Stack::Axum, Wire::Bytes),
    (Stack::Axum, Wire::Http1),
    (Stack::Axum, Wire::Http2),
    (Stack::Hyper, Wire::Bytes),
    (Stack::Hyper, Wire::Http1),
    (Stack::Hyper, Wire::Http2),
];
const AS_BYTES: [(Stack, Wire); 2] = [(Stack::Axum, Wire::Bytes), (Stack::Hyper, Wire::Bytes)];
/// `axum::serve` cannot raise the limit of an HTTP/2 header list.
const WHERE_60_KB_PASS: [(Stack, Wire); 5] = [
    (Stack::Axum, Wire::Bytes),
    (Stack::Axum, Wire::Http1),
    (Stack::Hyper, Wire::Bytes),
    (Stack::Hyper, Wire::Http1),
    (Stack::Hyper, Wire::Http2),
];

type Headers = &'static [(&'static str, &'static str)];

const NOTHING_GRANTED: Headers = &[("vary", "origin")];
const SHARED: Headers = &[
    ("access-control-allow-credentials", "true"),
    ("access-control-allow-origin", ALLOWED_ORIGIN),
    ("access-control-expose-headers", "x-request-id"),
    ("vary", "origin"),
];
/// The response to an `OPTIONS` varies like that to a preflight.
const OPTIONS_SHARED: Headers = &[
    ("access-control-allow-credentials", "true"),
    ("access-control-allow-origin", ALLOWED_ORIGIN),
    ("access-control-expose-headers", "x-request-id"),
    ("vary", "origin, access-control-request-method, access-control-request-headers"),
];
const PREFLIGHT_ALLOWED: Headers = &[
    ("access-control-allow-credentials", "true"),
    ("access-control-allow-headers", "content-type,x-token"),
    ("access-control-allow-methods", "DELETE,PUT"),
    ("access-control-allow-origin", ALLOWED_ORIGIN),
    ("access-control-max-age", "600"),
    ("vary", "origin, access-control-request-method, access-control-request-headers"),
];
const PREFLIGHT_REFUSED: Headers =
    &[("vary", "origin, access-control-request-method, access-control-request-headers")];

fn with_credentials() -> CorsLayerBuilder {
    CorsLayer::builder()
        .allow_origins([ALLOWED_ORIGIN, "https://*.example.org"])
        .allow_credentials(true)
}

/// A policy with lists of every kind, and with a wildcard, so that origins are parsed and not only looked up.
fn listed() -> CorsLayer {
    with_credentials()
        .allow_methods(["PUT", "DELETE"])
        .allow_headers(["content-type", "x-token"])
        .expose_header("x-request-id")
        .max_age(Duration::from_secs(600))
        .build()
        .unwrap()
}

fn get(path: &'static str) -> Request {
    Request::new("GET", path)
}

fn options() -> Request {
    Request::new("OPTIONS", "/items")
}

fn preflight() -> Request {
    options().line("Origin", ALLOWED_ORIGIN).line(ACRM, "PUT")
}

fn served(headers: &[(&str, &str)]) -> Answer {
    Answer::new(200, headers, "the items", 1)
}

fn answered(status: u16, headers: Headers) -> Answer {
    Answer::new(status, headers, "", 0)
}

async fn check(
    cors: CorsLayer,
    places: &[(Stack, Wire)],
    cases: &[(impl AsRef<str>, Request, Answer)],
) {
    for &(stack, wire) in places {
        let server = Server::start(stack, cors.clone()).await;
        for (name, request, expected) in cases {
            let answer = server.send(wire, request).await;
            assert_eq!(answer, *expected, "{} ({stack:?}, {wire:?})", name.as_ref());
        }
    }
}

#[tokio::test]
async fn requests_of_every_kind() {
    let origin = |request: Request| request.line("Origin", ALLOWED_ORIGIN);
    let refused = |request: Request| request.line("Origin", REFUSED_ORIGIN);
    let head = || Request::new("HEAD", "/items");
    let put = || Request::new("PUT", "/items").line("Content-Type", "application/json");
    let cases = [
        ("not CORS", get("/items"), served(NOTHING_GRANTED)),
        ("simple", origin(get("/items")), served(SHARED)),
        ("simple, refused", refused(get("/items")), served(NOTHING_GRANTED)),
        ("cookie", origin(get("/items")).line("Cookie", "a=b"), served(SHARED)),
        ("cookie, refused", refused(get("/items")).line("Cookie", "a=b"), served(NOTHING_GRANTED)),
        ("a Vary of the request", origin(get("/items")).line("Vary", "x"), served(SHARED)),
        ("preflighted", origin(put()), served(SHARED)),
        ("preflighted, refused", refused(put()), served(NOTHING_GRANTED)),
        ("HEAD, not CORS", head(), Answer::new(200, NOTHING_GRANTED, "", 1)),
        ("HEAD", origin(head()), Answer::new(200, SHARED, "", 1)),
        ("HEAD, refused", refused(head()), Answer::new(200, NOTHING_GRANTED, "", 1)),
        ("404, not CORS", get("/nowhere"), answered(404, NOTHING_GRANTED)),
        ("404", origin(get("/nowhere")), answered(404, SHARED)),
        ("404, refused", refused(get("/nowhere")), answered(404, NOTHING_GRANTED)),
        ("OPTIONS", options(), served(PREFLIGHT_REFUSED)),
        ("OPTIONS with an origin", origin(options()), served(OPTIONS_SHARED)),
        ("OPTIONS, refused", refused(options()), served(PREFLIGHT_REFUSED)),
        ("OPTIONS with a method", options().line(ACRM, "PUT"), served(PREFLIGHT_REFUSED)),
        ("GET with a method", origin(get("/items")).line(ACRM, "PUT"), served(SHARED)),
    ];
    check(listed(), &EVERYWHERE, &cases).await;
}

#[tokio::test]
async fn preflights() {
    let asking = |method| options().line("Origin", ALLOWED_ORIGIN).line(ACRM, method);
    let nowhere = Request::new("OPTIONS", "/nowhere").line("Origin", ALLOWED_ORIGIN);
    let allowed = [
        ("a method", preflight()),
        ("a safelisted method", asking("POST")),
        ("a path that is not there", nowhere.line(ACRM, "PUT")),
        ("a private network", preflight().line("Access-Control-Request-Private-Network", "true")),
        ("a header", preflight().line(ACRH, "x-token")),
        ("two headers", preflight().line(ACRH, "content-type,x-token")),
        ("other letters and order", preflight().line(ACRH, "X-Token,Content-Type")),
        ("white space", preflight().line(ACRH, "content-type, x-token\t")),
        ("empty elements", preflight().line(ACRH, ",content-type,,x-token,")),
        ("a name twice", preflight().line(ACRH, "x-token,x-token")),
        ("two lines", preflight().line(ACRH, "content-type").line(ACRH, "x-token")),
        ("an empty line", preflight().line(ACRH, "").line(ACRH, "x-token")),
    ];
    let refused = [
        ("an origin", options().line("Origin", REFUSED_ORIGIN).line(ACRM, "PUT")),
        ("another method", asking("PATCH")),
        ("other letters of a method", asking("put")),
        ("a forbidden method", asking("TRACE")),
        ("no method", asking("")),
        ("a list of methods", asking("DELETE,PUT")),
        ("bytes of no method", options().line("Origin", ALLOWED_ORIGIN).line(ACRM, b"PUT\xFF")),
        ("a method twice", preflight().line(ACRM, "PUT")),
        ("two methods", preflight().line(ACRM, "GET")),
        ("another header", preflight().line(ACRH, "x-other")),
        ("another header among listed ones", preflight().line(ACRH, "content-type,x-other")),
        ("another header on another line", preflight().line(ACRH, "x-token").line(ACRH, "x-other")),
        ("bytes of no header", preflight().line(ACRH, b"x-token,\xFF")),
        ("any header", preflight().line(ACRH, "*")),
        ("much white space", preflight().line(ACRH, "content-type,   x-token")),
        ("many empty elements", preflight().line(ACRH, ",".repeat(17) + "x-token")),
    ];
    let allowed = allowed.map(|(name, request)| {
        (format!("allowed: {name}"), request, answered(204, PREFLIGHT_ALLOWED))
    });
    let refused = refused.map(|(name, request)| {
        (format!("refused: {name}"), request, answered(403, PREFLIGHT_REFUSED))
    });
    check(listed(), &EVERYWHERE, &allowed).await;
    check(listed(), &EVERYWHERE, &refused).await;
}

#[tokio::test]
async fn origins_that_no_browser_sends() {
    let mut origins: Vec<Vec<&[u8]>> = vec![
        vec![b"https://example.com", b"https://evil.example"],
        vec![b"https://evil.example", b"https://example.com"],
        vec![b"https://example.com", b"https://example.com"],
        vec![b"https://example.com", b""],
        vec![b""],
        vec![b"null"],
        vec![b"*"],
        vec![b"https://exam\tple.com"],
        vec![b"https://a.\texample.org"],
        vec![b"https://example.com https://evil.example"],
        vec![b"https://example.com, https://evil.example"],
        vec![b"https://example.com,https://example.com"],
        vec![b"https://example.com\x80"],
        vec![b"https://example.com/"],
        vec![b"https://example.com:443"],
        vec![b"HTTPS://EXAMPLE.COM"],
        vec![b"http://example.com"],
        vec![b"https://example.org"],
        vec![b"https://.example.org"],
        vec![b"https://notexample.org"],
        vec![b"https://evil.example/.example.org"],
    ];
    let long = format!("https://{}example.org", "a.".repeat(2_000));
    origins.push(vec![long.as_bytes()]);
    let not_ascii: Vec<_> = (0x80..=0xFF)
        .flat_map(|byte| {
            [b"https://example.com".as_slice(), b"https://a", b""]
                .map(|before| [before, &[byte], b".example.org"].concat())
        })
        .collect();
    origins.extend(not_ascii.iter().map(|origin| vec![origin.as_slice()]));

    let cases: Vec<_> = origins
        .iter()
        .flat_map(|lines| {
            let name: Vec<_> = lines.iter().map(|line| line.escape_ascii().to_string()).collect();
            let with_lines = |request| {
                lines.iter().fold(request, |request: Request, line| request.line("Origin", line))
            };
            let preflight = with_lines(options().line(ACRM, "PUT"));
            [
                (format!("GET {name:?}"), with_lines(get("/items")), served(NOTHING_GRANTED)),
                (format!("preflight {name:?}"), preflight, answered(403, PREFLIGHT_REFUSED)),
            ]
        })
        .collect();
    check(listed(), &EVERYWHERE, &cases).await;
}

#[tokio::test]
async fn spellings_of_http_1() {
    let lower = options()
        .line("origin", ALLOWED_ORIGIN)
        .line("access-control-request-method", "PUT")
        .line("access-control-request-headers", "x-token");
    let upper = options()
        .line("ORIGIN", ALLOWED_ORIGIN)
        .line("ACCESS-CONTROL-REQUEST-METHOD", "PUT")
        .line("ACCESS-CONTROL-REQUEST-HEADERS", "x-token");
    let around = "\t  https://example.com \t ";
    let preflight_around =
        options().line("Origin", around).line(ACRM, "  PUT\t").line(ACRH, " \t  x-token \t ");
    let cases = [
        ("lower case", lower, answered(204, PREFLIGHT_ALLOWED)),
        ("upper case", upper, answered(204, PREFLIGHT_ALLOWED)),
        ("white space around", get("/items").line("Origin", around), served(SHARED)),
        ("white space around, preflight", preflight_around, answered(204, PREFLIGHT_ALLOWED)),
        ("only white space", get("/items").line("Origin", " \t "), served(NOTHING_GRANTED)),
    ];
    check(listed(), &AS_BYTES, &cases).await;
}

/// Request heads full of names that take long to read and are not allowed.
fn long_lists() -> [(&'static str, Request); 7] {
    const LENGTH: usize = 60 * 1024;
    let commas = ",".repeat(LENGTH);
    let spaces = format!("content-type,{}x-token", " ".repeat(LENGTH));
    let tabs = format!("content-type{},x-token", "\t".repeat(LENGTH));
    let name = "x".repeat(LENGTH);
    let repeated = "x-token,".repeat(LENGTH / "x-token,".len());
    // Hyper accepts 100 lines over HTTP/1.1.
    let line = &repeated[..LENGTH / 90];
    let lines = (0..90).fold(preflight(), |request, _| request.line(ACRH, line));
    let short_lines = (0..90).fold(preflight(), |request, _| request.line(ACRH, ""));
    [
        ("commas", preflight().line(ACRH, commas)),
        ("spaces", preflight().line(ACRH, spaces)),
        ("tabs", preflight().line(ACRH, tabs)),
        ("one name", preflight().line(ACRH, name)),
        ("an allowed name repeated", preflight().line(ACRH, &repeated)),
        ("many lines", lines),
        ("many empty lines", short_lines),
    ]
}

#[tokio::test]
async fn long_lists_of_headers() {
    let cases =
        long_lists().map(|(name, request)| (name, request, answered(403, PREFLIGHT_REFUSED)));
    check(listed(), &WHERE_60_KB_PASS, &cases).await;
}

#[tokio::test]
async fn any_method_and_header_with_credentials() {
    const ECHOED: Headers = &[
        ("access-control-allow-credentials", "true"),
        ("access-control-allow-headers", "x-a, X-B"),
        ("access-control-allow-headers", "x-c"),
        ("access-control-allow-methods", "PUT"),
        ("access-control-allow-origin", ALLOWED_ORIGIN),
        PREFLIGHT_REFUSED[0],
    ];
    let cors = with_credentials().allow_any_method().allow_any_header().build().unwrap();
    let asked = preflight().line(ACRH, "x-a, X-B").line(ACRH, "x-c");
    check(cors.clone(), &EVERYWHERE, &[("two lines", asked, answered(204, ECHOED))]).await;

    let cases =
        long_lists().map(|(name, request)| (name, request, answered(403, PREFLIGHT_REFUSED)));
    check(cors, &WHERE_60_KB_PASS, &cases).await;
}

#[tokio::test]
async fn any_origin() {
    const STATIC: Headers = &[("access-control-allow-origin", "*")];
    const STATIC_PREFLIGHT: Headers = &[
        ("access-control-allow-headers", "content-type"),
        ("access-control-allow-origin", "*"),
        STATIC_PREFLIGHT_REFUSED[0],
    ];
    const STATIC_PREFLIGHT_REFUSED: Headers =
        &[("vary", "access-control-request-method, access-control-request-headers")];
    let asking = |origin, method| options().line("Origin", origin).line(ACRM, method);
    let two_origins = get("/items").line("Origin", ALLOWED_ORIGIN).line("Origin", "null");
    let cases = [
        ("not CORS", get("/items"), served(STATIC)),
        ("simple", get("/items").line("Origin", REFUSED_ORIGIN), served(STATIC)),
        ("no origin's bytes", get("/items").line("Origin", b"\x80"), served(STATIC)),
        ("two origins", two_origins, served(STATIC)),
        ("foreign headers", get("/foreign"), served(STATIC)),
        ("preflight", asking("null", "POST"), answered(204, STATIC_PREFLIGHT)),
        ("refused", asking("null", "PUT"), answered(403, STATIC_PREFLIGHT_REFUSED)),
    ];
    check(CorsLayer::public(), &EVERYWHERE, &cases).await;
}

#[tokio::test]
async fn headers_of_the_inner_service() {
    const VARY: [(&str, Headers); 4] = [
        ("/foreign", &[("vary", "origin")]),
        ("/vary", &[("vary", "accept"), ("vary", "cookie, x-origin"), ("vary", "origin")]),
        ("/vary-any", &[("vary", "*")]),
        ("/vary-origin", &[("vary", "accept"), ("vary", "Cookie, Origin")]),
    ];
    let cases = VARY.map(|(path, vary)| {
        let granted: Vec<_> =
            SHARED.iter().filter(|(name, _)| *name != "vary").chain(vary).copied().collect();
        [
            (path, get(path), served(vary)),
            (path, get(path).line("Origin", REFUSED_ORIGIN), served(vary)),
            (path, get(path).line("Origin", ALLOWED_ORIGIN), served(&granted)),
        ]
    });
    check(listed(), &EVERYWHERE, &cases.into_iter().flatten().collect::<Vec<_>>()).await;
}
