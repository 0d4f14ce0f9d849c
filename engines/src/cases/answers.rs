//! Responses that this crate's layer never gives.

use super::open;
use crate::case::{Answer, Api, Case, Hop, Page, Server};

const ORIGIN: &str = "access-control-allow-origin";
const CREDENTIALS: &str = "access-control-allow-credentials";
const METHODS: &str = "access-control-allow-methods";
const HEADERS: &str = "access-control-allow-headers";
const EXPOSE: &str = "access-control-expose-headers";

type Lines = &'static [(&'static str, &'static str)];

pub(super) fn all() -> Vec<Case> {
    let mut cases = shared();
    cases.extend(statuses());
    cases.extend(exposed());
    cases.extend(preflights());
    cases.extend(preflight_statuses());
    cases.extend(preflight_lists());
    cases
}

/// The CORS check.
fn shared() -> Vec<Case> {
    let shared: &[Lines] = &[
        &[],
        &[(ORIGIN, "*")],
        &[(ORIGIN, "{origin}")],
        &[(ORIGIN, "{origin}/")],
        &[(ORIGIN, "{origin}#")],
        &[(ORIGIN, "{origin}?")],
        &[(ORIGIN, "{origin} ")],
        &[(ORIGIN, " {origin}")],
        &[(ORIGIN, "\t{origin}\t")],
        &[(ORIGIN, "\"{origin}\"")],
        &[(ORIGIN, "{origin},")],
        &[(ORIGIN, ",{origin}")],
        &[(ORIGIN, "{origin} {origin}")],
        &[(ORIGIN, "{origin}, {origin}")],
        &[(ORIGIN, "{origin}"), (ORIGIN, "{origin}")],
        &[(ORIGIN, "{origin}"), (ORIGIN, "*")],
        &[(ORIGIN, "{origin}"), (ORIGIN, "")],
        &[(ORIGIN, ""), (ORIGIN, "{origin}")],
        &[(ORIGIN, "")],
        &[(ORIGIN, "* ")],
        &[(ORIGIN, "**")],
        &[(ORIGIN, "*,")],
        &[(ORIGIN, "*, *")],
        &[(ORIGIN, "*"), (ORIGIN, "*")],
        &[(ORIGIN, "*"), (ORIGIN, "{origin}")],
        &[(ORIGIN, "HTTP://LOCALHOST")],
        &[(ORIGIN, "null")],
        &[(ORIGIN, "Null")],
        &[(ORIGIN, "*"), (CREDENTIALS, "true")],
        &[(ORIGIN, "{origin}"), (CREDENTIALS, "true")],
        &[(ORIGIN, "{origin}"), (CREDENTIALS, "true ")],
        &[(ORIGIN, "{origin}"), (CREDENTIALS, "True")],
        &[(ORIGIN, "{origin}"), (CREDENTIALS, "TRUE")],
        &[(ORIGIN, "{origin}"), (CREDENTIALS, "true;")],
        &[(ORIGIN, "{origin}"), (CREDENTIALS, "1")],
        &[(ORIGIN, "{origin}"), (CREDENTIALS, "true, true")],
        &[(ORIGIN, "{origin}"), (CREDENTIALS, "true"), (CREDENTIALS, "true")],
        &[(ORIGIN, "{origin}"), (CREDENTIALS, "false"), (CREDENTIALS, "true")],
        &[(ORIGIN, "{origin}"), (CREDENTIALS, "true"), (CREDENTIALS, "")],
        &[(ORIGIN, "{origin}"), (CREDENTIALS, "")],
    ];
    let mut cases = Vec::new();
    for &lines in shared {
        for credentials in ["omit", "include"] {
            for page in [Page::Localhost, Page::Sandboxed] {
                let hop = Hop { answer: answer(200, lines), ..Hop::default() };
                cases.push(Case::new(page, Server::Raw(vec![hop])).credentials(credentials));
            }
        }
    }
    cases
}

fn statuses() -> Vec<Case> {
    let statuses = [201, 204, 206, 226, 400, 401, 403, 404, 429, 500, 503];
    let case = |status| {
        let hop = Hop { answer: Answer { status, ..open().answer }, ..open() };
        Case::new(Page::Localhost, Server::Raw(vec![hop]))
    };
    statuses.map(case).into()
}

