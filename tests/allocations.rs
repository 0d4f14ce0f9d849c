//! The layer's memory: nothing for a forwarded request, one header map for a preflight, one pointer for a service, and
//! at most 48 bytes for a future.

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
use tower_cors::{Cors, CorsLayer, Danger, OriginPattern, OriginSet, Policy, Refuse};

const MEBIBYTE: usize = 1 << 20;

/// One for its index, and one for its entries.
const ALLOCATIONS_OF_A_HEADER_MAP: u64 = 2;

const ALLOWED: (&str, &str) = ("origin", "https://example.com");
const REFUSED: (&str, &str) = ("origin", "https://example.org");
const METHOD: (&str, &str) = ("access-control-request-method", "PUT");
const HEADERS: &str = "access-control-request-headers";

/// The inner service's headers. A map with one header also has room for those of the layer.
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
        // The map has a separate list for further lines of a name.
        ("Vary", &[("vary", "accept")], 1),
    ];
    for (name, response, allocations) in table {
        check(name, &listed(), &get(&[ALLOWED]), response, true, allocations);
        check(name, &listed(), &get(&[REFUSED]), response, false, allocations);
    }
}

#[test]
fn a_preflight_allocates_a_header_map() {
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
        let map = ALLOCATIONS_OF_A_HEADER_MAP;
        check(name, &listed(), &request, RESPONSE, is_allowed, map);
    }
}

#[test]
fn a_mebibyte_of_requested_headers_is_not_copied() {
    for element in [",", " ", "a", "authorization,"] {
        for lines in [1, 10_001] {
            let line = element.repeat(MEBIBYTE.div_ceil(lines * element.len()));
            let mut headers = vec![ALLOWED, METHOD];
            headers.resize(headers.len() + lines, (HEADERS, &line));
            let request = options(&headers);
            let name = format!("{lines} lines of {element:?}");
            let map = ALLOCATIONS_OF_A_HEADER_MAP;
            check(&name, &listed(), &request, RESPONSE, false, map);
            check(&name, &echoing(), &request, RESPONSE, false, map);
        }
    }
}

/// A server keeps the memory of a response's map as long as the connection lives, so a client must not choose its size.
#[test]
fn a_refused_preflight_keeps_no_memory_of_its_request() {
    for (kind, lines) in [("other names", 20), ("other names", 2_000), ("one name", 2_000)] {
        for left in [lines, 1] {
            let memory = allocation_counter::measure(|| {
                let mut request = options(&[REFUSED, METHOD]);
                for line in 0..lines {
                    let name = if kind == "one name" { 0 } else { line };
                    let name = HeaderName::try_from(format!("x-{name}")).unwrap();
                    request.headers_mut().append(name, HeaderValue::from_static("1"));
                }
                // An outer layer that joins lines or removes headers does this. The map's memory stays.
                for line in left..lines {
                    request.headers_mut().remove(format!("x-{line}"));
                }
                if kind == "one name" && left == 1 {
                    request.headers_mut().insert("x-0", HeaderValue::from_static("1"));
                }
                let (response, _) = send(listed().layer(inner(RESPONSE)), request);
                assert_eq!(response.headers().len(), 1);
                std::mem::forget(response);
            });
            // The size of the smallest map.
            assert!(
                memory.bytes_current <= 656,
                "{lines} lines of {kind}, {left} left: {memory:?}"
            );
        }
    }
}

/// The prepared map has no room for headers that are sent back.
#[test]
fn an_echo_allocates_its_place_in_the_map() {
    let names = (HEADERS, "x-a,x-b");
    let map = ALLOCATIONS_OF_A_HEADER_MAP;
    let table = [
        ("forwarded", get(&[ALLOWED]), true, 0),
        ("method", options(&[ALLOWED, METHOD]), true, map + 1),
        ("method and names", options(&[ALLOWED, METHOD, names]), true, map + 1),
        ("two lines of names", options(&[ALLOWED, METHOD, names, names]), true, map + 2),
        ("impossible method", options(&[ALLOWED, (METHOD.0, "TRACE"), names]), false, map),
        ("impossible name", options(&[ALLOWED, METHOD, (HEADERS, "a b")]), false, map),
        ("null", options(&[("origin", "null"), METHOD, names]), false, map),
    ];
    for (name, request, is_allowed, allocations) in table {
        check(name, &echoing(), &request, RESPONSE, is_allowed, allocations);
    }
}

