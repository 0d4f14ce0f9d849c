//! What the error of a refused request adds: the server's own reason, or what the status looks like.

use tower_cors::{CorsLayerBuilder, Danger};

use super::*;

/// What the text of the error adds to the finding.
fn addition(error: &NetworkError) -> String {
    let (text, cause) = (error.to_string(), error.cause().to_string());
    let (_, rest) = text.split_once(&cause).unwrap();
    let addition = rest.split_once(" (https://").unwrap().0;
    addition.to_owned()
}

#[tokio::test]
async fn the_reason_that_the_layer_sends_is_part_of_the_error() {
    let cors = CorsLayer::builder()
        .allow_origin("http://localhost:5173")
        .allow_method("PUT")
        .diagnose(true)
        .build()
        .unwrap();
    let inner = service_fn(async |_: Request<String>| Ok::<_, Infallible>(response(200, &[])));
    let browser = Browser::new(cors.layer(inner));
    let mut page = browser.page("http://localhost:5174");
    for (method, expected) in [
        (
            "PUT",
            "the preflight of PUT https://api.example.net/items: the response has the status 403 and no \
             Access-Control-Allow-Origin, so the origin http://localhost:5174 cannot send the request; the server \
             says why: origin-not-allowed http://localhost:5174; hint: port, which means that the same host is allowed, \
             but with another port (https://fetch.spec.whatwg.org/#concept-cors-check)",
        ),
        (
            "GET",
            "GET https://api.example.net/items: the response has no Access-Control-Allow-Origin, so the origin \
             http://localhost:5174 cannot read it; the server says why: origin-not-allowed http://localhost:5174; \
             hint: port, which means that the same host is allowed, but with another port (https://fetch.spec.whatwg.org/#concept-cors-check)",
        ),
    ] {
        let result = page.fetch(request(method, TARGET, &[])).await;
        assert_eq!(page.assert_refused(result).to_string(), expected);
    }
}

#[tokio::test]
async fn each_hint_at_the_origin_is_put_into_words() {
    for (allowed, page, name, meaning) in [
        (
            "http://a.example.com",
            "https://a.example.com",
            "scheme",
            "the same host is allowed, but with the other of http and https",
        ),
        (
            "https://a.example.com:81",
            "https://a.example.com",
            "port",
            "the same host is allowed, but with another port",
        ),
        (
            "https://a.example.com.",
            "https://a.example.com",
            "trailing-dot",
            "the host is allowed in its other spelling, with or without a dot at the end",
        ),
        (
            "https://www.example.com",
            "https://example.com",
            "www",
            "the host is allowed in its other spelling, with or without www.",
        ),
        (
            "https://*.example.com",
            "https://example.com",
            "bare-domain",
            "its subdomains are allowed, but not the domain itself",
        ),
        (
            "http://localhost:3000",
            "http://127.0.0.1:3000",
            "loopback",
            "another name or address of this machine is allowed",
        ),
    ] {
        let builder = CorsLayer::builder().allow_origin(allowed).diagnose(true);
        let error = refused(builder, page).await;
        let expected = format!(
            "; the server says why: origin-not-allowed {page}; hint: {name}, which means that {meaning}"
        );
        assert_eq!(addition(&error), expected);
    }
    let builder = CorsLayer::builder().allow_origin_if(|_, _| true).allow_credentials(true);
    let builder = builder.dangerously_allow(Danger::PredicateWithCredentials);
    let error = refused(builder.diagnose(true), "http://a.example.com").await;
    let expected = "; the server says why: origin-not-allowed http://a.example.com; hint: insecure-origin, which means \
                    that an origin over plain http needs Danger::InsecureOrigins";
    assert_eq!(addition(&error), expected);
}

async fn refused(builder: CorsLayerBuilder, page: &str) -> NetworkError {
    let inner = service_fn(async |_: Request<String>| Ok::<_, Infallible>(response(200, &[])));
    let mut page = Browser::new(builder.build().unwrap().layer(inner)).page(page);
    let result = page.fetch(request("GET", TARGET, &[])).await;
    page.assert_refused(result)
}

#[tokio::test]
async fn without_a_reason_the_error_says_how_to_get_it() {
    let layers = [
        CorsLayer::deny_all(),
        CorsLayer::public(),
        CorsLayer::builder().allow_origin(PAGE).allow_credentials(true).build().unwrap(),
    ];
    for cors in layers {
        let inner = service_fn(async |_: Request<String>| Ok::<_, Infallible>(response(200, &[])));
        let browser = Browser::new(cors.layer(inner));
        let error = browser.page(PAGE).fetch(request("PUT", TARGET, &[])).await.unwrap_err();
        let advice = "; CorsLayer responds like this if the origin, the method or a request header is not allowed; to \
                      see which, set diagnose(true) or call Policy::explain";
        assert_eq!(addition(&error), advice);
    }
}

