//! The playground without a browser: who may change it, what it says of a policy, and what the model expects.

use std::{error::Error, io};

use playground::Servers;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

type Tested = Result<(), Box<dyn Error>>;

#[tokio::test]
async fn only_pages_of_the_playground_can_change_it() -> Tested {
    let servers = Servers::start(0).await?;
    let change = change("allow_origins = \"*\"\n", "outermost");
    let host = host(&servers);
    for (host, origin, status) in [
        (host.as_str(), None, 200),
        (&host, Some(servers.addresses.app.as_str()), 200),
        (&host, Some("https://evil.example"), 403),
        (&host, Some("null"), 403),
        (&host, Some(&servers.addresses.api), 403),
        ("rebound.example", None, 421),
        ("127.0.0.1", None, 421),
    ] {
        let response = send(&servers, host, origin, "POST", "/policy", &change).await?;
        assert_eq!(response.status, status, "{host} {origin:?}");
    }
    Ok(())
}

#[tokio::test]
async fn the_page_may_be_in_no_frame_and_runs_no_scripts_but_its_own() -> Tested {
    let servers = Servers::start(0).await?;
    let (app, other) = (&servers.addresses.app, &servers.addresses.other);
    let (address, api) = (&servers.addresses.address, &servers.addresses.api);
    for (path, policy) in [
        (
            "/",
            format!(
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; \
                 frame-src {app} {other} {address}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
            ),
        ),
        (
            "/frame",
            format!(
                "default-src 'none'; script-src 'self'; connect-src {api}; base-uri 'none'; \
                 form-action 'none'; frame-ancestors {app}"
            ),
        ),
    ] {
        let response = send(&servers, &host(&servers), None, "GET", path, &Value::Null).await?;
        assert_eq!(response.header("content-security-policy"), Some(policy.as_str()), "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn the_playground_is_at_one_of_its_origins() -> Tested {
    let servers = Servers::start(0).await?;
    let host = servers.addresses.address.trim_start_matches("http://");
    let response = send(&servers, host, None, "GET", "/", &Value::Null).await?;
    let location = response.header("location");
    assert_eq!((response.status, location), (307, Some(servers.addresses.app.as_str())));
    Ok(())
}

#[tokio::test]
async fn mistakes_and_warnings_are_shown_at_their_field() -> Tested {
    let servers = Servers::start(0).await?;
    for (toml, form, mistakes, warnings) in [
        (
            "",
            json!({ "allow_origins": "https://a.example/", "max_age": "soon" }),
            json!([{ "option": "max_age", "text": "\"soon\" is no whole number of seconds; write one, such as 3600" }]),
            json!([]),
        ),
        (
            "",
            json!({ "allow_origins": "https://a.example/, ", "allow_methods": "patch" }),
            json!([
                {
                    "option": "allow_origins",
                    "text": "\"https://a.example/\" has a path or a trailing slash, and browsers send origins \
                             without; write \"https://a.example\"",
                },
                { "option": "allow_origins", "text": "\"\" is an empty entry, perhaps after a trailing comma or from an empty variable; remove it, or write an origin such as \"https://example.com\"" },
                {
                    "option": "allow_methods",
                    "text": "\"patch\" is not how the method is spelled, and methods are compared byte for byte; \
                             write \"PATCH\"",
                },
            ]),
            json!([]),
        ),
        (
            "allow_origins = [\"https://a.example\"]\nallow_orgins = []\n",
            json!({}),
            json!([{ "option": null, "text": "line 2: unknown field `allow_orgins`; write `allow_origins`" }]),
            json!([]),
        ),
        (
            "allow_origins = [",
            json!({}),
            json!([{ "option": null, "text": "line 1: unclosed array, expected `]`" }]),
            json!([]),
        ),
        (
            "allow_origins = [\"https://a.example\"]\nmax_age = 86400\n",
            json!({}),
            json!([]),
            json!([{ "option": "max_age", "text": "86400s is more than the 7200 seconds that Chromium keeps the response to a preflight; write at most 7200 seconds" }]),
        ),
    ] {
        let body = json!({ "policy": { "toml": toml, "form": form }, "stack": "outermost", "reset": false });
        let checked =
            send(&servers, &host(&servers), None, "POST", "/policy", &body).await?.json()?;
        assert_eq!(
            (&checked["mistakes"], &checked["warnings"]),
            (&mistakes, &warnings),
            "{toml} {form}"
        );
        assert_eq!(checked["description"].is_null(), checked["mistakes"] != json!([]), "{checked}");
    }
    Ok(())
}

#[tokio::test]
async fn what_refuses_the_typed_request_is_shown_at_the_option_that_could_allow_it() -> Tested {
    let servers = Servers::start(0).await?;
    let app = &servers.addresses.app;
    let near = app.replace("http:", "https:");
    let allowed = format!("allow_origins = \"{app}\"\n");
    for (toml, request, refusals) in [
        (allowed.clone(), json!({}), json!([])),
        (
            format!("allow_origins = \"{near}\"\n"),
            json!({}),
            json!([{
                "option": "allow_origins",
                "text": format!(
                    "It refuses this request: origin `{app}` is not allowed; `{near}` is allowed, but the scheme differs"
                ),
            }]),
        ),
        (
            format!("{allowed}allow_methods = \"PATCH\"\n"),
            json!({ "method": "patch" }),
            json!([{
                "option": "allow_methods",
                "text": "It refuses this request: method `patch` is not allowed; `PATCH` is allowed",
            }]),
        ),
        (
            format!("{allowed}allow_headers = \"x-request-id\"\n"),
            json!({ "headers": [["x-requestid", "1"]] }),
            json!([{
                "option": "allow_headers",
                "text": "It refuses this request: header `x-requestid` is not allowed; `x-request-id` is allowed",
            }]),
        ),
        (
            allowed.clone(),
            json!({ "credentials": "include" }),
            json!([{ "option": "allow_credentials", "text": "It refuses this request: it has credentials" }]),
        ),
        (
            String::from("allow_origins = \"*\"\n"),
            json!({ "credentials": "include" }),
            json!([{
                "option": "allow_origins",
                "text": "It refuses this request: it has credentials, and `*` is for requests without",
            }]),
        ),
        (
            format!("{allowed}allow_headers = \"*\"\n"),
            json!({ "headers": [["authorization", "1"]] }),
            json!([{
                "option": "allow_headers",
                "text": "It refuses this request: `*` does not cover the header `authorization`",
            }]),
        ),
        (String::from("allow_origins = \"a\"\n"), json!({}), json!([])),
        (allowed, json!({ "path": "no path" }), json!([])),
    ] {
        let mut change = change(&toml, "inside-authentication");
        let mut typed = self::request("app", "/items/1");
        for (field, value) in request.as_object().into_iter().flatten() {
            typed[field] = value.clone();
        }
        change["request"] = typed;
        let checked =
            send(&servers, &host(&servers), None, "POST", "/policy", &change).await?.json()?;
        assert_eq!(checked["refusals"], refusals, "{toml} {request}");
    }
    Ok(())
}

/// As an image of another site would ask. The page of that site cannot read what has no CORS headers.
#[tokio::test]
async fn requests_without_an_origin_get_no_cors_headers() -> Tested {
    let servers = Servers::start(0).await?;
    for path in ["/start", "/log?since=0"] {
        let response = send(&servers, &host(&servers), None, "GET", path, &Value::Null).await?;
        assert_eq!(response.status, 200, "{path}");
        let cors = response.head.lines().filter(|line| line.starts_with("access-control-"));
        assert_eq!(cors.collect::<Vec<_>>(), Vec::<&str>::new(), "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn form_and_toml_are_kept_in_step() -> Tested {
    let servers = Servers::start(0).await?;
    let toml = "# of the shop\nallow_origins = \"https://a.example, https://b.example\" # both\nallow_timing = true\n";
    let form = json!({ "allow_origins": "https://c.example", "allow_credentials": "true", "max_age": "600", "allow_methods": "" });
    let body =
        json!({ "policy": { "toml": toml, "form": form }, "stack": "outermost", "reset": false });
    let checked = send(&servers, &host(&servers), None, "POST", "/policy", &body).await?.json()?;
    assert_eq!(
        checked["toml"],
        "# of the shop\nallow_origins = [\"https://c.example\"] # both\nallow_timing = true\n\
         allow_credentials = true\nmax_age = 600\n"
    );
    let commented = "# a\nmax_age = 1_000 # b\n# c\nallow_credentials = true # d\nallow_origins = \"https://a.example\" # e\n";
    let body = |form: Value| json!({ "policy": { "toml": commented, "form": form }, "stack": "outermost", "reset": false });
    let shown =
        send(&servers, &host(&servers), None, "POST", "/policy", &body(json!({}))).await?.json()?;
    assert_eq!(
        [
            &shown["form"]["max_age"],
            &shown["form"]["allow_credentials"],
            &shown["form"]["allow_origins"]
        ],
        ["1000", "true", "https://a.example"]
    );
    let form = json!({ "max_age": "", "allow_credentials": "false", "allow_origins": "" });
    let checked =
        send(&servers, &host(&servers), None, "POST", "/policy", &body(form)).await?.json()?;
    assert_eq!(
        checked["toml"],
        "# c\nallow_credentials = false # d\nallow_origins = [] # e\n# a\n"
    );
    let change = change(toml, "outermost");
    let checked =
        send(&servers, &host(&servers), None, "POST", "/policy", &change).await?.json()?;
    assert_eq!(checked["toml"], toml);
    assert_eq!(checked["form"]["allow_origins"], "https://a.example, https://b.example");
    Ok(())
}

#[tokio::test]
async fn a_policy_that_does_not_build_is_never_applied() -> Tested {
    let servers = Servers::start(0).await?;
    let good = change(&format!("allow_origins = \"{}\"\n", servers.addresses.app), "outermost");
    let mut bad = change("allow_origins = \"a\"\n", "outermost");
    for (change, reset, status) in [
        (good, false, json!(200)),
        (bad.clone(), false, json!(200)),
        (bad.take(), true, Value::Null),
    ] {
        let mut change = change;
        change["reset"] = json!(reset);
        send(&servers, &host(&servers), None, "POST", "/policy", &change).await?;
        assert_eq!(predicted(&servers, &request("app", "/items/1")).await?["status"], status);
    }
    Ok(())
}

#[tokio::test]
async fn each_situation_fails_and_works_with_its_fix() -> Tested {
    let servers = Servers::start(0).await?;
    let start =
        send(&servers, &host(&servers), None, "GET", "/start", &Value::Null).await?.json()?;
    let situations = start["situations"].as_array().ok_or("no situations")?;
    let causes = start["messages"]["causes"].as_array().ok_or("no causes")?;
    assert!(situations.len() >= 12);
    for (number, situation) in situations.iter().enumerate() {
        let id = &situation["id"];
        let works = situation["works"] == true;
        assert_eq!(works, situation["message"].is_null(), "{id}");
        assert!(works || causes.iter().any(|cause| cause["id"] == situation["message"]), "{id}");
        for (part, reset, is_good) in [("before", true, works), ("after", false, true)] {
            let filled = fill(&situation[part].to_string(), &servers, number);
            let state: Value = serde_json::from_str(&filled)?;
            let mut change = change(state["toml"].as_str().unwrap_or_default(), "outermost");
            change["stack"] = state["stack"].clone();
            change["reset"] = json!(reset);
            send(&servers, &host(&servers), None, "POST", "/policy", &change).await?;
            let predicted = predicted(&servers, &state["request"]).await?;
            let sees = |name: &Value| {
                let headers = predicted["headers"].as_array().map_or(&[][..], Vec::as_slice);
                headers.iter().any(|header| header[0] == *name)
            };
            let is_as_hoped = match situation.get("header") {
                Some(name) => sees(name),
                None => !predicted["status"].is_null(),
            };
            assert_eq!(is_as_hoped, is_good, "{id} {part}: {predicted}");
        }
    }
    Ok(())
}

fn fill(text: &str, servers: &Servers, number: usize) -> String {
    let addresses = &servers.addresses;
    text.replace("{app}", &addresses.app)
        .replace("{other}", &addresses.other)
        .replace("{address}", &addresses.address)
        .replace("{n}", &number.to_string())
}

#[tokio::test]
async fn requests_that_are_none_get_an_error() -> Tested {
    let servers = Servers::start(0).await?;
    for (field, value, error) in [
        ("method", "GET /", "invalid HTTP method"),
        ("path", "items", "begin the path with /"),
        ("body", "new", "a script cannot send a body with GET"),
        ("headers", "a b", "invalid HTTP header name"),
    ] {
        let mut request = request("app", "/items/1");
        request[field] = if field == "headers" { json!([[value, "1"]]) } else { json!(value) };
        let response = send(&servers, &host(&servers), None, "POST", "/fetch", &request).await?;
        assert_eq!((response.status, response.json()?), (200, json!({ "problem": error })));
    }
    Ok(())
}

fn change(toml: &str, stack: &str) -> Value {
    json!({ "policy": { "toml": toml }, "stack": stack, "reset": false })
}

fn request(page: &str, path: &str) -> Value {
    json!({
        "page": page, "path": path, "method": "GET", "headers": [], "credentials": "same-origin", "body": null,
        "uploadListener": false,
    })
}

async fn predicted(servers: &Servers, request: &Value) -> Result<Value, Box<dyn Error>> {
    let response = send(servers, &host(servers), None, "POST", "/fetch", request).await?;
    Ok(response.json()?["prediction"].take())
}

/// Where the page is.
fn host(servers: &Servers) -> String {
    servers.addresses.app.trim_start_matches("http://").to_owned()
}

struct Response {
    status: u16,
    head: String,
    body: String,
}

impl Response {
    fn json(&self) -> serde_json::Result<Value> {
        serde_json::from_str(&self.body)
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")))
    }
}

async fn send(
    servers: &Servers,
    host: &str,
    origin: Option<&str>,
    method: &str,
    path: &str,
    body: &Value,
) -> io::Result<Response> {
    let address = servers.addresses.address.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await?;
    let origin = origin.map_or_else(String::new, |origin| format!("origin: {origin}\r\n"));
    let body = body.to_string();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {host}\r\n{origin}connection: close\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await?;
    let mut text = String::new();
    stream.read_to_string(&mut text).await?;
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
    Ok(Response { status, head: head.to_owned(), body: body.to_owned() })
}
