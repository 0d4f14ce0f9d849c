//! The page about migrating from `tower_http::cors`. Each row's two sides get the same requests, a browser's model
//! judges the answers, and the differences have to be those that the row lists.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    time::Duration,
};

use axum::{Router, body::Body, routing::get};
use http::{
    HeaderValue, Method, Request,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderName},
};
use tower::ServiceExt;
use tower_cors::{
    CorsLayer, CorsLayerBuilder, Danger, Origin, Policy, RequestHead,
    browser::{Browser, Credentials, Page},
};
use tower_http::cors::{
    AllowCredentials, AllowHeaders, AllowMethods, AllowOrigin, AllowPrivateNetwork, Any,
    CorsLayer as Theirs, ExposeHeaders, MaxAge, Vary,
};

const PAGE: &str = include_str!("../docs/migration.md");

/// One row: the first item of its left cell, the replacement that its middle cell has to contain, and both as programs.
struct Row {
    item: &'static str,
    code: String,
    theirs: Router,
    here: Router,
}

fn yes(_: &Origin, _: &RequestHead<'_>) -> bool {
    true
}

fn later(_: &Origin, _: &RequestHead<'_>) -> Ready<Result<bool, Infallible>> {
    ready(Ok(true))
}

fn program() -> Router {
    let answer = async || ([("x-request-id", "1")], "all items");
    Router::new().route("/items", get(answer).post(answer).put(answer).patch(answer))
}

/// A row whose replacement is a whole layer, or calls of a builder.
macro_rules! row {
    ($item:literal, $theirs:expr, $builder:ident => $($call:tt)+) => {
        Row {
            item: $item,
            code: stringify!($($call)+).to_owned(),
            theirs: program().layer($theirs),
            here: program().layer($builder().$($call)+.build().expect(stringify!($($call)+))),
        }
    };
    ($item:literal, $theirs:expr, $here:expr) => {
        Row {
            item: $item,
            code: stringify!($here).to_owned(),
            theirs: program().layer($theirs),
            here: program().layer($here),
        }
    };
}

fn none() -> CorsLayerBuilder {
    CorsLayer::builder()
}

fn one() -> CorsLayerBuilder {
    none().allow_origin("https://example.com")
}

fn their_one() -> Theirs {
    Theirs::new().allow_origin(AllowOrigin::exact(value("https://example.com")))
}

fn has_known_end(origin: &[u8]) -> bool {
    origin.starts_with(b"https://") && origin.ends_with(b".example.com")
        || origin.starts_with(b"http://localhost:")
}

fn value(text: &'static str) -> HeaderValue {
    HeaderValue::from_static(text)
}

