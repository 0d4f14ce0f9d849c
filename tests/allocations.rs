//! What the layer costs in memory: nothing for a request that it forwards, one header map for a preflight that it
//! allows, nothing for one that it refuses, one pointer for a service, and no more than 48 bytes for a future.

use std::{
    convert::Infallible,
    future::{Future, pending, ready},
    hint::black_box,
    pin::{Pin, pin},
    task::{Context, Poll, Waker},
    time::Duration,
};

use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, header::VARY};
use tower::{Layer, Service, service_fn, util::ServiceFn};
use tower_cors::{Cors, CorsLayer, Danger};

const MEBIBYTE: usize = 1 << 20;

/// Of its index and of its entries.
const ALLOCATIONS_OF_A_HEADER_MAP: u64 = 2;

const ALLOWED: (&str, &str) = ("origin", "https://example.com");
const REFUSED: (&str, &str) = ("origin", "https://example.org");
const METHOD: (&str, &str) = ("access-control-request-method", "PUT");
const HEADERS: &str = "access-control-request-headers";

/// The inner service's headers. A map with one has room for those of the layer.
const RESPONSE: &[(&str, &str)] = &[("content-type", "application/json")];

#[test]
fn a_header_map_allocates_its_index_and_its_entries() {
    let counted = allocation_counter::measure(|| {
        let mut headers = HeaderMap::new();
        headers.insert(VARY, HeaderValue::from_static("origin"));
        black_box(headers);
    });
    assert_eq!(counted.count_total, ALLOCATIONS_OF_A_HEADER_MAP);
}

#[test]
fn a_forwarded_request_allocates_nothing() {
    let long = format!("https://{}.example.com", "a".repeat(MEBIBYTE));
    let table = [
        ("no origin", get(&[]), false),
        ("allowed", get(&[ALLOWED]), true),
        ("subdomain", get(&[("origin", "https://b.a.example.com")]), true),
        ("Punycode", get(&[("origin", "https://xn--fa-hia.example.com")]), true),
        ("any port", get(&[("origin", "http://localhost:3000")]), true),
        ("IPv4", get(&[("origin", "http://127.0.0.1:3000")]), true),
        ("IPv6", get(&[("origin", "https://[2001:db8::1]:8443")]), true),
        ("refused", get(&[REFUSED]), false),
        ("refused IPv4", get(&[("origin", "http://127.0.0.2:3000")]), false),
        ("refused IPv6", get(&[("origin", "https://[2001:db8::2]")]), false),
        ("null", get(&[("origin", "null")]), false),
        ("no scheme", get(&[("origin", "a.example.com")]), false),
        ("path", get(&[("origin", "https://a.example.com/")]), false),
        ("upper case", get(&[("origin", "https://A.example.com")]), false),
        ("other than ASCII", get(&[("origin", "https://ß.example.com")]), false),
        ("wrong Punycode", get(&[("origin", "https://xn--.example.com")]), false),
        ("wrong IPv4", get(&[("origin", "http://127.1:3000")]), false),
        ("wrong IPv6", get(&[("origin", "https://[2001:db8:0::1]")]), false),
        ("two origins", get(&[ALLOWED, ALLOWED]), false),
        ("1 MiB origin", get(&[("origin", &long)]), false),
        ("OPTIONS without origin", options(&[METHOD]), false),
        ("OPTIONS without method", options(&[ALLOWED]), true),
    ];
    for (name, request, is_allowed) in table {
        check(name, &listed(), &request, RESPONSE, is_allowed, 0);
        check(&format!("{name}, public"), &CorsLayer::public(), &request, RESPONSE, true, 0);
    }
}

#[test]
fn a_response_allocates_what_its_header_map_needs() {
    let table: [(_, &[_], _); 7] = [
        ("no header", &[], ALLOCATIONS_OF_A_HEADER_MAP),
        ("one header", RESPONSE, 0),
        ("allowed origin", &[("access-control-allow-origin", "*")], 0),
        (
            "two allowed origins",
            &[("access-control-allow-origin", "a"), ("access-control-allow-origin", "b")],
            0,
        ),
        (
            "all headers of the protocol",
            &[
                ("access-control-allow-credentials", "true"),
                ("access-control-allow-headers", "a"),
                ("access-control-allow-methods", "a"),
                ("access-control-allow-origin", "a"),
                ("access-control-expose-headers", "a"),
                ("access-control-max-age", "5"),
            ],
            0,
        ),
        ("Vary: origin", &[("vary", "accept, Origin")], 0),
        // For lines after the first of a name, the map has a list.
        ("Vary", &[("vary", "accept")], 1),
    ];
    for (name, response, allocations) in table {
        check(name, &listed(), &get(&[ALLOWED]), response, true, allocations);
        check(name, &listed(), &get(&[REFUSED]), response, false, allocations);
    }
}

