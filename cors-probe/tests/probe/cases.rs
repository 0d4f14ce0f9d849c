//! The command `check`.

use super::*;

#[tokio::test]
async fn a_table_says_which_cases_are_as_expected() {
    let builder = CorsLayer::builder().allow_origin(OURS).allow_method("PUT").diagnose(true);
    let url = serve(behind(builder)).await;
    let base = url.trim_end_matches("/items");
    let file = include_str!("cases.toml").replace("http://localhost:3000", base);
    let (text, outcome) = check(&file, &[]).await.unwrap();
    assert_eq!(
        text,
        "ok    readable  200                             the application reads items\n\
         ok    readable  404                             the application sees that nothing is there\n\
         ok    readable  200                             the application changes items\n\
         ok    refused   header-not-allowed              the application sends no JSON\n\
         ok    refused   missing-allow-origin            other pages read nothing\n\
         5 of 5 cases are as expected"
    );
    assert_eq!(outcome, Outcome::Good);

    let wrong = file
        .replace("expect = \"refused\"", "expect = \"readable\"")
        .replace("reason =", "#")
        .replace("status = 404", "status = 200");
    let (text, outcome) = check(&wrong, &[]).await.unwrap();
    assert_eq!(outcome, Outcome::Bad);
    assert!(text.contains("\n      the status is 404, and 200 was expected\n"), "{text}");
    let refused = format!(
        "\nFAIL  refused   missing-allow-origin            other pages read nothing\n      \
         GET {base}/items: the response has no Access-Control-Allow-Origin, so the origin https://evil.example cannot \
         read it; the server says why: origin-not-allowed https://evil.example \
         (https://fetch.spec.whatwg.org/#concept-cors-check)\n      \
         fix: allow the origin https://evil.example: the CORS layer has seen it, and does not allow it\n"
    );
    assert!(text.contains(&refused), "{text}");
    assert!(text.ends_with("\n2 of 5 cases are as expected"), "{text}");
    let open = file.replace("https://evil.example", OURS).replace("reason =", "#");
    let (text, _) = check(&open, &[]).await.unwrap();
    let opened = format!(
        "\nFAIL  readable  200                             other pages read nothing\n      \
         the page can read the response, and refused was expected: Access-Control-Allow-Origin is {OURS}\n"
    );
    assert!(text.contains(&opened), "{text}");
    let (text, _) = check(&file.replace("header-not-allowed", "redirect"), &[]).await.unwrap();
    assert!(
        text.contains("\n      the reason is header-not-allowed, and redirect was expected\n"),
        "{text}"
    );

    let (text, outcome) =
        check(&file.replace(base, "http://127.0.0.1:1"), &["--url", base, "--json"]).await.unwrap();
    let printed: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&printed["as_expected"], outcome), (&Value::from(true), Outcome::Good));
    assert_eq!(
        printed["cases"][3],
        serde_json::json!({
            "name": "the application sends no JSON",
            "origin": OURS,
            "method": "POST",
            "path": "/items",
            "expected": "refused",
            "found": "refused",
            "status": null,
            "reason": "header-not-allowed",
            "error": format!(
                "the preflight of POST {base}/items: the request header content-type is not allowed; \
                 Access-Control-Allow-Headers lists nothing (https://fetch.spec.whatwg.org/#cors-preflight-fetch)"
            ),
            "fix": "add content-type to Access-Control-Allow-Headers",
            "as_expected": true,
            "fault": null,
        })
    );
}

#[tokio::test]
async fn a_path_is_added_to_that_of_the_url() {
    let url = serve(behind(CorsLayer::builder().allow_origin(OURS))).await;
    let base = url.trim_end_matches("/items");
    let case = format!(
        "[[case]]\nname = \"a\"\norigin = \"{OURS}\"\nexpect = \"readable\"\nstatus = 200\n"
    );
    for (url, path) in [
        (url.clone(), ""),
        (base.to_owned(), "path = \"/items\"\n"),
        (format!("{base}/"), "path = \"/items?a=b\"\n"),
    ] {
        let file = format!("url = \"{url}\"\n{case}{path}");
        assert_eq!(check(&file, &[]).await.unwrap().1, Outcome::Good, "{url} {path}");
    }
}