#[rustfmt::skip]
fn rows() -> Vec<Row> {
    let name = HeaderName::from_static;
    let hour = Duration::from_secs(3600);
    let policy = |builder: CorsLayerBuilder| builder.build_policy().unwrap();
    let (ours, everyone) = (policy(one().allow_credentials(true)), policy(none().allow_any_origin()));
    let chosen = policy(one().max_age(hour));
    let choose = move |_: &RequestHead<'_>| -> Option<Policy> { Some(chosen.clone()) };
    let private = policy(one().allow_private_network(true));
    let choose_private = move |_: &RequestHead<'_>| -> Option<Policy> { Some(private.clone()) };
    let is_example = |origin: &HeaderValue, _: &http::request::Parts| origin == "https://example.com";
    vec![
        row!("CorsLayer::new()", Theirs::new(), CorsLayer::deny_all()),
        row!("CorsLayer::permissive()", Theirs::permissive(),
            none => allow_any_origin().allow_any_method().allow_any_header().expose_all_headers()),
        row!("CorsLayer::very_permissive()", Theirs::very_permissive(),
            none => allow_any_origin().allow_credentials(true).allow_any_method().allow_any_header().dangerously_allow(Danger::AnyOriginWithCredentials)),
        row!("CorsLayer::very_permissive()", Theirs::very_permissive(),
            none => allow_any_origin().allow_credentials(true).allow_any_method().allow_any_header().dangerously_allow(Danger::AnyOriginWithCredentials).dangerously_allow(Danger::InsecureOrigins)),
        row!("allow_origin(Any)", Theirs::new().allow_origin(Any), none => allow_any_origin()),
        row!("AllowOrigin::exact(value)", their_one(), none => allow_origin("https://example.com")),
        row!("AllowOrigin::list(values)",
            Theirs::new().allow_origin(AllowOrigin::list([value("https://example.com"), value("https://example.org")])),
            none => allow_origins(["https://example.com", "https://example.org"])),
        row!("AllowOrigin::predicate(closure)", Theirs::new().allow_origin(AllowOrigin::predicate(|_, _| true)),
            none => allow_origin_if(yes)),
        row!("AllowOrigin::predicate(closure)",
            Theirs::new().allow_origin(AllowOrigin::predicate(|origin, _| has_known_end(origin.as_bytes()))),
            none => allow_origins(["https://*.example.com", "http://localhost:*"])),
        row!("AllowOrigin::async_predicate(closure)",
            Theirs::new().allow_origin(AllowOrigin::async_predicate(|_, _| ready(true))),
            none => allow_origin_if_async(later)),
        row!("AllowOrigin::mirror_request()", Theirs::new().allow_origin(AllowOrigin::mirror_request()),
            none => allow_any_origin()),
        row!("allow_credentials(true)", their_one().allow_credentials(true), one => allow_credentials(true)),
        row!("AllowCredentials::predicate(closure)",
            Theirs::new().allow_origin(AllowOrigin::mirror_request()).allow_credentials(AllowCredentials::predicate(is_example)),
            CorsLayer::first_match([ours, everyone]).unwrap()),
        row!("allow_methods(Any)", their_one().allow_methods(Any), one => allow_any_method()),
        row!("AllowMethods::exact(method)", their_one().allow_methods(AllowMethods::exact(Method::PUT)),
            one => allow_method(Method::PUT)),
        row!("AllowMethods::list(methods)", their_one().allow_methods([Method::PUT, Method::PATCH]),
            one => allow_methods([Method::PUT, Method::PATCH])),
        row!("AllowMethods::mirror_request()", their_one().allow_methods(AllowMethods::mirror_request()),
            one => allow_any_method()),
        row!("AllowMethods::mirror_request()", their_one().allow_credentials(true).allow_methods(AllowMethods::mirror_request()),
            one => allow_credentials(true).allow_any_method()),
        row!("allow_headers(Any)", their_one().allow_headers(Any), one => allow_any_header()),
        row!("AllowHeaders::list(names)", their_one().allow_headers([CONTENT_TYPE, AUTHORIZATION]),
            one => allow_headers([CONTENT_TYPE, AUTHORIZATION])),
        row!("AllowHeaders::mirror_request()", their_one().allow_headers(AllowHeaders::mirror_request()),
            one => allow_headers(["*", "authorization"])),
        row!("AllowHeaders::mirror_request()", their_one().allow_credentials(true).allow_headers(AllowHeaders::mirror_request()),
            one => allow_credentials(true).allow_any_header()),
        row!("expose_headers(Any)", their_one().expose_headers(Any), one => expose_all_headers()),
        row!("ExposeHeaders::list(names)", their_one().expose_headers(ExposeHeaders::list([name("x-request-id")])),
            one => expose_headers(["x-request-id"])),
        row!("max_age(duration)", their_one().max_age(hour), one => max_age(Duration::from_secs(3600))),
        row!("MaxAge::dynamic(closure)", their_one().max_age(MaxAge::dynamic(move |_, _| hour)),
            CorsLayer::select(choose)),
        row!("allow_private_network(true)", their_one().allow_private_network(true),
            one => allow_private_network(true)),
        row!("AllowPrivateNetwork::predicate(closure)",
            their_one().allow_private_network(AllowPrivateNetwork::predicate(|_, _| true)), CorsLayer::select(choose_private)),
        row!("vary(names)", their_one().vary(Vary::list([name("x-tenant")])), one => vary_on("x-tenant")),
        row!("CorsLayer::permissive()", Theirs::permissive(), CorsLayer::public()),
        row!("CorsLayer::very_permissive()", Theirs::very_permissive(),
            none => allow_any_origin().allow_credentials(true).dangerously_allow(Danger::AnyOriginWithCredentials)),
        row!("AllowHeaders::mirror_request()", their_one().allow_headers(AllowHeaders::mirror_request()),
            one => allow_any_header()),
    ]
}