fn exposed() -> Vec<Case> {
    let exposed: &[Lines] = &[
        &[(EXPOSE, "x-one")],
        &[(EXPOSE, "X-ONE , x-two")],
        &[(EXPOSE, "x-one\t,\tx-two")],
        &[(EXPOSE, "x-one"), (EXPOSE, "x-two")],
        &[(EXPOSE, "x-one"), (EXPOSE, "x two")],
        &[(EXPOSE, "*")],
        &[(EXPOSE, "* ")],
        &[(EXPOSE, "x-one,*")],
        &[(EXPOSE, "*"), (EXPOSE, "x-one")],
        &[(EXPOSE, "*, (")],
        &[(EXPOSE, "x-*")],
        &[(EXPOSE, "x-one x-two")],
        &[(EXPOSE, "x-one;x-two")],
        &[(EXPOSE, "x-one,,x-two")],
        &[(EXPOSE, "x-one, x-one")],
        &[(EXPOSE, "\"x-one\"")],
        &[(EXPOSE, "")],
        &[(EXPOSE, "set-cookie,x-one")],
        &[(EXPOSE, "Set-Cookie2")],
        &[(EXPOSE, "access-control-allow-origin")],
        &[],
    ];
    let own: Lines = &[
        ("x-one", "1"),
        ("x-two", "2"),
        ("cache-control", "no-store"),
        ("expires", "0"),
        ("pragma", "a"),
        ("content-language", "de"),
        ("last-modified", "never"),
    ];
    let mut cases = Vec::new();
    for &lines in exposed {
        for credentials in ["omit", "include"] {
            for api in [Api::Fetch, Api::Xhr] {
                let mut response = open().answer;
                response.headers.extend(answer(200, lines).headers);
                response.headers.extend(answer(200, own).headers);
                let hop = Hop { answer: response, ..Hop::default() };
                let case = Case::new(Page::Localhost, Server::Raw(vec![hop]));
                cases.push(case.credentials(credentials).api(api));
            }
        }
    }
    cases
}

fn preflights() -> Vec<Case> {
    let preflights: &[(u16, Lines)] = &[
        (200, &[(ORIGIN, "*")]),
        (200, &[(METHODS, "PUT"), (HEADERS, "x-a")]),
        (200, &[(ORIGIN, "*"), (METHODS, "PUT"), (HEADERS, "x-a")]),
        (204, &[(ORIGIN, "{origin}"), (METHODS, "PUT"), (HEADERS, "X-A")]),
        (299, &[(ORIGIN, "*"), (METHODS, "PUT"), (HEADERS, "x-a")]),
        (302, &[(ORIGIN, "*"), (METHODS, "PUT"), (HEADERS, "x-a"), ("location", "{hop}")]),
        (304, &[(ORIGIN, "*"), (METHODS, "PUT"), (HEADERS, "x-a")]),
        (401, &[(ORIGIN, "*"), (METHODS, "PUT"), (HEADERS, "x-a")]),
        (404, &[(ORIGIN, "*"), (METHODS, "PUT"), (HEADERS, "x-a")]),
        (500, &[(ORIGIN, "*"), (METHODS, "PUT"), (HEADERS, "x-a")]),
        (200, &[(ORIGIN, "*"), (METHODS, "put"), (HEADERS, "x-a")]),
        (
            200,
            &[
                (ORIGIN, "*"),
                (METHODS, "GET"),
                (METHODS, "PUT"),
                (HEADERS, "x-b"),
                (HEADERS, "x-a"),
            ],
        ),
        (200, &[(ORIGIN, "*"), (METHODS, " ,PUT,"), (HEADERS, ",,x-a ,")]),
        (200, &[(ORIGIN, "*"), (METHODS, "PUT GET"), (HEADERS, "x-a")]),
        (200, &[(ORIGIN, "*"), (METHODS, "PUT"), (HEADERS, "x-a x-b")]),
        (200, &[(ORIGIN, "*"), (METHODS, "PUT,@"), (HEADERS, "x-a")]),
        (200, &[(ORIGIN, "*"), (METHODS, "*"), (HEADERS, "*")]),
        (200, &[(ORIGIN, "*"), (METHODS, "PUT, *"), (HEADERS, "x-b, *")]),
        (200, &[(ORIGIN, "*"), (METHODS, "*"), (HEADERS, "*,authorization")]),
        (200, &[(ORIGIN, "{origin}"), (CREDENTIALS, "true"), (METHODS, "*"), (HEADERS, "*")]),
        (200, &[(ORIGIN, "{origin}"), (CREDENTIALS, "true"), (METHODS, "PUT"), (HEADERS, "x-a")]),
        (200, &[(ORIGIN, "{origin}"), (CREDENTIALS, "false"), (METHODS, "PUT"), (HEADERS, "x-a")]),
    ];
    let requests: [fn(Case) -> Case; 4] = [
        |case| case.method("PUT").header("x-a", "1"),
        |case| case.method("PUT").header("x-a", "1").credentials("include"),
        |case| case.header("authorization", "Bearer x"),
        |case| case.method("POST").body().upload_listener(),
    ];
    let mut cases = Vec::new();
    for &(status, lines) in preflights {
        let hop = Hop { preflight: answer(status, lines), answer: open().answer };
        cases.extend(requests.map(|request| {
            request(Case::new(Page::Localhost, Server::Raw(vec![hop.clone(), open()])))
        }));
    }
    cases
}

