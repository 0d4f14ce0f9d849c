//! Policies that are chosen for each request.

use std::{
    convert::Infallible,
    future::ready,
    panic::{RefUnwindSafe, UnwindSafe},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use http::{HeaderValue, Request, Response};
use tower::{Layer, ServiceExt, service_fn};
use tower_cors::{
    AsyncPolicy, ConfigError, ConfigErrors, Cors, CorsLayer, CorsLayerBuilder, Danger, FirstMatch,
    Policy, PolicySource, Refuse, Select,
};

type Header = (&'static str, &'static str);
/// Method, path and headers of a request, and status and headers of its response.
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

/// Status and all headers of the response. The inner service responds with 418 and a CORS header of its own.
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
        // Without a policy, nothing is changed.
        ("GET", "/metrics", &[OURS], 418, &[INNER]),
        ("GET", "/metrics", &[], 418, &[INNER]),
        ("OPTIONS", "/metrics", &[OURS, PUT], 418, &[INNER]),
    ]).await;
}

/// The chosen policies tell shared caches which header the closure reads.
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
        // The first part that allows the origin decides about the method and the headers, too.
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

/// All parts have the same hook. It is called once a request, whichever part decides, and even if a predicate panics.
#[tokio::test]
async fn each_request_is_reported_once() {
    let reports = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&reports);
    let all = Policy::builder().allow_method("PUT").on_decision(move |request, outcome| {
        seen.lock().unwrap().push(format!("{} {outcome}", request.method));
    });
    let asking = |origin: &'static str| {
        let asking = all.clone().allow_origin_if(move |found, _| {
            assert!(found.as_str() != origin, "a slip");
            false
        });
        asking.build_policy().unwrap()
    };
    let listing = |origin: &str| all.clone().allow_origin(origin).build_policy().unwrap();
    let (first, last) = (asking("https://first.example"), asking("https://last.example"));
    let parts = [first, listing(OURS.1), listing(OTHER.1), last];
    let layer = CorsLayer::first_match(parts).unwrap();
    for (method, headers, expected) in [
        ("GET", &[OURS][..], "GET simple request, allowed"),
        ("GET", &[OTHER], "GET simple request, allowed"),
        ("GET", &[], "GET no CORS request"),
        ("OPTIONS", &[OURS, PUT], "OPTIONS preflight, allowed"),
        ("GET", &[("origin", "null")], "GET simple request, refused: origin `null` is not allowed"),
        (
            "GET",
            &[("origin", "https://third.example")],
            "GET simple request, refused: origin `https://third.example` is not allowed",
        ),
        (
            "GET",
            &[("origin", "https://first.example")],
            "GET simple request, refused: the request ended before the predicate answered",
        ),
        (
            "OPTIONS",
            &[("origin", "https://last.example"), PUT],
            "OPTIONS preflight, refused: the request ended before the predicate answered",
        ),
    ] {
        let (layer, request) = (layer.clone(), request(method, "/", headers));
        let panics = tokio::spawn(async move { send(&layer, request).await }).await.is_err();
        assert_eq!(panics, expected.ends_with("answered"), "{expected}");
        assert_eq!(std::mem::take(&mut *reports.lock().unwrap()), [expected]);
    }
}

/// Options for the whole layer are set on one builder, and each part is built from a clone of it.
fn parts(all: &CorsLayerBuilder) -> [Policy; 2] {
    let ours = all.clone().allow_origin(OURS.1).allow_credentials(true);
    let other = all.clone().allow_origin(OTHER.1).allow_private_network(true);
    [ours, other].map(|part| part.allow_method("PUT").build_policy().unwrap())
}

const EVIL: Header = ("origin", "https://evil.example");