#[tokio::test]
async fn each_row_lists_what_changes_for_pages() {
    let squeezed = |text: &str| text.replace(char::is_whitespace, "");
    let (rows, cells) = (rows(), cells());
    assert_eq!(rows.len(), cells.len());
    for (row, [item, code, listed]) in rows.iter().zip(cells) {
        assert!(item.starts_with(&format!("`{}`", row.item)), "{item}");
        let expected = row.code.trim_end_matches(".unwrap()");
        assert!(squeezed(code).contains(&format!("`{}`", squeezed(expected))), "{code}");
        assert_eq!(listed.split(';').next().unwrap(), differences(row).await, "{code}");
    }
}

/// The cells of the page's tables of what pages may do, which come first.
fn cells() -> Vec<[&'static str; 3]> {
    let tables = PAGE.split("\n# ").filter_map(|section| section.split_once("|---|---|\n"));
    let compared = tables.take(3).flat_map(|(_, rows)| rows.lines().map_while(cells_of));
    compared.collect()
}

/// The item of a row, its replacement, and what changes for pages.
fn cells_of(row: &'static str) -> Option<[&'static str; 3]> {
    let (item, here) = row.strip_prefix("| ")?.strip_suffix(" |")?.split_once(" | ")?;
    let (code, after) = here.split_once("<br>").unwrap_or((here, ""));
    let is_difference =
        ["refused here: ", "allowed only here: "].iter().any(|it| after.starts_with(it));
    Some([item, code, if is_difference { after } else { "none" }])
}

/// What pages can do with one side of a row only, as the page words it.
async fn differences(row: &Row) -> String {
    let mut groups: Vec<(&str, String, Vec<String>)> = Vec::new();
    for address in PAGES {
        let (theirs, here) =
            (abilities(&row.theirs, address).await, abilities(&row.here, address).await);
        for (verb, one, other) in
            [("refused here", &theirs, &here), ("allowed only here", &here, &theirs)]
        {
            let only: Vec<&str> =
                one.iter().filter(|it| !other.contains(it)).map(String::as_str).collect();
            let what = if other.is_empty() { String::from("everything") } else { only.join(", ") };
            match groups.iter_mut().find(|(known, it, _)| *known == verb && *it == what) {
                _ if only.is_empty() => {}
                Some((_, _, pages)) => pages.push(format!("`{address}`")),
                None => groups.push((verb, what, vec![format!("`{address}`")])),
            }
        }
    }
    let words = groups.iter().map(|(verb, what, pages)| {
        if pages.len() == PAGES.len() {
            format!("{verb}: {what} from all pages")
        } else {
            format!("{verb}: {what} from {}", pages.join(" and "))
        }
    });
    let words: Vec<String> = words.collect();
    if words.is_empty() { String::from("none") } else { words.join(", and ") }
}

const PAGES: [&str; 4] =
    ["https://example.com", "http://example.com", "https://stranger.example", "null"];

