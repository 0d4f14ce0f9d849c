//! What the verdict says to change.

use super::*;

#[tokio::test]
async fn an_origin_that_the_layer_does_not_allow_is_not_blamed_on_its_place() {
    for diagnose in [false, true] {
        for status in [200, 401, 404, 429, 500] {
            let builder = CorsLayer::builder().allow_origin("https://b.example").diagnose(diagnose);
            let answer = async move || http::StatusCode::from_u16(status).unwrap();
            let app = Router::new().fallback(answer).layer(builder.build().unwrap());
            let fix = fix(&serve(app).await, &[]).await;
            let expected = format!(
                "allow the origin {OURS}: the CORS layer has seen it, and does not allow it"
            );
            assert_eq!(fix, expected, "{status} {diagnose}");
        }
    }
}

#[tokio::test]
async fn responses_from_outside_the_layer_are_blamed_on_its_place() {
    for (status, expected) in [
        (307, "let the page use the final URL, or put the CORS layer outside what redirects"),
        (401, "send the CORS headers with errors, too: put the CORS layer outside authentication"),
        (404, "send the CORS headers with errors, too: put the CORS layer outside the router"),
        (
            429,
            "send the CORS headers with errors, too: put the CORS layer outside the rate limiter",
        ),
    ] {
        let app = Router::new().fallback(async move || http::StatusCode::from_u16(status).unwrap());
        assert_eq!(fix(&serve(app).await, &[]).await, expected);
    }
}

#[tokio::test]
async fn a_method_that_is_listed_in_upper_case_is_to_be_changed_in_the_script() {
    let app = faulty(|_, response| {
        set(response, "access-control-allow-origin", "*");
        set(response, "access-control-allow-methods", "PATCH");
    });
    let url = serve(app).await;
    let upper = "write PATCH in the script: methods are compared byte for byte";
    assert_eq!(fix(&url, &["--method", "patch"]).await, upper);
    let app = faulty(|_, response| {
        set(response, "access-control-allow-origin", "*");
        set(response, "access-control-allow-methods", "GET, put");
    });
    let url = serve(app).await;
    for (method, expected) in [
        (
            "patch",
            "write PATCH in the script, and add PATCH to Access-Control-Allow-Methods: methods are compared byte for byte",
        ),
        (
            "PUT",
            "write PUT instead of put in Access-Control-Allow-Methods: methods are compared byte for byte",
        ),
    ] {
        assert_eq!(fix(&url, &["--method", method]).await, expected);
    }
    let app = faulty(|_, response| {
        set(response, "access-control-allow-origin", OURS);
        set(response, "access-control-allow-credentials", "true");
        set(response, "access-control-allow-methods", "*");
        set(response, "access-control-allow-headers", "*");
    });
    let starred = serve(app).await;
    for (arguments, expected) in [
        (
            &["--method", "PUT", "--credentials"][..],
            "add PUT to Access-Control-Allow-Methods: with credentials, * is no wildcard",
        ),
        (
            &["--header", "x-a: 1", "--credentials"],
            "add x-a to Access-Control-Allow-Headers: with credentials, * is no wildcard",
        ),
        (
            &["--header", "authorization: Bearer 1"],
            "add authorization to Access-Control-Allow-Headers: * does not cover it",
        ),
    ] {
        assert_eq!(fix(&starred, arguments).await, expected);
    }
    let url =
        serve(behind(CorsLayer::builder().allow_origin(OURS).allow_method("PUT").diagnose(true)))
            .await;
    let listed = "add PURGE to Access-Control-Allow-Methods, spelled exactly so";
    assert_eq!(fix(&url, &["--method", "PURGE"]).await, listed);
}

#[tokio::test]
async fn what_is_wrong_with_the_value_of_allow_origin_is_said() {
    const NAME: &str = "access-control-allow-origin";
    const MISSPELLED: &str = "access-control-allow-origins";

    let list = "send one origin, and neither a list nor a pattern: compare the request's Origin with your list, and send \
                back https://app.example.com, with Vary: Origin";
    for (headers, expected) in [
        (&[(NAME, "https://app.example.com, https://b.example")][..], list),
        (&[(NAME, "https://app.example.com https://b.example")], list),
        (&[(NAME, "https://*.example.com")], list),
        (
            &[(NAME, "https://app.example.com/")],
            "remove the slash at the end: send https://app.example.com",
        ),
        (
            &[(MISSPELLED, "*")],
            "write Access-Control-Allow-Origin instead of access-control-allow-origins, which browsers do not know",
        ),
        (
            &[(NAME, "*"), (NAME, OURS)],
            "send one value: two layers, or a gateway and the application, both add Access-Control-Allow-Origin, so turn \
             it off in one of them",
        ),
    ] {
        let app = Router::new().fallback(async move || {
            let mut response = Response::new(String::new());
            for (name, value) in headers {
                set(response.headers_mut(), name, value);
            }
            response
        });
        assert_eq!(fix(&serve(app).await, &[]).await, expected);
    }
}

#[tokio::test]
async fn a_redirected_preflight_is_not_to_be_followed_whatever_its_headers() {
    for has_headers in [false, true] {
        let app = Router::new().fallback(async move || {
            let mut response = Response::new(String::new());
            *response.status_mut() = http::StatusCode::PERMANENT_REDIRECT;
            set(response.headers_mut(), "location", "/items/");
            if has_headers {
                set(response.headers_mut(), "access-control-allow-origin", "*");
            }
            response
        });
        assert_eq!(
            fix(&serve(app).await, &["--method", "PUT"]).await,
            "browsers do not follow redirects of preflights: let the page use the final URL, or put the CORS layer \
             outside what redirects",
        );
    }
}

#[tokio::test]
async fn lower_case_methods_are_a_finding_only_without_their_upper_case() {
    let app = faulty(|request, response| {
        set(response, "access-control-allow-origin", "*");
        if is_preflight(request) {
            set(response, "access-control-allow-methods", "PATCH, patch");
            set(response, "access-control-allow-private-network", "true");
        }
    });
    let (text, outcome) = run(&serve(app).await, &["audit"]).await;
    assert_eq!(outcome, Outcome::Good, "{text}");
}

async fn fix(url: &str, arguments: &[&str]) -> String {
    let (text, _) = run(url, &[arguments, &["--json"]].concat()).await;
    let printed: Value = serde_json::from_str(&text).unwrap();
    printed["fix"].as_str().unwrap_or(&text).to_owned()
}