#[test]
fn an_allowed_preflight_allocates_a_header_map_and_a_refused_one_nothing() {
    let long = "a".repeat(MEBIBYTE);
    let table = [
        ("no header", options(&[ALLOWED, METHOD]), true),
        ("headers", options(&[ALLOWED, METHOD, (HEADERS, "authorization,content-type")]), true),
        ("spelling", options(&[ALLOWED, METHOD, (HEADERS, "Content-Type , Authorization")]), true),
        (
            "two lines",
            options(&[ALLOWED, METHOD, (HEADERS, "authorization"), (HEADERS, "content-type")]),
            true,
        ),
        ("subdomain", options(&[("origin", "https://a.example.com"), METHOD]), true),
        ("safelisted method", options(&[ALLOWED, (METHOD.0, "POST")]), true),
        ("refused origin", options(&[REFUSED, METHOD]), false),
        ("null", options(&[("origin", "null"), METHOD]), false),
        ("two origins", options(&[ALLOWED, ALLOWED, METHOD]), false),
        ("1 MiB origin", options(&[("origin", &long), METHOD]), false),
        ("refused method", options(&[ALLOWED, (METHOD.0, "LOCK")]), false),
        ("impossible method", options(&[ALLOWED, (METHOD.0, "CONNECT")]), false),
        ("two methods", options(&[ALLOWED, METHOD, METHOD]), false),
        ("1 MiB method", options(&[ALLOWED, (METHOD.0, &long)]), false),
        ("refused header", options(&[ALLOWED, METHOD, (HEADERS, "x-other")]), false),
        ("impossible header", options(&[ALLOWED, METHOD, (HEADERS, "a b")]), false),
        ("white space", options(&[ALLOWED, METHOD, (HEADERS, "   authorization")]), false),
        ("empty elements", options(&[ALLOWED, METHOD, (HEADERS, &",".repeat(20))]), false),
    ];
    for (name, request, is_allowed) in table {
        // The answer to a refused one is written into the request's map.
        let allocations = if is_allowed { ALLOCATIONS_OF_A_HEADER_MAP } else { 0 };
        check(name, &listed(), &request, RESPONSE, is_allowed, allocations);
    }
}

#[test]
fn a_mebibyte_of_requested_headers_allocates_nothing() {
    for element in [",", " ", "a", "authorization,"] {
        for lines in [1, 10_001] {
            let line = element.repeat(MEBIBYTE.div_ceil(lines * element.len()));
            let mut headers = vec![ALLOWED, METHOD];
            headers.resize(headers.len() + lines, (HEADERS, &line));
            let request = options(&headers);
            let name = format!("{lines} lines of {element:?}");
            check(&name, &listed(), &request, RESPONSE, false, 0);
            check(&name, &echoing(), &request, RESPONSE, false, 0);
        }
    }
}

/// The prepared map is as large as what it holds, and an echo is not in it.
#[test]
fn an_echo_allocates_its_place_in_the_map() {
    let names = (HEADERS, "x-a,x-b");
    let map = ALLOCATIONS_OF_A_HEADER_MAP;
    let table = [
        ("forwarded", get(&[ALLOWED]), true, 0),
        ("method", options(&[ALLOWED, METHOD]), true, map + 1),
        ("method and names", options(&[ALLOWED, METHOD, names]), true, map + 1),
        ("two lines of names", options(&[ALLOWED, METHOD, names, names]), true, map + 2),
        ("impossible method", options(&[ALLOWED, (METHOD.0, "TRACE"), names]), false, 0),
        ("impossible name", options(&[ALLOWED, METHOD, (HEADERS, "a b")]), false, 0),
        ("null", options(&[("origin", "null"), METHOD, names]), false, 0),
    ];
    for (name, request, is_allowed, allocations) in table {
        check(name, &echoing(), &request, RESPONSE, is_allowed, allocations);
    }
}

#[test]
fn a_service_is_a_pointer_larger_than_the_inner_one() {
    assert_eq!(size_of::<Cors<Box<u8>>>(), size_of::<Box<u8>>() + size_of::<usize>());
}