/// No part allows a refused origin, so the order of the parts makes no difference to it.
#[tokio::test]
async fn parts_refuse_together() {
    let own = "https://own.example";
    let all =
        CorsLayer::builder().refuse_disallowed_origins(Refuse::All).own_origin(own).vary_on("x-a");
    let layer = CorsLayer::first_match(parts(&all)).unwrap();
    let (vary, vary_too) = (("vary", "origin, x-a"), ("vary", "origin, x-a, sec-fetch-site"));
    let preflight_vary = (
        "vary",
        "origin, x-a, access-control-request-method, access-control-request-headers, \
         access-control-request-private-network",
    );
    let private = ("access-control-request-private-network", "true");
    let put = ("access-control-allow-methods", "PUT");
    let other = (ALLOWED.0, OTHER.1);
    #[rustfmt::skip]
    assert_rows(&layer, &[
        ("POST", "/", &[EVIL], 403, &[vary_too]),
        ("POST", "/", &[("origin", "null")], 403, &[vary_too]),
        ("POST", "/", &[OURS, OURS], 403, &[vary_too]),
        ("POST", "/", &[("origin", own)], 418, &[vary]),
        ("POST", "/", &[EVIL, ("sec-fetch-site", "same-origin")], 418, &[vary_too]),
        ("POST", "/", &[OURS], 418, &[WITH_COOKIES, ALLOWED, vary]),
        ("POST", "/", &[OTHER], 418, &[other, vary]),
        ("POST", "/", &[], 418, &[vary]),
        ("OPTIONS", "/", &[EVIL, PUT], 403, &[preflight_vary]),
        ("OPTIONS", "/", &[OURS, ("access-control-request-method", "DELETE")], 403, &[preflight_vary]),
        ("OPTIONS", "/", &[OTHER, ("access-control-request-method", "DELETE")], 403, &[preflight_vary]),
        ("OPTIONS", "/", &[OURS, PUT, private], 204, &[WITH_COOKIES, put, ALLOWED, preflight_vary]),
        ("OPTIONS", "/", &[OTHER, PUT, private], 204, &[put, other, ("access-control-allow-private-network", "true"), preflight_vary]),
    ]).await;
}

/// The `Vary` of a response does not reveal which part decided.
#[tokio::test]
async fn all_parts_vary_by_the_same_in_the_same_order() {
    let part = |origin: &str, name: &str| {
        Policy::builder().allow_origin(origin).vary_on(name).build_policy().unwrap()
    };
    let everyone = Policy::builder().allow_any_origin().vary_on("x-c").build_policy().unwrap();
    let parts = [part(OURS.1, "x-b"), part(OTHER.1, "x-a"), everyone];
    let layer = CorsLayer::first_match(parts).unwrap();
    for origin in [OURS, OTHER, EVIL] {
        let (status, headers) = send(&layer, request("OPTIONS", "/", &[origin, PUT])).await;
        let vary =
            "origin, x-b, x-a, x-c, access-control-request-method, access-control-request-headers";
        assert_eq!((status, headers), (403, vec![("vary".to_owned(), vary.to_owned())]));
        let (_, headers) = send(&layer, request("GET", "/", &[origin])).await;
        assert!(headers.contains(&("vary".to_owned(), "origin, x-b, x-a, x-c".to_owned())));
    }
}

