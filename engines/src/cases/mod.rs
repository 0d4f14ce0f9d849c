//! The cases: a matrix of policies, pages and requests, and cases that are written by hand.

mod names;
mod resource_policies;
mod values;

use crate::{
    case::{Answer, Api, Case, Hop, Hosts, Page, Server},
    policies,
};

pub(crate) fn all(hosts: Hosts) -> Vec<Case> {
    let mut cases = matrix();
    cases.extend(modes(hosts));
    cases.extend(streams(hosts));
    cases.extend(caching());
    cases.extend(answers());
    cases.extend(redirects(hosts));
    cases.extend(resource_policies::all(hosts, &open()));
    cases.extend(values::all());
    cases.extend(names::all());
    for (id, case) in cases.iter_mut().enumerate() {
        let host = match case.url.as_str() {
            "" => format!("http://localhost:{}", hosts.second),
            host => host.to_owned(),
        };
        case.url = format!("{host}/c/{id}/0");
    }
    cases
}

fn matrix() -> Vec<Case> {
    let requests: [fn(Case) -> Case; 14] = [
        |case| case,
        |case| case.credentials("include"),
        |case| case.method("HEAD").credentials("omit"),
        |case| case.method("POST").header("content-type", "application/json").body(),
        |case| case.method("POST").header("content-type", "text/plain").body(),
        |case| case.method("put").body().credentials("include"),
        |case| case.method("PATCH").header("x-a", "1"),
        |case| case.method("patch"),
        |case| case.header("authorization", "Bearer x"),
        |case| case.method("DELETE").header("X-A", "1").header("x-b", "2"),
        |case| case.header("range", "bytes=0-9").header("accept", "a".repeat(128)),
        |case| case.header("accept-language", "a".repeat(129)),
        |case| case.method("POST").body().upload_listener(),
        |case| case.method("PUT").header("x-a", "1").credentials("include").api(Api::Xhr),
    ];
    let mut cases = Vec::new();
    for policy in 0..policies::COUNT {
        for page in Page::ALL {
            cases.extend(requests.map(|request| request(Case::new(page, Server::Policy(policy)))));
        }
    }
    cases
}

fn modes(hosts: Hosts) -> Vec<Case> {
    let own = Page::Localhost.origin(hosts);
    let case = || Case::new(Page::Localhost, Server::Policy(0));
    vec![
        case().mode("no-cors"),
        case().mode("no-cors").method("POST").body().header("x-a", "1").credentials("include"),
        case().mode("no-cors").method("PUT"),
        case().mode("no-cors").redirect("error"),
        case().mode("same-origin"),
        case().mode("same-origin").of(&own),
        case().of(&own),
        case().of(&own).method("PUT").header("x-b", "1").body(),
        case().of(&own).method("DELETE").mode("no-cors"),
        case().of(&own).method("POST").mode("no-cors").body(),
        case().of(&own).credentials("omit"),
        case().of(&own).method("POST").body().upload_listener(),
        case().of(format!("http://127.0.0.1:{}", hosts.second)).credentials("include"),
        case().of(format!("http://[::1]:{}", hosts.ipv6)),
        case().of(format!("http://b.localhost:{}", hosts.second)).method("PUT"),
        case().of(format!("https://localhost:{}", hosts.tls)).credentials("include"),
        case().of(format!("https://localhost:{}", hosts.tls)).method("PUT").header("x-a", "1"),
        case().method("TRACE"),
        case().method("connect"),
        case().header("x-http-method-override", "TRACE"),
        case()
            .header("sec-a", "1")
            .header("proxy-b", "2")
            .header("cookie", "c")
            .header("date", "d"),
        case().header("content-language", "de_DE"),
        case().header("accept", "a(b"),
        case().header("range", "bytes=9-1"),
        case().header("range", "bytes=-1"),
        case().method("POST").header("content-type", "text/plain; a=\"b\"").body(),
        case().method("POST").header("content-type", "multipart/form-data;boundary=a").body(),
        case().method("POST").header("content-type", "TEXT/PLAIN").body(),
    ]
}

fn streams(hosts: Hosts) -> Vec<Case> {
    let tls = format!("https://localhost:{}", hosts.tls);
    let case =
        |page, server| Case::new(page, server).of(&tls).method("POST").body().api(Api::Stream);
    let redirect = |status| {
        let location = ("location", String::from("{hop}"));
        let mut first = open();
        first.answer.status = status;
        first.answer.headers.push(location);
        Server::Raw(vec![first, open()])
    };
    let mut cases = Vec::new();
    for policy in [0, 1, 2, 7, 11] {
        cases.push(case(Page::Localhost, Server::Policy(policy)));
        cases.push(case(Page::Localhost, Server::Policy(policy)).method("PUT"));
        cases.push(case(Page::Localhost, Server::Policy(policy)).method("LOCK"));
    }
    cases.push(case(Page::Ipv4, Server::Policy(0)));
    cases.push(case(Page::Localhost, redirect(303)));
    cases.push(case(Page::Localhost, redirect(307)));
    cases
}

