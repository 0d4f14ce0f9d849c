//! The events that the layer sends to `tracing`.

use std::{
    convert::Infallible,
    fmt::{self, Write},
    future::ready,
    sync::{Arc, Mutex},
};

use http::{HeaderValue, Request, Response};
use tower::{Layer, ServiceExt, service_fn};
use tower_cors::{CorsLayer, CorsLayerBuilder, Policy, Refuse};
use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

/// Keeps the text of each event of this crate up to a level.
#[derive(Clone)]
struct Recorder {
    level: Level,
    events: Arc<Mutex<Vec<String>>>,
}

impl Subscriber for Recorder {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "tower_cors" && *metadata.level() <= self.level
    }

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields(event.metadata().level().to_string());
        event.record(&mut fields);
        self.events.lock().unwrap().push(fields.0);
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            write!(self.0, " {value:?}").unwrap();
        } else {
            write!(self.0, " {}={value:?}", field.name()).unwrap();
        }
    }
}

fn ours() -> CorsLayerBuilder {
    CorsLayer::builder().allow_origin("https://app.example.com").allow_method("PUT")
}

fn request(method: &str, path: &str, headers: &[(&'static str, &[u8])]) -> Request<()> {
    let mut request = Request::builder().method(method).uri(path).body(()).unwrap();
    for &(name, value) in headers {
        request.headers_mut().append(name, HeaderValue::from_bytes(value).unwrap());
    }
    request
}

/// The events that a layer sends while it is built and serves these requests.
fn events(
    level: Level,
    build: impl Fn() -> CorsLayer,
    requests: &[Request<()>],
    inner: &[&'static str],
) -> Vec<String> {
    let recorder = Recorder { level, events: Arc::default() };
    tracing::subscriber::with_default(recorder.clone(), || {
        let layer = build();
        for request in requests {
            let service = layer.layer(service_fn(|_: Request<()>| {
                let mut response = Response::new(());
                for name in inner {
                    response.headers_mut().append(*name, HeaderValue::from_static("*"));
                }
                ready(Ok::<_, Infallible>(response))
            }));
            let response = pin_and_finish(service.oneshot(request.clone()));
            assert!(response.is_ok());
        }
    });
    let events = recorder.events.lock().unwrap();
    events.clone()
}

fn pin_and_finish<T>(future: impl Future<Output = T>) -> T {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(future).poll(&mut context) {
        std::task::Poll::Ready(output) => output,
        std::task::Poll::Pending => panic!("nothing here waits"),
    }
}

const OURS: (&str, &[u8]) = ("origin", b"https://app.example.com");
const EVIL: (&str, &[u8]) = ("origin", b"https://evil.example");
const SAME_ORIGIN: (&str, &[u8]) = ("sec-fetch-site", b"same-origin");
const PUT: (&str, &[u8]) = ("access-control-request-method", b"PUT");

#[test]
fn a_decision_is_an_event() {
    let requests = [
        request("GET", "/items?secret=1", &[]),
        request("GET", "/items", &[OURS]),
        request("GET", "/items", &[EVIL]),
        request("OPTIONS", "/items", &[OURS, PUT]),
        request("OPTIONS", "/items", &[OURS, ("access-control-request-method", b"PATCH")]),
        request("POST", "/items", &[EVIL, SAME_ORIGIN]),
    ];
    assert_eq!(
        events(Level::DEBUG, || ours().build().unwrap(), &requests, &[]),
        [
            "DEBUG passed kind=no CORS request method=GET path=/items answered=false",
            "DEBUG passed kind=simple request method=GET origin=https://app.example.com path=/items answered=false",
            "DEBUG refused kind=simple request method=GET origin=https://evil.example path=/items answered=false \
             refusal=origin `https://evil.example` is not allowed",
            "DEBUG passed kind=preflight method=OPTIONS origin=https://app.example.com path=/items answered=true",
            "DEBUG refused kind=preflight method=OPTIONS origin=https://app.example.com path=/items answered=true \
             refusal=method `PATCH` is not allowed",
            "DEBUG passed kind=no CORS request method=POST origin=https://evil.example path=/items answered=false",
        ]
    );
    // A subscriber that disables the level gets no event.
    assert_eq!(events(Level::INFO, || ours().build().unwrap(), &requests, &[]), [""; 0]);
}

#[test]
fn hostile_values_are_escaped_and_cut() {
    let long = [b"https://", "a".repeat(10_000).as_bytes()].concat();
    let requests = [
        request("GET", "/", &[("origin", b"https://a\xff\tb\"")]),
        request("GET", &format!("/{}", "p".repeat(10_000)), &[("origin", &long)]),
        request("OPTIONS", "/", &[OURS, PUT, ("access-control-request-headers", &long)]),
        request("OPTIONS", "/", &[OURS, ("access-control-request-method", &long)]),
        request(&"M".repeat(10_000), "/", &[OURS]),
    ];
    for line in events(Level::DEBUG, || ours().build().unwrap(), &requests, &[]) {
        assert!(line.is_ascii(), "{line}");
        assert!(!line.bytes().any(|byte| byte.is_ascii_control()), "{line}");
        for field in line.split(['=', '`']) {
            assert!(field.len() <= 256 + " answered".len(), "{} bytes: {line}", field.len());
        }
    }
    assert_eq!(
        events(Level::DEBUG, || ours().build().unwrap(), &requests[..1], &[]),
        [
            "DEBUG refused kind=simple request method=GET origin=https://a\\xff\\tb\\\" path=/ answered=false \
          refusal=malformed origin `https://a\\xff\\tb\\\"`"
        ]
    );
    let cut = format!("{}...", "M".repeat(253));
    assert_eq!(
        events(Level::DEBUG, || ours().build().unwrap(), &requests[4..], &[]),
        [format!(
            "DEBUG passed kind=preflighted request method={cut} origin=https://app.example.com path=/ \
             answered=false hint=its preflight is refused: method `{cut}` is longer than the 64 bytes that a \
             method may have"
        )]
    );
}

#[test]
fn foreign_headers_are_reported_once_a_policy() {
    let requests = [request("GET", "/", &[OURS]), request("GET", "/", &[])];
    let inner = ["access-control-allow-origin", "access-control-expose-headers"];
    let event = "WARN something inside the layer sets CORS headers, which are removed; \
                 let the outermost layer alone set them \
                 headers=access-control-allow-origin, access-control-expose-headers";
    assert_eq!(events(Level::WARN, || ours().build().unwrap(), &requests, &inner), [event]);
    assert_eq!(events(Level::WARN, || ours().build().unwrap(), &requests, &[]), [""; 0]);
    // A layer with `report_only` changes nothing.
    let build = || ours().report_only(true).build().unwrap();
    let events = events(Level::WARN, build, &requests, &inner);
    assert!(!events.contains(&event.to_owned()), "{events:?}");
}

#[test]
fn warnings_are_events_once_a_build() {
    let build = || {
        let builder = ours().refuse_disallowed_origins(Refuse::All).diagnose(true);
        builder.build().unwrap()
    };
    let policy: Policy = build().policy().clone();
    let expected: Vec<String> =
        policy.warnings().iter().map(|warning| format!("WARN {warning}")).collect();
    assert_eq!(expected.len(), 2, "{expected:?}");
    assert_eq!(events(Level::WARN, build, &[request("GET", "/", &[])], &[]), expected);
}

#[test]
fn what_is_only_reported_is_an_event() {
    let build = || {
        let builder = ours().refuse_disallowed_origins(Refuse::All).no_own_origins();
        builder.report_only(true).build().unwrap()
    };
    let events = events(Level::DEBUG, build, &[request("POST", "/", &[EVIL])], &[]);
    assert_eq!(
        events.last().unwrap(),
        "DEBUG refused kind=simple request method=POST origin=https://evil.example path=/ answered=false \
         refusal=origin `https://evil.example` is not allowed"
    );
}

#[test]
fn a_route_that_names_no_methods_is_an_event_once() {
    let build = || ours().allow_methods_of_route().build().unwrap();
    let preflight = || request("OPTIONS", "/", &[OURS, PUT]);
    let events = events(Level::WARN, build, &[preflight(), preflight()], &[]);
    assert_eq!(
        events,
        [
            "WARN allow_methods_of_route has no effect on a route whose response to OPTIONS has no Allow \
          header; in axum, put the layer around the whole router, not into Router::layer"
        ]
    );
}

#[test]
fn a_near_miss_is_part_of_the_event() {
    let build = || ours().build().unwrap();
    let get = request("GET", "/", &[("origin", b"http://app.example.com")]);
    let events = events(Level::DEBUG, build, &[get], &[]);
    assert_eq!(
        events,
        [
            "DEBUG refused kind=simple request method=GET origin=http://app.example.com path=/ answered=false \
          refusal=origin `http://app.example.com` is not allowed hint=`https://app.example.com` is allowed, \
          but the scheme differs"
        ]
    );
}
