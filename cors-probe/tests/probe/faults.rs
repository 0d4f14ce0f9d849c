//! The audit finds planted faults, and none in this crate's layer.

use std::collections::BTreeSet;

use tower_cors::Policy;

use super::{
    misplaced::{behind_a_cache, only_its_handler, without_fallback},
    *,
};

/// The names of the findings, and those of the notes. There are no gaps.
async fn audited(app: Router) -> (BTreeSet<String>, BTreeSet<String>) {
    let (text, outcome) = run(&serve(app).await, &["audit", "--json"]).await;
    let found: Value = serde_json::from_str(&text).unwrap();
    let names = |list: &str| -> BTreeSet<String> {
        let list = found[list].as_array().unwrap().iter();
        list.map(|finding| finding["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names("gaps"), BTreeSet::new());
    let expected = if names("findings").is_empty() { Outcome::Good } else { Outcome::Bad };
    assert_eq!(outcome, expected);
    (names("findings"), names("notes"))
}

/// Allows the origin with credentials if the faulty `is_allowed` accepts it.
pub(crate) fn slip(
    request: &HeaderMap,
    response: &mut HeaderMap,
    is_allowed: impl Fn(&str) -> bool,
) {
    response.append("vary", HeaderValue::from_static("Origin"));
    let Some(origin) = request.get("origin") else { return };
    if origin.to_str().is_ok_and(is_allowed) {
        response.insert("access-control-allow-origin", origin.clone());
        response.insert("access-control-allow-credentials", HeaderValue::from_static("true"));
    }
}

#[tokio::test]
async fn audit_finds_planted_faults() {
    let cases: Vec<(&[&str], Router)> = vec![
        (
            &["any-origin-reflected", "null-origin", "preflight-of-any-origin"],
            faulty(|request, response| slip(request, response, |_| true)),
        ),
        (
            &["wildcard-with-credentials"],
            faulty(|_, response| {
                set(response, "access-control-allow-origin", "*");
                set(response, "access-control-allow-credentials", "true");
            }),
        ),
        (
            &["null-origin"],
            faulty(|request, response| slip(request, response, |it| it == OURS || it == "null")),
        ),
        (
            &["prefix-match", "loose-comparison", "several-origins"],
            faulty(|request, response| slip(request, response, |it| it.starts_with(OURS))),
        ),
        (
            &["suffix-match", "odd-bytes", "substring-match", "loose-comparison"],
            faulty(|request, response| {
                slip(request, response, |it| {
                    it.ends_with("app.example.com") && it.starts_with("https")
                });
            }),
        ),
        (
            &["suffix-match", "odd-bytes", "substring-match", "loose-comparison", "unescaped-dot"],
            faulty(|request, response| {
                slip(request, response, |it| {
                    it.ends_with("example.com") && it.starts_with("https")
                });
            }),
        ),
        (
            &[
                "prefix-match",
                "substring-match",
                "suffix-match",
                "odd-bytes",
                "insecure-origin",
                "loose-comparison",
                "several-origins",
            ],
            faulty(|request, response| {
                slip(request, response, |it| it.contains("app.example.com"));
            }),
        ),
        (
            &["unescaped-dot"],
            faulty(|request, response| {
                slip(request, response, |it| {
                    it.len() == OURS.len()
                        && it
                            .bytes()
                            .zip(OURS.bytes())
                            .all(|(one, other)| one == other || other == b'.')
                });
            }),
        ),
        (
            &["odd-bytes", "substring-match", "loose-comparison"],
            faulty(|request, response| {
                slip(request, response, |it| {
                    it == OURS || it.starts_with("https://") && it.ends_with(".example.com")
                });
            }),
        ),
        (
            &["insecure-origin"],
            faulty(|request, response| {
                slip(request, response, |it| it == OURS || it == "http://app.example.com");
            }),
        ),
        (
            &["loose-comparison"],
            faulty(|request, response| slip(request, response, |it| it.eq_ignore_ascii_case(OURS))),
        ),
        (
            &["loose-comparison"],
            faulty(|request, response| {
                slip(request, response, |it| it.trim_end_matches('/') == OURS);
            }),
        ),
        (
            &["missing-vary"],
            faulty(|request, response| {
                slip(request, response, |it| it == OURS);
                response.remove("vary");
            }),
        ),
        (
            &["missing-vary"],
            faulty(|request, response| {
                slip(request, response, |it| it == OURS);
                if !request.contains_key("origin") {
                    response.remove("vary");
                }
            }),
        ),
        (
            &["written-twice"],
            faulty(|_, response| {
                set(response, "access-control-allow-origin", OURS);
                set(response, "access-control-allow-origin", "*");
            }),
        ),
        (
            &["list-of-origins"],
            faulty(|_, response| {
                set(
                    response,
                    "access-control-allow-origin",
                    "https://app.example.com, https://b.example.com",
                );
            }),
        ),
        (
            &["slash-at-the-end", "loose-comparison"],
            faulty(|_, response| {
                set(response, "access-control-allow-origin", "https://app.example.com/");
            }),
        ),
        (
            &["unknown-header", "no-cors"],
            faulty(|_, response| set(response, "access-control-allow-origins", "*")),
        ),
        (
            &["preflight-status"],
            Router::new().fallback(async |request: Request| {
                let is_preflight = request.method() == http::Method::OPTIONS;
                let status = if is_preflight { 404 } else { 200 };
                (
                    http::StatusCode::from_u16(status).unwrap(),
                    [("access-control-allow-origin", OURS), ("vary", "origin")],
                )
            }),
        ),
        (
            &["invalid-allow-origin"],
            faulty(|_, response| set(response, "access-control-allow-origin", "app.example.com")),
        ),
        (
            &["invalid-credentials"],
            faulty(|request, response| {
                slip(request, response, |it| it == OURS);
                if let Some(value) = response.get_mut("access-control-allow-credentials") {
                    *value = HeaderValue::from_static("True");
                }
            }),
        ),
        (
            &["headers-for-refused"],
            faulty(|request, response| {
                slip(request, response, |it| it == OURS);
                set(response, "access-control-expose-headers", "etag");
            }),
        ),
        (
            &["preflight-headers"],
            faulty(|request, response| {
                slip(request, response, |it| it == OURS);
                if response.contains_key("access-control-allow-origin") {
                    set(response, "access-control-allow-methods", "GET");
                }
            }),
        ),
        (
            &["depends-on-host"],
            faulty(|request, response| {
                slip(request, response, |it| {
                    let host = request.get("host").and_then(|host| host.to_str().ok());
                    it == OURS || host.is_some_and(|host| it == format!("https://{host}"))
                });
            }),
        ),
        (
            &["depends-on-cookies"],
            faulty(|request, response| {
                slip(request, response, |it| it == OURS || request.contains_key("cookie"));
            }),
        ),
        (
            &["several-origins"],
            faulty(|request, response| {
                slip(request, response, |it| it.split(' ').next() == Some(OURS));
            }),
        ),
        (
            &["private-network"],
            faulty(|request, response| {
                slip(request, response, |it| it == OURS);
                if request.contains_key("access-control-request-private-network") {
                    set(response, "access-control-allow-private-network", "true");
                }
            }),
        ),
        (
            &["preflight-without-cors"],
            faulty(|request, response| {
                if !is_preflight(request) {
                    slip(request, response, |it| it == OURS);
                }
            }),
        ),
        (
            &["preflight-without-credentials"],
            faulty(|request, response| {
                slip(request, response, |it| it == OURS);
                if is_preflight(request) {
                    response.remove("access-control-allow-credentials");
                }
            }),
        ),
        (
            &["literal-wildcard"],
            faulty(|request, response| {
                slip(request, response, |it| it == OURS);
                if is_preflight(request) {
                    set(response, "access-control-allow-headers", "*");
                }
            }),
        ),
        (
            &["invalid-max-age"],
            faulty(|request, response| {
                slip(request, response, |it| it == OURS);
                if is_preflight(request) {
                    set(response, "access-control-max-age", "31536000");
                }
            }),
        ),
        (&["hidden-errors", "layer-inside-routing"], only_its_handler()),
        (&["hidden-errors"], without_fallback()),
        (&["reasons-sent"], behind(CorsLayer::builder().allow_origin(OURS).diagnose(true))),
        (
            &["reasons-sent"],
            behind(CorsLayer::builder().allow_any_origin().allow_method("PUT").diagnose(true)),
        ),
        (&["no-cors"], Router::new().route("/items", get(async || "all items"))),
        (&["cache-mixes-responses"], behind_a_cache()),
    ];
    for (number, (expected, app)) in cases.into_iter().enumerate() {
        let expected: BTreeSet<String> = expected.iter().map(ToString::to_string).collect();
        let (found, _) = audited(app).await;
        assert_eq!(found, expected, "case {number}");
    }
}

#[tokio::test]
async fn audit_finds_nothing_in_this_layer() {
    let builder = || CorsLayer::builder().allow_origin(OURS);
    let day = Duration::from_secs(86_400);
    for (builder, notes) in [
        (builder(), &["no-max-age"][..]),
        (builder().max_age(day), &[]),
        (
            builder().max_age(day).allow_credentials(true).allow_method("PUT").allow_header("x-a"),
            &[],
        ),
        (builder().max_age(day).allow_any_method().allow_any_header(), &[]),
        (builder().max_age(day).allow_credentials(true).allow_any_method().allow_any_header(), &[]),
        (builder().max_age(day).expose_all_headers().allow_timing(true), &[]),
        (builder().max_age(day).allow_private_network(true), &[]),
        (builder().max_age(day).allow_origin("https://*.example.com"), &["any-subdomain"]),
        (builder().max_age(day).allow_origin("https://*.app.example.com:*"), &["any-subdomain"]),
        (builder().max_age(day).allow_origin("https://app.example.com:*"), &["any-port"]),
        (
            CorsLayer::builder()
                .allow_origin("https://*.example.com:*")
                .allow_credentials(true)
                .max_age(day),
            &["any-port", "any-subdomain"],
        ),
        (CorsLayer::builder().allow_any_origin().max_age(day), &["any-origin"]),
        (
            builder()
                .max_age(day)
                .refuse_disallowed_origins(tower_cors::Refuse::All)
                .no_own_origins(),
            &[],
        ),
    ] {
        let described = format!("{builder:?}");
        let (findings, found) = audited(behind(builder)).await;
        assert_eq!(findings, BTreeSet::new(), "{described}");
        assert_eq!(found.iter().map(String::as_str).collect::<Vec<_>>(), notes, "{described}");
    }
    let first = CorsLayer::first_match([
        Policy::builder()
            .allow_origin(OURS)
            .allow_credentials(true)
            .max_age(day)
            .build_policy()
            .unwrap(),
        Policy::builder().allow_any_origin().build_policy().unwrap(),
    ]);
    let app = Router::new().route("/items", get(async || "all items")).layer(first.unwrap());
    assert_eq!(audited(app).await.0, BTreeSet::new());
}

#[tokio::test]
async fn audit_prints_what_was_seen_why_it_matters_and_what_to_change() {
    let app = faulty(|request, response| {
        slip(request, response, |it| {
            it == OURS || it == "null" || it.ends_with(".app.example.com")
        });
        set(response, "access-control-expose-headers", "etag");
    });
    let (text, outcome) = run(&serve(app).await, &["audit"]).await;
    assert_eq!(outcome, Outcome::Bad);
    assert_eq!(
        text,
        "\
high    null-origin
  seen:    Origin: null is allowed, with credentials
  why:     the page of any site can have the origin null, in a sandboxed frame
  change:  do not allow null
high    odd-bytes
  seen:    Origin: https://tower-cors-probe.invalid{.app.example.com is allowed, with credentials
  why:     a browser can read the text as a host of somebody else
  change:  parse the origin before it is compared, and refuse odd characters
low     headers-for-refused
  seen:    access-control-expose-headers for an origin that is not allowed
  why:     the headers have no effect there, and tell strangers about the configuration
  change:  send no CORS headers to an origin that is not allowed, only Vary
note    no-max-age
  seen:    answers to preflights have no Access-Control-Max-Age
  why:     browsers keep the answers for only 5 seconds, and then send another preflight
  change:  send Access-Control-Max-Age, and browsers send fewer preflights
note    any-subdomain
  seen:    any subdomain of app.example.com is allowed
  why:     whoever takes over one of the subdomains can read the response
  change:  list the subdomains that need it, if they are known"
    );
    let day = CorsLayer::builder().allow_origin(OURS).max_age(Duration::from_secs(86_400));
    let (text, outcome) = run(&serve(behind(day)).await, &["audit"]).await;
    assert_eq!((text.as_str(), outcome), ("nothing found", Outcome::Good));
}
