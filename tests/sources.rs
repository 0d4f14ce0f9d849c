//! Policies that are chosen for each request.

use std::{
    convert::Infallible,
    future::ready,
    panic::{RefUnwindSafe, UnwindSafe},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use http::{HeaderValue, Request, Response};
use tower::{Layer, ServiceExt, service_fn};
use tower_cors::{
    AsyncPolicy, ConfigError, ConfigErrors, Cors, CorsLayer, Danger, FirstMatch, Policy,
    PolicySource, Select,
};

type Header = (&'static str, &'static str);
/// Method, path and headers of a request, status and headers of its response.
type Row<'a> = (&'a str, &'a str, &'a [Header], u16, &'a [Header]);

const OURS: Header = ("origin", "https://app.example.com");
const OTHER: Header = ("origin", "https://other.example");
const PUT: Header = ("access-control-request-method", "PUT");
const INNER: Header = ("access-control-allow-origin", "https://inner.example");
const VARY: Header = ("vary", "origin");
const ANY: Header = ("access-control-allow-origin", "*");
const ALLOWED: Header = ("access-control-allow-origin", OURS.1);
const WITH_COOKIES: Header = ("access-control-allow-credentials", "true");
const PREFLIGHT_VARY: Header =
    ("vary", "origin, access-control-request-method, access-control-request-headers");

fn ours() -> Policy {
    Policy::builder()
        .allow_origin(OURS.1)
        .allow_credentials(true)
        .allow_method("PUT")
        .build_policy()
        .unwrap()
}

fn everyone() -> Policy {
    Policy::builder().allow_any_origin().build_policy().unwrap()
}

fn request(method: &str, path: &str, headers: &[Header]) -> Request<()> {
    let mut request = Request::builder().method(method).uri(path).body(()).unwrap();
    for &(name, value) in headers {
        request.headers_mut().append(name, HeaderValue::from_static(value));
    }
    request
}

/// Status and all headers of the response. The inner service says 418, and sets a CORS header of its own.
async fn send<P>(layer: &CorsLayer<P>, request: Request<()>) -> (u16, Vec<(String, String)>)
where
    P: PolicySource + Clone,
{
    let service = layer.layer(service_fn(|_: Request<()>| {
        let response = Response::builder().status(418).header(INNER.0, INNER.1);
        ready(Ok::<_, Infallible>(response.body(()).unwrap()))
    }));
    let response = service.oneshot(request).await.unwrap();
    let text = |value: &HeaderValue| value.to_str().unwrap().to_owned();
    let mut headers: Vec<_> =
        response.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
    headers.sort();
    (response.status().as_u16(), headers)
}

async fn assert_rows<P>(layer: &CorsLayer<P>, rows: &[Row<'_>])
where
    P: PolicySource + Clone,
{
    for (method, path, headers, status, expected) in rows {
        let (found, sent) = send(layer, request(method, path, headers)).await;
        let sent: Vec<(&str, &str)> =
            sent.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!((found, &sent[..]), (*status, *expected), "{method} {path} {headers:?}");
    }
}

#[tokio::test]
async fn select_by_path() {
    let (ours, everyone) = (ours(), everyone());
    let layer = CorsLayer::select(move |request| match request.uri.path() {
        "/public" => Some(everyone.clone()),
        "/metrics" => None,
        _ => Some(ours.clone()),
    });
    #[rustfmt::skip]
    assert_rows(&layer, &[
        ("GET", "/public", &[OTHER], 418, &[ANY]),
        ("GET", "/public", &[], 418, &[ANY]),
        ("GET", "/", &[OURS], 418, &[WITH_COOKIES, ALLOWED, VARY]),
        ("GET", "/", &[OTHER], 418, &[VARY]),
        ("OPTIONS", "/", &[OURS, PUT], 204, &[WITH_COOKIES, ("access-control-allow-methods", "PUT"), ALLOWED, PREFLIGHT_VARY]),
        ("OPTIONS", "/public", &[OURS, PUT], 403, &[("vary", "access-control-request-method, access-control-request-headers")]),
        // Where there is no policy, nothing is touched.
        ("GET", "/metrics", &[OURS], 418, &[INNER]),
        ("GET", "/metrics", &[], 418, &[INNER]),
        ("OPTIONS", "/metrics", &[OURS, PUT], 418, &[INNER]),
    ]).await;
}

/// What a shared cache has to know, the closure's policies say.
#[tokio::test]
async fn select_by_a_header() {
    let of_tenant = |origin: &str| {
        Policy::builder().allow_origin(origin).vary_on("x-tenant").build_policy().unwrap()
    };
    let (acme, initech) = (of_tenant(OURS.1), of_tenant(OTHER.1));
    let layer = CorsLayer::select(move |request| {
        let tenant = request.headers.get("x-tenant")?;
        Some(if tenant == "acme" { acme.clone() } else { initech.clone() })
    });
    let vary = ("vary", "origin, x-tenant");
    #[rustfmt::skip]
    assert_rows(&layer, &[
        ("GET", "/", &[OURS, ("x-tenant", "acme")], 418, &[ALLOWED, vary]),
        ("GET", "/", &[OURS, ("x-tenant", "initech")], 418, &[vary]),
        ("GET", "/", &[("x-tenant", "initech")], 418, &[vary]),
        ("GET", "/", &[OURS], 418, &[INNER]),
    ]).await;
}

#[tokio::test]
async fn first_match() {
    let layer = CorsLayer::first_match([ours(), everyone()]).unwrap();
    #[rustfmt::skip]
    assert_rows(&layer, &[
        ("GET", "/", &[OURS], 418, &[WITH_COOKIES, ALLOWED, VARY]),
        ("GET", "/", &[OTHER], 418, &[ANY, VARY]),
        ("GET", "/", &[("origin", "null")], 418, &[ANY, VARY]),
        ("GET", "/", &[OURS, OURS], 418, &[ANY, VARY]),
        ("GET", "/", &[], 418, &[ANY, VARY]),
        ("OPTIONS", "/", &[OURS, PUT], 204, &[WITH_COOKIES, ("access-control-allow-methods", "PUT"), ALLOWED, PREFLIGHT_VARY]),
        // The first that allows the origin decides, whatever a later one would say of the rest.
        ("OPTIONS", "/", &[OURS, ("access-control-request-method", "DELETE")], 403, &[PREFLIGHT_VARY]),
        ("OPTIONS", "/", &[OTHER, PUT], 403, &[PREFLIGHT_VARY]),
        ("OPTIONS", "/", &[OTHER, ("access-control-request-method", "GET")], 204, &[ANY, PREFLIGHT_VARY]),
        ("OPTIONS", "/", &[], 418, &[ANY, VARY]),
    ]).await;

    let partner = Policy::builder().allow_origin(OTHER.1).expose_header("x-a").build_policy();
    let layer = CorsLayer::first_match([ours(), partner.unwrap()]).unwrap();
    #[rustfmt::skip]
    assert_rows(&layer, &[
        ("GET", "/", &[OURS], 418, &[WITH_COOKIES, ALLOWED, VARY]),
        ("GET", "/", &[OTHER], 418, &[(ALLOWED.0, OTHER.1), ("access-control-expose-headers", "x-a"), VARY]),
        ("GET", "/", &[("origin", "https://third.example")], 418, &[VARY]),
        ("GET", "/", &[], 418, &[VARY]),
    ]).await;
}

#[tokio::test]
async fn all_vary_on_what_one_does() {
    let tenants = Policy::builder()
        .allow_origin_if(|_, request| request.headers.contains_key("x-tenant"))
        .vary_on("x-tenant")
        .build_policy()
        .unwrap();
    let layer = CorsLayer::first_match([ours(), tenants, everyone()]).unwrap();
    let vary = ("vary", "origin, x-tenant");
    #[rustfmt::skip]
    assert_rows(&layer, &[
        ("GET", "/", &[OURS], 418, &[WITH_COOKIES, ALLOWED, vary]),
        ("GET", "/", &[OTHER, ("x-tenant", "acme")], 418, &[(ALLOWED.0, OTHER.1), vary]),
        ("GET", "/", &[OTHER], 418, &[ANY, vary]),
        ("GET", "/", &[], 418, &[ANY, vary]),
        ("OPTIONS", "/", &[OTHER, ("access-control-request-method", "GET")], 204, &[
            ANY,
            ("vary", "origin, x-tenant, access-control-request-method, access-control-request-headers"),
        ]),
    ]).await;
}

#[test]
fn mistakes() {
    let text = |result: Result<CorsLayer<FirstMatch>, ConfigErrors>| {
        let mistakes = result.unwrap_err();
        (mistakes.iter().cloned().collect::<Vec<_>>(), mistakes.to_string())
    };
    let (mistakes, message) = text(CorsLayer::first_match([]));
    assert_eq!(mistakes, [ConfigError::NoPolicy]);
    assert_eq!(
        message,
        "first_match: there is no policy, so nothing would match; give one or more"
    );
    let policies = [everyone(), ours(), CorsLayer::public().policy().clone(), everyone()];
    let (mistakes, message) = text(CorsLayer::first_match(policies));
    assert_eq!(
        mistakes,
        [
            ConfigError::AnyOriginBeforeLast { place: 1 },
            ConfigError::AnyOriginBeforeLast { place: 3 }
        ]
    );
    assert_eq!(
        message,
        "first_match: policy 1 allows any origin, so those after it would never be asked; make it the last\n\
         first_match: policy 3 allows any origin, so those after it would never be asked; make it the last"
    );
    let reflecting = Policy::builder()
        .allow_any_origin()
        .allow_credentials(true)
        .dangerously_allow(Danger::AnyOriginWithCredentials)
        .build_policy()
        .unwrap();
    let (mistakes, _) = text(CorsLayer::first_match([reflecting, ours()]));
    assert_eq!(mistakes, [ConfigError::AnyOriginBeforeLast { place: 1 }]);
}

#[tokio::test]
async fn a_predicate_is_asked_once_a_request() {
    let count = Arc::new(AtomicUsize::new(0));
    let asking = |answer: bool| {
        let counter = Arc::clone(&count);
        let builder = Policy::builder().allow_origin_if(move |_, _| {
            counter.fetch_add(1, Ordering::Relaxed);
            answer
        });
        builder.allow_method("PUT").build_policy().unwrap()
    };
    let layer = CorsLayer::first_match([asking(false), asking(true), asking(true)]).unwrap();
    for (request, asked) in [
        (request("GET", "/", &[]), 0),
        (request("GET", "/", &[OURS]), 2),
        (request("OPTIONS", "/", &[OURS, PUT]), 2),
        (request("GET", "/", &[("origin", "null")]), 0),
    ] {
        let described = format!("{request:?}");
        send(&layer, request).await;
        assert_eq!(count.swap(0, Ordering::Relaxed), asked, "{described}");
    }
    let layer = CorsLayer::first_match([asking(false), asking(false)]).unwrap();
    send(&layer, request("GET", "/", &[OURS])).await;
    assert_eq!(count.load(Ordering::Relaxed), 2);
}

/// The policy that decides is the one that reports.
#[tokio::test]
async fn reports_of_the_policy_that_decides() {
    let count = Arc::new([AtomicUsize::new(0), AtomicUsize::new(0)]);
    let reporting = |number: usize, origin: &str| {
        let counter = Arc::clone(&count);
        let builder = Policy::builder().allow_origin(origin).on_decision(move |_, _| {
            counter[number].fetch_add(1, Ordering::Relaxed);
        });
        builder.build_policy().unwrap()
    };
    let layer = CorsLayer::first_match([reporting(0, OURS.1), reporting(1, OTHER.1)]).unwrap();
    for (headers, first, second) in [(&[OURS][..], 1, 0), (&[OTHER], 0, 1), (&[], 0, 1)] {
        send(&layer, request("GET", "/", headers)).await;
        let counts = [&count[0], &count[1]].map(|count| count.swap(0, Ordering::Relaxed));
        assert_eq!(counts, [first, second], "{headers:?}");
    }
}

/// Layers can stand in a field, cross threads, and be caught in a panic, whatever their source.
#[test]
fn sources_can_be_named_and_shared() {
    fn assert_shared<T: Clone + Send + Sync + Unpin + UnwindSafe + RefUnwindSafe + 'static>() {}

    assert_shared::<CorsLayer>();
    assert_shared::<CorsLayer<Select>>();
    assert_shared::<CorsLayer<FirstMatch>>();
    assert_shared::<Cors<(), Select>>();
    assert_shared::<Cors<(), FirstMatch>>();
    let select: CorsLayer<Select> = CorsLayer::select(|_| None);
    assert_eq!(format!("{select:?}"), "CorsLayer { source: select(..) }");
    let asynchronous: CorsLayer<AsyncPolicy> = CorsLayer::builder()
        .allow_origin_if_async(|_, _| ready(Ok::<_, Infallible>(true)))
        .build()
        .unwrap();
    assert!(format!("{asynchronous:?}").contains("allow_origin_if_async(..)"));
}
