//! Where the layer can be in axum.

use axum::{
    Router,
    extract::{MatchedPath, OriginalUri},
    handler::Handler,
    http::StatusCode,
    routing::{get, put},
};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use tokio::net::TcpListener;
use tower::{Layer, ServiceExt, make::Shared};

use super::*;

/// The page has a row for each place, with what is seen here.
#[tokio::test]
async fn each_place_in_axum_answers_as_the_page_says() {
    let items = || async { "all items" };
    let routes = || Router::new().route("/items", get(items).put(items));
    let one = |routes| Router::new().route("/items", routes);
    let places = [
        ("`Router::layer` after all routes", routes().layer(cors())),
        (
            "`Router::layer` before the routes",
            Router::new().layer(cors()).route("/items", get(items).put(items)),
        ),
        ("`Router::route_layer`", routes().route_layer(cors())),
        ("`get(read).put(change).layer(cors)`", one(get(items).put(items).layer(cors()))),
        (
            "`get(read).put(change).route_layer(cors)`",
            one(get(items).put(items).route_layer(cors())),
        ),
        ("`get(read.layer(cors))`", one(get(items.layer(cors())))),
        ("around the whole router", Router::new().fallback_service(cors().layer(routes()))),
    ];
    check("# In axum\n", "", places).await;
}

/// The page has a row for each way, with what is seen here.
#[tokio::test]
async fn each_way_to_combine_routers_answers_as_the_page_says() {
    let items = || async { "all items" };
    let routes = || Router::new().route("/items", get(items).put(items));
    let api = || Router::new().route("/api/items", get(items).put(items));
    let other = || Router::new().route("/other", get(items));
    let none = || async { StatusCode::NOT_FOUND };
    let ways = [
        (
            "`nest(\"/api\", routes).layer(cors)`",
            Router::new().nest("/api", routes()).layer(cors()),
        ),
        (
            "`nest(\"/api\", routes.layer(cors))`",
            Router::new().nest("/api", routes().layer(cors())),
        ),
        (
            "`nest(\"/api\", routes.fallback(none).layer(cors))`",
            Router::new().nest("/api", routes().fallback(none).layer(cors())),
        ),
        (
            "`nest_service(\"/api\", cors.layer(routes))`",
            Router::new().nest_service("/api", cors().layer(routes())),
        ),
        ("`other.merge(routes).layer(cors)`", other().merge(api()).layer(cors())),
        ("`other.merge(routes.layer(cors))`", other().merge(api().layer(cors()))),
        ("`routes.layer(cors).merge(other)`", api().layer(cors()).merge(other())),
        ("`routes.fallback(none).layer(cors)`", api().fallback(none).layer(cors())),
        ("`routes.layer(cors).fallback(none)`", api().layer(cors()).fallback(none)),
        (
            "`routes.layer(cors).method_not_allowed_fallback(no)`",
            api()
                .layer(cors())
                .method_not_allowed_fallback(async || StatusCode::METHOD_NOT_ALLOWED),
        ),
    ];
    check("# Nested, merged, and with a fallback\n", "/api", ways).await;
}

/// Asserts that the first table of a section has exactly the rows that are seen.
async fn check<const N: usize>(section: &str, prefix: &str, places: [(&str, Router); N]) {
    let page = include_str!("../../docs/placement.md");
    let mut rows = Vec::new();
    for (place, app) in places {
        let answer = send(app.clone(), preflight(&format!("{prefix}/items"))).await;
        let mut row = match (answer.status().as_u16(), is_readable(&answer)) {
            (204, true) => format!("| {place} | is answered |"),
            (405, false) => format!("| {place} | gets 405 |"),
            other => panic!("{place}: {other:?}"),
        };
        for (method, path, status) in [
            (Method::GET, "/none", StatusCode::NOT_FOUND),
            (Method::DELETE, "/items", StatusCode::METHOD_NOT_ALLOWED),
        ] {
            let response = send(app.clone(), request(method, &format!("{prefix}{path}"))).await;
            assert_eq!(response.status(), status, "{place}");
            let can = if is_readable(&response) { " can be read |" } else { " cannot be read |" };
            row.push_str(can);
        }
        rows.push(row);
    }
    let (_, table) = page.split_once(section).unwrap();
    let (_, table) = table.split_once("|---|---|---|---|\n").unwrap();
    let table: Vec<_> = table.lines().take_while(|line| line.starts_with('|')).collect();
    assert_eq!(rows, table);
}