/// Each option for the whole layer is set in one of two parts, either the first or the second.
#[test]
fn parts_that_differ_in_what_concerns_the_whole() {
    let none = CorsLayer::builder;
    let refusing = || none().refuse_disallowed_origins(Refuse::All).no_own_origins();
    let own = |origin: &str| none().refuse_disallowed_origins(Refuse::All).own_origin(origin);
    for (option, one, other) in [
        ("refuse_disallowed_origins", refusing(), none()),
        ("refuse_disallowed_origins", own("https://own.example"), none()),
        ("refuse_disallowed_origins", none().mcp().no_own_origins(), none()),
        (
            "refuse_disallowed_origins",
            refusing(),
            none().refuse_disallowed_origins(Refuse::Upgrades).no_own_origins(),
        ),
        ("own_origins", own("https://own.example"), refusing()),
        ("own_origins", own("https://own.example"), own("https://other.example")),
        ("forward_preflights", none().forward_preflights(true), none()),
        ("allow_methods_of_route", none().allow_methods_of_route(), none()),
        ("on_decision", none().on_decision(|_, _| {}), none()),
        ("on_decision", none().on_decision(|_, _| {}), none().on_decision(|_, _| {})),
        ("attach_outcome", none().attach_outcome(true), none()),
        ("diagnose", none().diagnose(true), none()),
        ("report_only", none().report_only(true), none()),
    ] {
        for (one, other) in [(&one, &other), (&other, &one)] {
            let one = one.clone().allow_origin(OURS.1).build_policy().unwrap();
            let other = other.clone().allow_origin(OTHER.1).build_policy().unwrap();
            let mistakes = CorsLayer::first_match([one, other]).unwrap_err();
            assert_eq!(
                mistakes.to_string(),
                format!(
                    "first_match: policy 2 differs from policy 1 in {option}{}, and all need the same, since it \
                     also applies to origins that none of them allows; set it once on a builder, and build each \
                     policy from a clone of that builder",
                    if option == "on_decision" {
                        " (a closure is the same if one call of on_decision gave it)"
                    } else {
                        ""
                    }
                )
            );
        }
    }
    // If all parts set the option, there is no mistake.
    for all in [
        refusing(),
        own("https://own.example"),
        none().forward_preflights(true),
        none().allow_methods_of_route(),
        none().on_decision(|_, _| {}),
        none().attach_outcome(true).diagnose(true).report_only(true),
    ] {
        assert!(CorsLayer::first_match(parts(&all)).is_ok(), "{all:?}");
    }
    // An option that only silences a warning is not compared.
    let silent = refusing().allow_origin(OURS.1).build_policy().unwrap();
    let warned = none().refuse_disallowed_origins(Refuse::All).allow_origin(OTHER.1);
    assert!(CorsLayer::first_match([silent, warned.build_policy().unwrap()]).is_ok());
}

/// Splitting a configuration that does not build into two parts does not make it build.
#[test]
fn refusing_before_any_origin() {
    let mcp = Policy::builder().mcp().no_own_origins().allow_origin(OURS.1).build_policy().unwrap();
    let mistakes = CorsLayer::first_match([mcp, everyone()]).unwrap_err();
    assert_eq!(
        mistakes.to_string(),
        "first_match: the last policy allows any origin, so there is none left that the others could refuse; list \
         its origins, or do not refuse"
    );
}