fn caching() -> Vec<Case> {
    let answer = |max_age: &[&str], further: &[(&'static str, &str)]| {
        let mut hop = open();
        hop.preflight
            .headers
            .extend(max_age.iter().map(|age| ("access-control-max-age", (*age).to_owned())));
        hop.preflight.headers.extend(further.iter().map(|&(name, value)| (name, value.to_owned())));
        Server::Raw(vec![hop])
    };
    let put = |server| Case::new(Page::Localhost, server).method("PUT").twice();
    let mut cases: Vec<Case> = [
        &["600"][..],
        &["0"],
        &[],
        &["nonsense"],
        &["600", "600"],
        &["600, 600"],
        &["99999999999999999999"],
        &["+600"],
        &["\"600\""],
    ]
    .into_iter()
    .map(|max_age| put(answer(max_age, &[])))
    .collect();
    cases.extend([
        put(answer(&["600"], &[])).header("x-a", "1"),
        put(answer(&["600"], &[])).credentials("include"),
        Case::new(Page::Localhost, answer(&["600"], &[]))
            .method("POST")
            .body()
            .upload_listener()
            .twice(),
        Case::new(Page::Localhost, Server::Policy(0)).method("PUT").credentials("include").twice(),
        Case::new(Page::Localhost, Server::Policy(2)).method("PUT").header("x-a", "1").twice(),
        // A preflight that failed is sent again.
        Case::new(Page::Localhost, Server::Policy(1)).method("PATCH").twice(),
    ]);
    cases
}

/// A case for a server that also allows these request headers.
fn opened_to(names: &str) -> Case {
    let mut hop = open();
    hop.preflight.headers.push(("access-control-allow-headers", names.to_owned()));
    Case::new(Page::Localhost, Server::Raw(vec![hop]))
}

/// Allows all requests of these cases, with credentials.
fn open() -> Hop {
    let answer = Answer {
        status: 200,
        headers: vec![
            ("access-control-allow-origin", String::from("{origin}")),
            ("access-control-allow-credentials", String::from("true")),
        ],
    };
    let mut preflight = answer.clone();
    preflight.headers.push(("access-control-allow-methods", String::from("PUT,PATCH,LOCK")));
    preflight
        .headers
        .push(("access-control-allow-headers", String::from("x-a,authorization,content-type")));
    Hop { preflight, answer }
}

/// Responses that this crate's layer never gives.
fn answers() -> Vec<Case> {
    const ORIGIN: &str = "access-control-allow-origin";
    const CREDENTIALS: &str = "access-control-allow-credentials";
    const METHODS: &str = "access-control-allow-methods";
    const HEADERS: &str = "access-control-allow-headers";
    const EXPOSE: &str = "access-control-expose-headers";
    type Lines = &'static [(&'static str, &'static str)];

    let answer = |status, lines: Lines| Answer {
        status,
        headers: lines.iter().map(|&(name, value)| (name, value.to_owned())).collect(),
    };
    let mut cases = Vec::new();
    // The CORS check.
    let shared: &[Lines] = &[
        &[],
        &[(ORIGIN, "*")],
        &[(ORIGIN, "{origin}")],
        &[(ORIGIN, "{origin}/")],
        &[(ORIGIN, "null")],
        &[(ORIGIN, "")],
        &[(ORIGIN, "*, *")],
        &[(ORIGIN, "{origin}, {origin}")],
        &[(ORIGIN, "{origin}"), (ORIGIN, "{origin}")],
        &[(ORIGIN, "*"), (ORIGIN, "{origin}")],
        &[(ORIGIN, "HTTP://LOCALHOST")],
        &[(ORIGIN, "*"), (CREDENTIALS, "true")],
        &[(ORIGIN, "{origin}"), (CREDENTIALS, "true")],
        &[(ORIGIN, "{origin}"), (CREDENTIALS, "True")],
        &[(ORIGIN, "{origin}"), (CREDENTIALS, "true, true")],
        &[(ORIGIN, "{origin}"), (CREDENTIALS, "true"), (CREDENTIALS, "true")],
        &[(ORIGIN, "{origin}"), (CREDENTIALS, "")],
    ];
    for &lines in shared {
        for credentials in ["omit", "include"] {
            for page in [Page::Localhost, Page::Sandboxed] {
                let hop = Hop { answer: answer(200, lines), ..Hop::default() };
                cases.push(Case::new(page, Server::Raw(vec![hop])).credentials(credentials));
            }
        }
    }
    // Exposed headers.
    let exposed: &[Lines] = &[
        &[(EXPOSE, "x-one")],
        &[(EXPOSE, "X-ONE , x-two")],
        &[(EXPOSE, "x-one"), (EXPOSE, "x-two")],
        &[(EXPOSE, "*")],
        &[(EXPOSE, "x-one,*")],
        &[(EXPOSE, "x-one x-two")],
        &[(EXPOSE, "x-one,,x-two")],
        &[(EXPOSE, "\"x-one\"")],
        &[(EXPOSE, "")],
        &[(EXPOSE, "set-cookie,x-one")],
        &[],
    ];
    for &lines in exposed {
        for credentials in ["omit", "include"] {
            let mut response = open().answer;
            response.headers.extend(answer(200, lines).headers);
            let own: Lines = &[
                ("x-one", "1"),
                ("x-two", "2"),
                ("cache-control", "no-store"),
                ("expires", "0"),
                ("pragma", "a"),
                ("content-language", "de"),
                ("last-modified", "never"),
            ];
            response.headers.extend(answer(200, own).headers);
            let hop = Hop { answer: response, ..Hop::default() };
            cases.push(Case::new(Page::Localhost, Server::Raw(vec![hop])).credentials(credentials));
        }
    }
    // Preflights.
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
    for &(status, lines) in preflights {
        let hop = Hop { preflight: answer(status, lines), answer: open().answer };
        cases.extend(requests.map(|request| {
            request(Case::new(Page::Localhost, Server::Raw(vec![hop.clone(), open()])))
        }));
    }
    cases
}

fn redirects(hosts: Hosts) -> Vec<Case> {
    let first = format!("http://localhost:{}", hosts.first);
    let second = format!("http://localhost:{}", hosts.second);
    let third = format!("http://127.0.0.1:{}", hosts.second);
    let user = format!("http://user:word@localhost:{}", hosts.second);
    let hop = |status, to: &str| {
        let mut hop = open();
        hop.answer.status = status;
        hop.answer.headers.push(("location", format!("{to}{{hop}}")));
        hop
    };
    let requests: [fn(Case) -> Case; 6] = [
        |case| case,
        |case| case.credentials("include"),
        |case| case.method("POST").header("content-type", "text/plain").body(),
        |case| case.method("PUT").header("x-a", "1").body(),
        |case| case.header("authorization", "Bearer x"),
        |case| case.method("HEAD"),
    ];
    let mut cases = Vec::new();
    for request in requests {
        // Redirects of another origin: to itself, to a third origin, and to the page's own.
        for status in [301, 302, 303, 307, 308] {
            for to in ["", &third, &first] {
                let server = Server::Raw(vec![hop(status, to), open()]);
                cases.push(request(Case::new(Page::Localhost, server)));
            }
        }
        // Redirects of the page's own origin: to another one, back again, and with a user name.
        for chain in [
            vec![&second],
            vec![&second, &first],
            vec![&first, &second],
            vec![&user],
            vec![&second, &third],
        ] {
            let mut hops: Vec<Hop> = chain.into_iter().map(|to| hop(307, to)).collect();
            hops.push(open());
            cases.push(request(Case::new(Page::Localhost, Server::Raw(hops)).of(&first)));
        }
    }
    let case = |hops| Case::new(Page::Localhost, Server::Raw(hops));
    let without_cors = |status, location: &str| {
        let headers = vec![("location", location.to_owned())];
        Hop { answer: Answer { status, headers }, ..Hop::default() }
    };
    cases.extend([
        case(vec![hop(302, "")]).redirect("error"),
        case(vec![hop(302, "")]).redirect("manual"),
        case(vec![hop(302, "")]).redirect("manual").of(&first),
        case(vec![hop(302, ""), open()]).mode("no-cors"),
        case(vec![hop(302, &second), open()]).mode("same-origin").of(&first),
        case(vec![without_cors(302, "{hop}"), open()]),
        case(vec![without_cors(302, &format!("{second}{{hop}}")), open()]).of(&first),
        case(vec![hop(302, "data:,a"), open()]),
        case(vec![hop(302, "ftp://localhost"), open()]).of(&first),
        case(vec![hop(302, &user), open()]),
        // Without `Location`, and statuses that do not redirect.
        case(vec![Hop { answer: Answer { status: 302, ..open().answer }, ..open() }]),
        case(vec![hop(300, ""), open()]),
        case(vec![hop(304, ""), open()]),
    ]);
    for count in [20, 21] {
        let mut hops: Vec<Hop> = (0..count).map(|_| hop(302, "")).collect();
        hops.push(open());
        cases.push(case(hops).of(&first));
    }
    cases
}