fn preflight_statuses() -> Vec<Case> {
    let lines: Lines = &[(ORIGIN, "*"), (METHODS, "PUT"), (HEADERS, "x-a"), ("location", "{hop}")];
    let statuses = [201, 202, 203, 205, 206, 226, 300, 301, 303, 307, 308, 400, 403, 405, 501, 503];
    let mut cases = Vec::new();
    for status in statuses {
        // Without and with `Location`.
        cases.extend([&lines[..3], lines].map(|lines| put(answer(status, lines))));
    }
    cases
}

fn preflight_lists() -> Vec<Case> {
    let lists: &[(&[&str], &[&str])] = &[
        (&["PUT;q=1"], &["x-a"]),
        (&["\"PUT\""], &["x-a"]),
        (&["PUT\tGET"], &["x-a"]),
        (&["PUT, Put"], &["x-a, X-A"]),
        (&["PUT", "a b"], &["x-a"]),
        (&["PUT"], &["x-a;x-b"]),
        (&["PUT"], &["x-a:1"]),
        (&["PUT"], &["x-a", "x b"]),
        (&["PUT"], &["x-*"]),
        (&[""], &["x-a"]),
        (&["PUT"], &[""]),
        (&["PUT"], &[" X-A "]),
        (&["PUT"], &["\tx-a\t,"]),
        (&["* "], &[" *"]),
        (&["**"], &["x-a"]),
        (&["PUT"], &["x-a,("]),
        (&["PUT,(,*"], &["*"]),
    ];
    let mut cases = Vec::new();
    for (methods, names) in lists {
        for credentials in ["same-origin", "include"] {
            let shared: Lines = match credentials {
                "include" => &[(ORIGIN, "{origin}"), (CREDENTIALS, "true")],
                _ => &[(ORIGIN, "*")],
            };
            let mut preflight = answer(204, shared);
            let methods = methods.iter().map(|line| (METHODS, (*line).to_owned()));
            let names = names.iter().map(|line| (HEADERS, (*line).to_owned()));
            preflight.headers.extend(methods.chain(names));
            cases.push(put(preflight).credentials(credentials));
        }
    }
    cases
}

/// A `PUT` with `x-a`, whose preflight has this answer.
fn put(preflight: Answer) -> Case {
    let hop = Hop { preflight, answer: open().answer };
    Case::new(Page::Localhost, Server::Raw(vec![hop, open()])).method("PUT").header("x-a", "1")
}

fn answer(status: u16, lines: Lines) -> Answer {
    let headers = lines.iter().map(|&(name, value)| (name, value.to_owned())).collect();
    Answer { status, headers }
}
