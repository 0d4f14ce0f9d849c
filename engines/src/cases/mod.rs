//! The cases: a matrix of policies, pages and requests, and cases that are written by hand.

mod answers;
mod caching;
mod names;
mod redirects;
mod referrers;
mod resource_policies;
mod secure;
mod values;

use crate::{
    case::{Answer, Api, Case, Hop, Hosts, Page, Server},
    policies,
};

pub(crate) fn all(hosts: Hosts) -> Vec<Case> {
    let mut cases = matrix();
    cases.extend(modes(hosts));
    cases.extend(streams(hosts));
    cases.extend(caching::all(hosts));
    cases.extend(answers::all());
    cases.extend(redirects::all(hosts));
    cases.extend(resource_policies::all(hosts, &open()));
    cases.extend(values::all());
    cases.extend(names::all());
    cases.extend(referrers::all(hosts));
    cases.extend(secure::all(hosts));
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
        for page in Page::HTTP {
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

/// A case for a server that also allows these request headers.
fn opened_to(names: &str) -> Case {
    let mut hop = open();
    hop.preflight.headers.push(("access-control-allow-headers", names.to_owned()));
    Case::new(Page::Localhost, Server::Raw(vec![hop]))
}

/// Redirects all requests of these cases to the next hop, at an origin or at its own.
fn moved(status: u16, origin: &str) -> Hop {
    let mut hop = open();
    hop.answer.status = status;
    hop.answer.headers.push(("location", format!("{origin}{{hop}}")));
    hop
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