/// Names beside a `*` are in values of their own. Those that are not sent back allocate nothing.
#[test]
fn an_echo_beside_a_wildcard_allocates_its_values() {
    let layer = CorsLayer::builder().allow_origin(ALLOWED.1).allow_any_method().allow_any_header();
    let layer = layer.echo_beside_wildcard(true).build().unwrap();
    let map = ALLOCATIONS_OF_A_HEADER_MAP;
    let names = (HEADERS, "x-a,x-b");
    let long = "a".repeat(MEBIBYTE);
    let table = [
        ("forwarded", get(&[ALLOWED]), true, 0),
        ("method", options(&[ALLOWED, METHOD]), true, map + 1),
        ("method and names", options(&[ALLOWED, METHOD, names]), true, map + 2),
        ("safelisted method", options(&[ALLOWED, (METHOD.0, "POST")]), true, map),
        ("two lines of names", options(&[ALLOWED, METHOD, names, names]), true, map + 1),
        ("1 MiB of names", options(&[ALLOWED, METHOD, (HEADERS, &long)]), true, map + 1),
        ("impossible method", options(&[ALLOWED, (METHOD.0, "TRACE"), names]), false, map),
        ("null", options(&[("origin", "null"), METHOD, names]), false, map),
    ];
    for (name, request, is_allowed, allocations) in table {
        check(name, &layer, &request, RESPONSE, is_allowed, allocations);
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

/// The size of the layer's future, minus that of `F` or of the response that it holds instead, whichever is larger.
fn larger_by<F>(_: &F) -> usize
where
    F: Future<Output = Result<Response<()>, Infallible>>,
{
    type Outer<F> = <Cors<ServiceFn<fn(Request<()>) -> F>> as Service<Request<()>>>::Future;

    // In the layer's future, `F` is padded.
    let inner = size_of::<F>().next_multiple_of(align_of::<Outer<F>>());
    size_of::<Outer<F>>() - inner.max(size_of::<Response<()>>())
}

/// The sizes include everything that the policy owns, but not the texts that all policies share.
#[test]
fn what_a_policy_takes() {
    let one = || Policy::builder().allow_origin("https://example.com");
    let refusing = || one().refuse_disallowed_origins(Refuse::All).no_own_origins();
    let two = || {
        let other = Policy::builder().allow_origin("https://example.org").build_policy().unwrap();
        CorsLayer::first_match([one().build_policy().unwrap(), other]).unwrap()
    };
    let sizes = [
        ("one origin", size_of_value(|| one().build_policy().unwrap())),
        ("refusing", size_of_value(|| refusing().build_policy().unwrap())),
        ("first_match of two", size_of_value(two)),
    ];
    let most = [1_272, 1_752, 2_544];
    assert!(sizes.iter().zip(most).all(|((_, size), most)| *size <= most), "{sizes:?}");
}

#[test]
fn a_policy_of_one_origin_keeps_few_allocations() {
    let make = || Policy::builder().allow_origin("https://example.com").build_policy().unwrap();
    drop(make());
    let memory = allocation_counter::measure(|| std::mem::forget(make()));
    // With `tracing`, it also remembers what was reported.
    let most = if cfg!(feature = "tracing") { 13 } else { 12 };
    assert!(memory.count_current <= most, "{memory:?}");
}

/// The bytes of a value and of everything that it owns. Making another one first excludes shared texts.
fn size_of_value<T>(make: impl Fn() -> T) -> i64 {
    drop(make());
    let memory = allocation_counter::measure(|| std::mem::forget(make()));
    memory.bytes_current + i64::try_from(size_of::<T>()).unwrap()
}

/// The memory of many long patterns is proportional to their text.
#[test]
fn patterns_of_many_labels_take_memory_in_proportion() {
    let text_of = |labels: usize| {
        let pattern = |number: usize| {
            let labels: Vec<String> = (0..labels).map(|_| String::from("a")).collect();
            format!("https://*.n{number:05}.{}.example.com", labels.join("."))
        };
        (0..1_000).map(pattern).collect::<Vec<_>>()
    };
    for labels in [1, 10, 100] {
        // Each pattern gets a rightmost name of its own, so that no two share a parent domain.
        let patterns: Vec<String> = text_of(labels)
            .iter()
            .enumerate()
            .map(|(number, text)| text.replace("example.com", &format!("e{number}.com")))
            .collect();
        let text: usize = patterns.iter().map(String::len).sum();
        let memory = size_of_value(|| {
            let patterns = patterns.iter().map(|pattern| pattern.parse::<OriginPattern>().unwrap());
            patterns.collect::<OriginSet>()
        });
        let text = i64::try_from(text).unwrap();
        assert!(memory <= 16 * text, "{labels} labels: {memory} bytes for {text}");
    }
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

/// Allows any origin, method and header, with credentials.
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

/// Sends a clone of `request`. While the original lives, the clone's values are shared, as in hyper's requests.
fn check(
    name: &str,
    layer: &CorsLayer,
    request: &Request<()>,
    response: &[(&'static str, &'static str)],
    is_allowed: bool,
    allocations: u64,
) {
    // `tracing` registers a call site at its first use.
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

/// The response, and the number of allocations until it was ready.
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