#[tokio::test]
async fn a_method_that_is_added_after_a_method_router_s_layer_is_outside() {
    let items = get(async || "all items").layer(cors()).put(async || "changed");
    let app = Router::new().route("/items", items);
    assert!(is_readable(&send(app.clone(), preflight("/items")).await));
    assert!(is_readable(&send(app.clone(), request(Method::GET, "/items")).await));
    assert!(!is_readable(&send(app, request(Method::PUT, "/items")).await));
}

#[tokio::test]
async fn methods_of_the_route_are_seen_only_around_the_whole_router() {
    let cors = builder().allow_methods_of_route().build().unwrap();
    let routes = || Router::new().route("/items", get(async || "all items"));
    let layered: Router = routes().layer(cors.clone());
    let wrapped: Router = Router::new().fallback_service(cors.layer(routes()));
    assert_eq!(send(layered, preflight("/items")).await.status(), StatusCode::NO_CONTENT);
    assert_eq!(send(wrapped, preflight("/items")).await.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn select_finds_the_matched_path_and_the_original_uri() {
    let choose_by_route = || {
        let [ours, everyone] = [cors(), CorsLayer::public()];
        CorsLayer::select(move |request| {
            let route = request.extensions.get::<MatchedPath>().map(MatchedPath::as_str);
            Some(if route == Some("/api/items/{id}") { ours.clone() } else { everyone.clone() })
        })
    };
    let choose_by_path = || {
        let [ours, everyone] = [cors(), CorsLayer::public()];
        CorsLayer::select(move |request| {
            let OriginalUri(uri) = request.extensions.get::<OriginalUri>().unwrap();
            assert!(!request.uri.path().starts_with("/api"), "the router has removed the prefix");
            Some(if uri.path() == "/api/items/1" { ours.clone() } else { everyone.clone() })
        })
    };
    let items = || Router::new().route("/items/{id}", put(async || "changed"));
    let nested = |items| Router::new().nest("/api", items);
    for app in [
        nested(items()).layer(choose_by_route()),
        nested(items().layer(choose_by_route())),
        nested(items().layer(choose_by_path())),
    ] {
        assert!(!is_readable(&send(app.clone(), request(Method::GET, "/none")).await));
        let answer = send(app.clone(), preflight("/api/items/1")).await;
        assert_eq!(answer.headers()["access-control-allow-methods"], "PUT");
        assert!(is_readable(&send(app, request(Method::PUT, "/api/items/1")).await));
    }
}

#[tokio::test]
async fn axum_adds_a_content_length_of_0_to_a_204_which_only_http_2_shows() {
    let routes = || Router::new().route("/items", put(async || "changed"));
    let with_200 = builder().preflight_status(StatusCode::OK).build().unwrap();
    for (app, status, http2, length) in [
        (routes().layer(cors()), 204, false, None),
        (routes().layer(cors()), 204, true, Some("0")),
        (routes().layer(with_200.clone()), 200, false, Some("0")),
        (routes().layer(with_200), 200, true, Some("0")),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/items", listener.local_addr().unwrap());
        tokio::spawn(axum::serve(listener, app).into_future());
        assert_eq!(answered(&url, http2).await, (status, length.map(String::from)), "{http2}");
    }

    let app = cors().layer(routes());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/items", listener.local_addr().unwrap());
    tokio::spawn(axum::serve(listener, Shared::new(app)).into_future());
    assert_eq!(answered(&url, true).await, (204, None), "the layer is around the whole router");
}

/// The status of the answer to a preflight, and its `content-length`.
async fn answered(url: &str, http2: bool) -> (u16, Option<String>) {
    let client = Client::builder(TokioExecutor::new()).http2_only(http2).build_http();
    let response = client.oneshot(preflight(url)).await.unwrap();
    let length = response.headers().get("content-length");
    (response.status().as_u16(), length.map(|length| length.to_str().unwrap().to_owned()))
}
