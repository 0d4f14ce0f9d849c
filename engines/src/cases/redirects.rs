//! Cases for redirects.

use super::{moved as hop, open};
use crate::case::{Answer, Api, Case, Hop, Hosts, Page, Server};

pub(super) fn all(hosts: Hosts) -> Vec<Case> {
    let first = format!("http://localhost:{}", hosts.first);
    let second = format!("http://localhost:{}", hosts.second);
    let third = format!("http://127.0.0.1:{}", hosts.second);
    let user = format!("http://user:word@localhost:{}", hosts.second);
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
    cases.extend(schemes(hosts));
    cases.extend(locations());
    cases.extend(chains(hosts));
    cases
}

/// Redirects of an http URL, also to https, and of an https URL.
fn schemes(hosts: Hosts) -> Vec<Case> {
    let tls = format!("https://localhost:{}", hosts.tls);
    let targets = [
        String::new(),
        format!("http://127.0.0.1:{}", hosts.second),
        format!("http://localhost:{}", hosts.first),
        tls.clone(),
    ];
    let mut cases = Vec::new();
    for status in [301, 302, 303, 307, 308] {
        for to in &targets {
            let case = |page| Case::new(page, Server::Raw(vec![hop(status, to), open()]));
            let put = case(Page::Localhost).method("PUT").header("x-a", "1");
            let post = case(Page::Localhost).method("POST").body();
            cases.extend([
                post.clone().header("content-type", "application/json"),
                post.upload_listener(),
                put.credentials("include"),
                case(Page::Localhost).method("PATCH").api(Api::Xhr).body(),
                case(Page::Sandboxed).header("x-a", "1"),
                case(Page::Localhost).of(&tls).header("authorization", "1"),
            ]);
        }
    }
    cases
}

fn locations() -> Vec<Case> {
    let case = |status, lines: &[&str]| {
        let mut hop = open();
        hop.answer.status = status;
        hop.answer.headers.extend(lines.iter().map(|line| ("location", (*line).to_owned())));
        Case::new(Page::Localhost, Server::Raw(vec![hop, open()]))
    };
    vec![
        case(302, &[""]),
        case(302, &["{hop}", "{hop}"]),
        case(302, &["http://"]),
        case(302, &["{hop}#part"]),
        case(302, &["{hop}?query"]),
        case(302, &["about:blank"]),
        case(302, &["javascript:1"]),
        case(305, &["{hop}"]),
        case(306, &["{hop}"]),
    ]
}

/// Chains of origins, of which the last does not redirect.
fn chains(hosts: Hosts) -> Vec<Case> {
    let first = &format!("http://localhost:{}", hosts.first);
    let second = &format!("http://localhost:{}", hosts.second);
    let third = &format!("http://127.0.0.1:{}", hosts.second);
    let case = |status, chain: &[&String]| {
        let mut hops: Vec<Hop> = chain[1..].iter().map(|to| hop(status, to)).collect();
        hops.push(open());
        Case::new(Page::Localhost, Server::Raw(hops)).of(chain[0])
    };
    vec![
        case(307, &[second, third, second, first]).method("PUT"),
        case(307, &[first, second, third]).header("authorization", "1"),
        case(302, &[first, second]).mode("no-cors"),
        case(302, &[second, first]).mode("no-cors").method("POST").body(),
        case(307, &[second, first]).mode("no-cors").method("POST").body(),
        case(307, &[second, third]).mode("no-cors").method("POST").body(),
    ]
}
