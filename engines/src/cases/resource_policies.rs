//! The cases for `Cross-Origin-Resource-Policy`: in the mode `no-cors`, and in the mode `cors`, where it has no effect.

use crate::case::{Case, Hop, Hosts, Page, Server};

/// `open` is a server that allows everything else.
pub(crate) fn all(hosts: Hosts, open: &Hop) -> Vec<Case> {
    let values: [&[&str]; 10] = [
        &["same-origin"],
        &["same-site"],
        &["cross-origin"],
        &["Same-Origin"],
        &["same-origin "],
        &["same-site, same-origin"],
        &["same-origin", "same-origin"],
        &["same-site", "cross-origin"],
        &[""],
        &["nonsense"],
    ];
    let targets = [
        format!("http://localhost:{}", hosts.first),
        format!("http://localhost:{}", hosts.second),
        format!("http://127.0.0.1:{}", hosts.second),
        format!("http://b.localhost:{}", hosts.second),
        format!("http://b.a.localhost:{}", hosts.second),
        format!("https://localhost:{}", hosts.tls),
    ];
    let hop = |values: &[&str]| {
        let mut hop = open.clone();
        let lines = values.iter().map(|it| ("cross-origin-resource-policy", (*it).to_owned()));
        hop.answer.headers.extend(lines);
        hop
    };
    let mut cases = Vec::new();
    for page in [Page::Localhost, Page::Subdomain, Page::Sandboxed] {
        for target in &targets {
            for values in values {
                let case = || Case::new(page, Server::Raw(vec![hop(values)])).of(target);
                cases.push(case().mode("no-cors"));
                cases.push(case().mode("no-cors").credentials("include").method("POST").body());
            }
            cases.push(Case::new(page, Server::Raw(vec![hop(&["same-origin"])])).of(target));
        }
    }
    // A redirect is checked too, even if it leads to the page's own origin.
    for to in &targets {
        for values in [&["same-origin"][..], &["same-site"]] {
            let mut first = hop(values);
            first.answer.status = 302;
            first.answer.headers.push(("location", format!("{to}{{hop}}")));
            for hops in [vec![first.clone(), open.clone()], vec![first, hop(values)]] {
                let case = Case::new(Page::Localhost, Server::Raw(hops)).mode("no-cors");
                cases.push(case);
            }
        }
    }
    cases
}