/// The first part that allows an origin decides, so a later entry for it is never used.
#[test]
fn parts_that_an_earlier_one_covers() {
    let part = |origins: &[&str]| {
        let builder = Policy::builder().allow_origins(origins);
        builder.dangerously_allow(Danger::NullOrigin).build_policy().unwrap()
    };
    for (earlier, later, dead) in [
        (
            &["https://*.a.com"][..],
            &["https://b.a.com"][..],
            &[("https://b.a.com", "https://*.a.com")][..],
        ),
        (&["https://*.a.com"], &["https://*.b.a.com"], &[("https://*.b.a.com", "https://*.a.com")]),
        (&["https://*.a.com"], &["https://*.a.com"], &[("https://*.a.com", "https://*.a.com")]),
        (&["https://*.a.com:*"], &["https://*.a.com"], &[("https://*.a.com", "https://*.a.com:*")]),
        (&["https://a.com:*"], &["https://a.com:1"], &[("https://a.com:1", "https://a.com:*")]),
        (&["https://a.com:*"], &["https://a.com:*"], &[("https://a.com:*", "https://a.com:*")]),
        (&["https://a.com"], &["https://a.com"], &[("https://a.com", "https://a.com")]),
        (
            &["tauri://localhost"],
            &["tauri://localhost"],
            &[("tauri://localhost", "tauri://localhost")],
        ),
        (&["null"], &["null"], &[("null", "null")]),
        // Only unused entries are reported, not the rest of their part.
        (
            &["https://*.a.com", "https://c.com"],
            &["https://b.com", "https://b.a.com"],
            &[("https://b.a.com", "https://*.a.com")],
        ),
        (
            &["https://*.a.com"],
            &["https://a.com", "https://b.a.com:1", "http://b.a.com", "https://ba.com"],
            &[],
        ),
        (&["https://a.com"], &["https://a.com:*", "https://*.a.com", "null"], &[]),
        (&["https://b.a.com", "null"], &["https://*.a.com"], &[]),
    ] {
        let mistakes = match CorsLayer::first_match([
            part(&["https://first.example"]),
            part(earlier),
            part(later),
        ]) {
            Ok(_) => Vec::new(),
            Err(mistakes) => mistakes.into_iter().collect(),
        };
        let expected: Vec<ConfigError> = dead
            .iter()
            .map(|&(origin, by)| ConfigError::CoveredByPart {
                place: 3,
                origin: origin.to_owned(),
                by_place: 2,
                by: by.to_owned(),
            })
            .collect();
        assert_eq!(mistakes, expected, "{earlier:?} {later:?}");
    }
    assert_eq!(
        CorsLayer::first_match([part(&["https://a.com"]), part(&["https://a.com"])])
            .unwrap_err()
            .to_string(),
        "first_match: policies 1 and 2 both list \"https://a.com\", and policy 1, which is asked first, always \
         decides; remove one of the two"
    );
    assert_eq!(
        CorsLayer::first_match([part(&["https://*.a.com"]), part(&["https://b.a.com"])])
            .unwrap_err()
            .to_string(),
        "first_match: policy 2 lists \"https://b.a.com\", and policy 1, which is asked before, allows it already \
         with \"https://*.a.com\"; put policy 2 first, or remove the entry"
    );
}

/// If one part writes the header, all parts remove the inner service's.
#[tokio::test]
async fn no_part_keeps_a_timing_header_that_another_writes() {
    let timing = Policy::builder().allow_origin(OURS.1).allow_timing(true).build_policy().unwrap();
    let other = Policy::builder().allow_origin(OTHER.1).build_policy().unwrap();
    let layer = CorsLayer::first_match([timing, other]).unwrap();
    for (origin, expected) in [(OURS, Some(OURS.1)), (OTHER, None), (EVIL, None)] {
        let service = layer.layer(service_fn(|_: Request<()>| {
            let response = Response::builder().header("timing-allow-origin", "*");
            ready(Ok::<_, Infallible>(response.body(()).unwrap()))
        }));
        let response = service.oneshot(request("GET", "/", &[origin])).await.unwrap();
        let found = response.headers().get("timing-allow-origin");
        assert_eq!(found.map(|value| value.to_str().unwrap()), expected, "{origin:?}");
    }
}

/// If a closure chooses by path, the policies can differ in all options.
#[tokio::test]
async fn select_of_policies_that_differ() {
    let tool = Policy::builder()
        .allow_origin(OURS.1)
        .refuse_disallowed_origins(Refuse::All)
        .own_origin("https://own.example")
        .build_policy()
        .unwrap();
    let everyone = everyone();
    let layer = CorsLayer::select(move |request| {
        Some(if request.uri.path() == "/tool" { tool.clone() } else { everyone.clone() })
    });
    let vary_too = ("vary", "origin, sec-fetch-site");
    #[rustfmt::skip]
    assert_rows(&layer, &[
        ("POST", "/tool", &[EVIL], 403, &[vary_too]),
        ("POST", "/tool", &[("origin", "https://own.example")], 418, &[VARY]),
        ("POST", "/", &[EVIL], 418, &[ANY]),
    ]).await;
}

/// Layers of every source can be named, sent to other threads, and used across a caught panic.
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