#[test]
fn a_future_is_at_most_48_bytes_larger_than_the_inner_one_or_the_response() {
    let state = [0_u8; 500];
    let boxed: Pin<Box<dyn Future<Output = _>>> = Box::pin(ready(Ok(Response::new(()))));
    let larger = [
        ("ready", larger_by(&ready(Ok(Response::new(()))))),
        ("boxed", larger_by(&boxed)),
        (
            "of 500 bytes",
            larger_by(&async move {
                pending::<()>().await;
                black_box(state);
                Ok(Response::new(()))
            }),
        ),
    ];
    assert!(larger.iter().all(|&(_, bytes)| bytes <= 48), "{larger:?}");
}

/// By how much the layer's future is larger than `F` and than the response that it holds instead.
fn larger_by<F>(_: &F) -> usize
where
    F: Future<Output = Result<Response<()>, Infallible>>,
{
    type Outer<F> = <Cors<ServiceFn<fn(Request<()>) -> F>> as Service<Request<()>>>::Future;

    // What stands beside others is padded.
    let inner = size_of::<F>().next_multiple_of(align_of::<Outer<F>>());
    size_of::<Outer<F>>() - inner.max(size_of::<Response<()>>())
}

fn listed() -> CorsLayer {
    CorsLayer::builder()
        .allow_origins([ALLOWED.1, "https://*.example.com"])
        .allow_origins(["http://localhost:*", "http://127.0.0.1:*", "https://[2001:db8::1]:*"])
        .allow_credentials(true)
        .allow_methods([Method::PUT, Method::DELETE, Method::PATCH])
        .allow_headers(["authorization", "content-type"])
        .expose_headers(["x-request-id", "etag"])
        .max_age(Duration::from_secs(600))
        .build()
        .unwrap()
}

/// Any of everything, with credentials.
fn echoing() -> CorsLayer {
    CorsLayer::builder()
        .allow_any_origin()
        .allow_credentials(true)
        .allow_any_method()
        .allow_any_header()
        .dangerously_allow(Danger::AnyOriginWithCredentials)
        .build()
        .unwrap()
}

fn get(headers: &[(&'static str, &str)]) -> Request<()> {
    request(Method::GET, headers)
}

fn options(headers: &[(&'static str, &str)]) -> Request<()> {
    request(Method::OPTIONS, headers)
}

fn request(method: Method, headers: &[(&'static str, &str)]) -> Request<()> {
    let mut request = Request::new(());
    *request.method_mut() = method;
    for &(name, value) in headers {
        let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
        request.headers_mut().append(HeaderName::from_static(name), value);
    }
    request
}

/// Sends a clone of `request`, the first that the layer gets. While the original lives, the clone's
/// values are shared, as those of hyper's requests are.
fn check(
    name: &str,
    layer: &CorsLayer,
    request: &Request<()>,
    response: &[(&'static str, &'static str)],
    is_allowed: bool,
    allocations: u64,
) {
    // A place that sends events to `tracing` is registered when it is first passed, once a process.
    #[cfg(feature = "tracing")]
    send(layer.layer(inner(response)), request.clone());
    let (_, bare) = send(inner(response), request.clone());
    let (response, layered) = send(layer.layer(inner(response)), request.clone());
    let allows = response.headers().contains_key("access-control-allow-origin");
    assert_eq!(allows, is_allowed, "{name}: whether it is allowed");
    assert_eq!(layered - bare, allocations, "{name}: allocations that the layer adds");
}

fn inner(
    headers: &[(&'static str, &'static str)],
) -> impl Service<Request<()>, Response = Response<()>, Error = Infallible> + use<> {
    let mut response = Response::new(());
    for &(name, value) in headers {
        let (name, value) = (HeaderName::from_static(name), HeaderValue::from_static(value));
        response.headers_mut().append(name, value);
    }
    let mut response = Some(response);
    service_fn(move |_| ready(Ok(response.take().unwrap())))
}

/// The response, and how often memory was allocated until it was there.
fn send<S>(mut service: S, request: Request<()>) -> (Response<()>, u64)
where
    S: Service<Request<()>, Response = Response<()>, Error = Infallible>,
{
    let mut context = Context::from_waker(Waker::noop());
    let mut response = Poll::Pending;
    let counted = allocation_counter::measure(|| {
        assert!(service.poll_ready(&mut context).is_ready());
        response = pin!(service.call(request)).poll(&mut context);
    });
    let Poll::Ready(Ok(response)) = response else { panic!("nothing here waits") };
    (response, counted.count_total)
}
