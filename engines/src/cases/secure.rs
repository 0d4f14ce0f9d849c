//! Cases for pages over TLS.

use super::{moved, open};
use crate::case::{Case, Hosts, Page, Server};

pub(super) fn all(hosts: Hosts) -> Vec<Case> {
    let own = &Page::Secure.origin(hosts);
    let second = &format!("https://localhost:{}", hosts.second_tls);
    let subdomain = &format!("https://a.localhost:{}", hosts.tls);
    let http = &format!("http://localhost:{}", hosts.second);
    let requests: [fn(Case) -> Case; 6] = [
        |case| case,
        |case| case.credentials("include"),
        |case| case.method("POST").body(),
        |case| case.method("PUT").header("x-a", "1"),
        |case| case.header("authorization", "1"),
        |case| case.method("PUT").credentials("include").twice(),
    ];
    let chains = [
        vec![own],
        vec![second],
        vec![subdomain],
        vec![http],
        vec![second, second],
        vec![second, own],
        vec![second, subdomain],
        vec![subdomain, second],
        vec![own, second],
        vec![own, subdomain],
        vec![own, second, own],
    ];
    let mut cases = Vec::new();
    for request in requests {
        for chain in &chains {
            let mut hops: Vec<_> = chain[1..].iter().map(|to| moved(307, to)).collect();
            hops.push(open());
            cases.push(request(Case::new(Page::Secure, Server::Raw(hops)).of(chain[0])));
        }
    }
    cases
}