#[tokio::test]
async fn a_request_that_gets_no_response_does_not_end_the_others() {
    let never = async || std::future::pending::<&str>().await;
    let app = Router::new().route("/never", get(never)).route("/items", get(async || "items"));
    let layer = CorsLayer::builder().allow_origin(OURS).build().unwrap();
    let url = serve(app.layer(layer)).await;
    let base = url.trim_end_matches("/items");
    let case = |path: &str| {
        format!(
            "[[case]]\nname = \"{path}\"\npath = \"{path}\"\norigin = \"{OURS}\"\nexpect = \"readable\"\n"
        )
    };
    let file = format!("url = \"{base}\"\n{}{}{}", case("/items"), case("/never"), case("/items"));
    let error =
        format!("GET {base}/never: no response within the time-out; a longer one is --timeout 60");
    let (text, outcome) = check(&file, &["--timeout", "1"]).await.unwrap();
    assert_eq!(
        text,
        format!(
            "ok    readable  200                             /items\n\
             FAIL  unsent                                    /never\n      \
             {error}\n\
             ok    readable  200                             /items\n\
             2 of 3 cases are as expected"
        )
    );
    assert_eq!(outcome, Outcome::Unsent);
    let (text, _) = check(&file, &["--timeout", "1", "--json"]).await.unwrap();
    let printed: Value = serde_json::from_str(&text).unwrap();
    let unsent = &printed["cases"][1];
    assert_eq!((&unsent["found"], &unsent["error"]), (&"unsent".into(), &error.into()));
    assert_eq!(unsent["as_expected"], false);
}