/// The headers of the response, and what the error adds to its finding.
#[tokio::test]
async fn each_missing_or_wrong_allow_origin_has_the_servers_reason() {
    let reason = ("x-cors-refusal", "method-not-allowed PUT");
    let any = ("access-control-allow-origin", "*");
    let shared = ("access-control-allow-origin", PAGE);
    for (method, headers, expected) in [
        ("PUT", &[reason][..], "; the server says why: method-not-allowed PUT"),
        ("GET", &[reason], "; the server says why: method-not-allowed PUT"),
        ("GET", &[reason, any, shared], "; the server says why: method-not-allowed PUT"),
        (
            "GET",
            &[reason, ("x-cors-refusal", "b")],
            "; the server says why: method-not-allowed PUT, b",
        ),
        ("GET", &[("x-cors-refusal", " ")], ""),
        ("PUT", &[reason, any], "; the server also refuses the request: method-not-allowed PUT"),
        ("PUT", &[reason, shared], "; the server also refuses the request: method-not-allowed PUT"),
        ("GET", &[any], ""),
        ("GET", &[shared], ""),
    ] {
        let browser = scripted([response(200, headers)]);
        let mut page = browser.page(PAGE);
        let fetch = page.fetch(request(method, TARGET, &[])).credentials(Credentials::Include);
        let error = fetch.await.unwrap_err();
        assert_eq!(addition(&error), expected, "{method} {headers:?}");
    }
    // The check of the lists names the method itself.
    let mut page = scripted([response(200, &[reason, shared])]).page(PAGE);
    let error = page.fetch(request("PUT", TARGET, &[])).await.unwrap_err();
    assert_eq!(addition(&error), "");
}

#[tokio::test]
async fn the_servers_reason_is_escaped_for_terminals() {
    let mut refused = response(403, &[]);
    let value = HeaderValue::from_bytes(b"a \"quoted\" \\ \x9b31m\tt\xc3\xa9").unwrap();
    refused.headers_mut().insert("x-cors-refusal", value);
    let error =
        scripted([refused]).page(PAGE).fetch(request("GET", TARGET, &[])).await.unwrap_err();
    let expected = "; the server says why: a \"quoted\" \\ \\x9b31m\\tt\\xc3\\xa9";
    assert_eq!(addition(&error), expected);
}

/// The status and the headers of the response to a preflight, and what the error adds to its finding.
#[tokio::test]
async fn the_status_of_a_refused_preflight_tells_what_answered_it() {
    let authentication = "; it looks as if authentication is outside the CORS layer; put the layer outside of it, because \
                          preflights carry no cookies and no tokens";
    let router = "; it looks as if the router answers OPTIONS by itself, because the CORS layer is around a handler or a \
                  route; put the layer around the whole router, after all routes are added";
    let firewall = "; it looks as if something outside the CORS layer refuses preflights, such as a firewall or a CSRF \
                    check; put the layer outside of it";
    let redirect = "; it looks like a redirect to https or to another slash at the end; browsers do not follow redirects \
                    of preflights, so let the page use the final URL";
    let limiter = "; it looks as if a rate limiter is outside the CORS layer; put the layer outside of it, so that \
                   preflights do not count";
    let gateway = "; it looks as if a gateway answers in place of the application; let it forward OPTIONS to the \
                   application";
    let layer = "; CorsLayer responds like this if the origin, the method or a request header is not allowed; to see \
                 which, set diagnose(true) or call Policy::explain";
    let vary = |value| vec![("vary", value)];
    for (status, headers, expected) in [
        (200, vec![], ""),
        (301, vec![("location", "/items/")], redirect),
        (308, vec![], redirect),
        (400, vec![], ""),
        (401, vec![], authentication),
        (403, vec![], firewall),
        (403, vary("origin"), firewall),
        (403, vary("Origin, Access-Control-Request-Method"), layer),
        (403, vary("*"), layer),
        (404, vec![], router),
        (405, vec![("allow", "GET")], router),
        (407, vec![], authentication),
        (429, vec![], limiter),
        (500, vec![], ""),
        (501, vec![], router),
        (502, vec![], gateway),
        (503, vec![], gateway),
        (504, vec![], gateway),
    ] {
        let browser = scripted([response(status, &headers)]);
        let error = browser.page(PAGE).fetch(request("PUT", TARGET, &[])).await.unwrap_err();
        assert_eq!(addition(&error), expected, "{status} {headers:?}");
    }
}

#[tokio::test]
async fn an_unreadable_error_of_something_else_than_the_layer_is_recognised() {
    let foreign = |status| {
        format!(
            "; its status is {status}, and it has no Vary: Origin, so it looks as if something outside the CORS layer \
             made it"
        )
    };
    let compared = String::from(
        "; it has Vary: Origin, so it looks as if the CORS layer does not allow the origin; if it does, something else made the response, such as a cache that ignores Vary",
    );
    for (status, headers, expected) in [
        (200, &[][..], String::new()),
        (302, &[], String::new()),
        (401, &[], foreign(401)),
        (404, &[("vary", "accept")], foreign(404)),
        (404, &[("vary", "accept, Origin")], compared.clone()),
        (200, &[("vary", "origin")], compared),
        (502, &[("vary", "*")], String::new()),
        (500, &[], foreign(500)),
    ] {
        let browser = scripted([response(status, headers)]);
        let error = browser.page(PAGE).fetch(request("GET", TARGET, &[])).await.unwrap_err();
        assert_eq!(addition(&error), expected, "{status} {headers:?}");
    }
}
