//! Cases for redirects.

use super::open;
use crate::case::{Answer, Case, Hop, Hosts, Page, Server};

pub(super) fn all(hosts: Hosts) -> Vec<Case> {
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