#[tokio::test]
async fn a_mistake_in_the_file_is_named_with_its_line() {
    let case =
        "[[case]]\nname = \"a\"\norigin = \"https://app.example.com\"\nexpect = \"readable\"\n";
    for (file, expected) in [
        (
            "url = \"localhost:3000\"\n".to_owned(),
            "line 1: url is \"localhost:3000\": it has no scheme; write http://localhost:3000",
        ),
        (
            "url = \"http://localhost\"\n".to_owned(),
            "there is no case; begin each with a line [[case]]",
        ),
        (
            case.to_owned(),
            "there is no url; write url = \"http://localhost:3000\", or add --url to the command",
        ),
        (
            format!("{case}orgin = \"a\"\n"),
            "line 5: unknown field `orgin`, expected one of `name`, `path`, `origin`, `method`, `headers`, `body`, `credentials`, `expect`, `status`, `reason`",
        ),
        (
            case.replace("readable", "read"),
            "line 4: expect is \"read\"; write \"readable\" or \"refused\"",
        ),
        (
            case.replace("https://app", "app"),
            "line 3: the origin \"app.example.com\" has no scheme; write https://app.example.com",
        ),
        (
            format!("{case}headers = [\"x-a\"]\n"),
            "line 5: the header \"x-a\": there is no colon in it; write name:value",
        ),
        (
            format!("{case}method = \"G T\"\n"),
            "line 5: method is \"G T\": invalid HTTP method; write one such as \"PUT\"",
        ),
        (
            format!("{case}body = \"b\"\n"),
            "the case \"a\" has a body, which a script cannot send with GET; write method = \"POST\"",
        ),
        (
            format!("{case}path = \"items\"\n"),
            "the case \"a\" has the path \"items\"; write \"/items\"",
        ),
        (
            format!("{case}reason = \"redirect\"\n"),
            "the case \"a\" expects a reason, but what can be read is not refused; remove it",
        ),
        (
            format!("{case}path = \"/a b\"\n"),
            "the case \"a\" has the path \"/a b\": invalid uri character; write such characters with %, as a browser does",
        ),
        (
            format!("url = \"http://localhost/?a=b\"\n{case}"),
            "the url http://localhost/?a=b has a query; write it in the path of each case, such as path = \"/?a=b\"",
        ),
        (
            format!("{}reason = \"origin\"\n", case.replace("readable", "refused")),
            "line 5: reason is \"origin\"; write one of \"preflight-without-allow-origin\", \"missing-allow-origin\", \
             \"wildcard-with-credentials\", \"several-allow-origins\", \"other-allow-origin\", \
             \"missing-allow-credentials\", \"preflight-status\", \"malformed-list\", \"method-not-allowed\", \
             \"header-not-allowed\", \"redirect\", \"forbidden-method\", \"other\"",
        ),
        (
            format!("{case}headers = \"x-a: 1\"\n"),
            "line 5: headers is \"x-a: 1\"; write a list of texts, such as [\"x-a: 1\"]",
        ),
        (
            format!("{case}headers = {{ x-a = \"1\" }}\n"),
            "line 5: headers is { x-a = \"1\" }; write a list of texts, such as [\"x-a: 1\"]",
        ),
        (
            format!("{case}credentials = \"include\"\n"),
            "line 5: credentials is \"include\"; write true or false",
        ),
        (
            format!("{case}status = \"200\"\n"),
            "line 5: status is \"200\"; write a number from 200 to 599, such as 200",
        ),
        (
            format!("{case}status = 70000\n"),
            "line 5: status is 70000; write a number from 200 to 599, such as 200",
        ),
        (
            format!("{case}status = 0\n"),
            "line 5: status is 0; write a number from 200 to 599, such as 200",
        ),
        (format!("{case}name = \"b\"\n"), "line 5: duplicate key"),
        (
            case.replace("\"a\"", "3"),
            "line 2: name is 3; write a text, such as \"the application reads items\"",
        ),
        (
            case.replace("\"readable\"", "true"),
            "line 4: expect is true; write \"readable\" or \"refused\"",
        ),
        (
            case.replace("\"https://app.example.com\"", "[]"),
            "line 3: origin is []; write a text, such as \"https://app.example.com\"",
        ),
        (format!("{case}path = 1\n"), "line 5: path is 1; write a text, such as \"/items\""),
        (format!("{case}method = 1\n"), "line 5: method is 1; write a text, such as \"PUT\""),
        (
            format!("{case}body = {{ name = \"a\" }}\n"),
            "line 5: body is { name = \"a\" }; write a text, such as '{ \"name\": \"a\" }'",
        ),
        (
            format!("{case}body = \"b\"\nmethod = \"get\"\n"),
            "the case \"a\" has a body, which a script cannot send with get; write method = \"POST\"",
        ),
        (
            format!(
                "url = \"http://127.0.0.1:1\"\n{case}headers = [\"x-a: 1\", \"cookie: s=1\"]\n"
            ),
            "the case \"a\" has the header cookie, which a script cannot set; remove it",
        ),
        (
            format!(
                "url = \"http://127.0.0.1:1\"\n{case}headers = [\"origin: https://b.example\"]\n"
            ),
            "the case \"a\" has the header origin, which a script cannot set; write it as origin = …",
        ),
        (
            format!("{case}url = \"http://localhost\"\n"),
            "line 5: unknown field `url`, expected one of `name`, `path`, `origin`, `method`, `headers`, `body`, \
             `credentials`, `expect`, `status`, `reason`; put url above the first [[case]]",
        ),
        (
            String::from("url = 3\n"),
            "line 1: url is 3; write a text, such as \"http://localhost:3000\"",
        ),
        (
            format!("{case}path = \"http://localhost/items/1\"\n"),
            "the case \"a\" has the path \"http://localhost/items/1\", which is a URL; write \"/items/1\", and the rest \
             as url at the top of the file",
        ),
        (
            case.replace("[[case]]", "[case]"),
            "line 1: invalid type: map, expected cases that each begin with a line [[case]]",
        ),
        (
            format!("{}status = 200\n", case.replace("readable", "refused")),
            "the case \"a\" expects a status, but a page cannot see that of a refused response; remove it",
        ),
    ] {
        let error = check(&file, &[]).await.unwrap_err();
        let (path, text) = error.split_once(".toml: ").unwrap();
        assert!(path.ends_with("cases"), "{error}");
        let (text, written) = text.split_once("\n  ").unwrap_or((text, ""));
        assert_eq!(text, expected);
        let line = expected.strip_prefix("line ").and_then(|rest| rest.split(':').next());
        let line: Option<usize> = line.map(|number| number.parse().unwrap());
        assert_eq!(written, line.map_or("", |line| file.lines().nth(line - 1).unwrap()));
    }
}

/// The error is a text.
pub(crate) async fn check(file: &str, arguments: &[&str]) -> Result<(String, Outcome), String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cases.toml");
    std::fs::write(&path, file).unwrap();
    let all = ["cors-probe", "check", path.to_str().unwrap()];
    let all = all.iter().chain(arguments);
    let result = cors_probe::run(Arguments::read(all).unwrap()).await;
    result.map_err(|error| error.to_string())
}