/// What a page can do.
async fn abilities(program: &Router, address: &str) -> Vec<String> {
    let mut all = Vec::new();
    for (credentials, with) in [(Credentials::Omit, ""), (Credentials::Include, " with cookies")] {
        for (method, header) in [
            ("GET", None),
            ("PUT", None),
            ("PATCH", None),
            ("POST", Some("content-type")),
            ("GET", Some("x-custom")),
            ("GET", Some("authorization")),
        ] {
            let browser = Browser::new(program.clone());
            let mut page = browser.page(address);
            let asked = async |page: &mut Page<Router>| {
                let request =
                    Request::builder().method(method).uri("https://api.example.net/items");
                let request = match header {
                    Some(name) => request.header(name, "application/json"),
                    None => request,
                };
                page.fetch(request.body(String::new()).unwrap()).credentials(credentials).await
            };
            let Ok(response) = asked(&mut page).await else { continue };
            let what = format!("`{}`{with}", header.unwrap_or(method));
            if method == "GET"
                && header.is_none()
                && response.headers().contains_key("x-request-id")
            {
                all.push(format!("`x-request-id`{with}"));
            }
            if page.exchanges().len() == 2 {
                browser.advance(Duration::from_secs(1800));
                let again = asked(&mut page).await;
                page.assert_readable(again);
                if page.exchanges().len() == 3 {
                    all.push(format!("no second preflight of {what}"));
                }
            }
            all.push(what);
        }
    }
    all.extend(beyond_the_model(program, address).await);
    all
}

/// What the model does not look at: `Vary` and private networks.
async fn beyond_the_model(program: &Router, address: &str) -> Vec<String> {
    let send = async |method: &str, headers: &[(&str, &str)]| {
        let mut request = Request::builder().method(method).uri("/items").header("origin", address);
        for &(name, value) in headers {
            request = request.header(name, value);
        }
        let response = program.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        response.headers().clone()
    };
    let preflight = [
        ("access-control-request-method", "GET"),
        ("access-control-request-private-network", "true"),
    ];
    let preflight = send("OPTIONS", &preflight).await;
    let response = send("GET", &[]).await;
    let varies =
        response.get_all("vary").iter().any(|line| line.to_str().unwrap().contains("x-tenant"));
    let is_shared = preflight.get("access-control-allow-origin").is_some_and(|it| it == address);
    let may_reach = is_shared && preflight.contains_key("access-control-allow-private-network");
    let mut all = Vec::new();
    all.extend(may_reach.then(|| String::from("a private network")));
    all.extend(varies.then(|| String::from("`x-tenant` in `Vary`")));
    all
}

#[test]
fn it_names_every_item() {
    let items = [
        "`CorsLayer::new()`",
        "`CorsLayer::default()`",
        "`CorsLayer::permissive()`",
        "`CorsLayer::very_permissive()`",
        "`Any`",
        "`any()`",
        "`preflight_request_headers()`",
        "`Cors::new(inner)`",
        "`Cors::permissive(inner)`",
        "`Cors::very_permissive(inner)`",
        "`cors.layer()`",
        "`get_ref()`",
        "`get_mut()`",
        "`into_inner()`",
        "`ResponseFuture`",
        "`allow_origin(Any)`",
        "`AllowOrigin::any()`",
        "`AllowOrigin::exact(value)`",
        "`AllowOrigin::list(values)`",
        "`AllowOrigin::predicate(closure)`",
        "`AllowOrigin::async_predicate(closure)`",
        "`AllowOrigin::mirror_request()`",
        "`AllowCredentials::yes()`",
        "`AllowCredentials::predicate(closure)`",
        "`allow_methods(Any)`",
        "`AllowMethods::any()`",
        "`AllowMethods::exact(method)`",
        "`AllowMethods::list(methods)`",
        "`AllowMethods::mirror_request()`",
        "`allow_headers(Any)`",
        "`AllowHeaders::any()`",
        "`AllowHeaders::list(names)`",
        "`AllowHeaders::mirror_request()`",
        "`expose_headers(Any)`",
        "`ExposeHeaders::any()`",
        "`ExposeHeaders::list(names)`",
        "`max_age(duration)`",
        "`MaxAge::exact(duration)`",
        "`MaxAge::dynamic(closure)`",
        "`allow_private_network(true)`",
        "`AllowPrivateNetwork::yes()`",
        "`AllowPrivateNetwork::predicate(closure)`",
        "`vary(names)`",
        "`Vary::list(names)`",
    ];
    for item in items {
        assert!(PAGE.contains(item), "{item}");
    }
}
