//! Cases for the referrer policy, which can hide the page's origin.

use super::open;
use crate::case::{Case, Hosts, Page, Server};

pub(super) fn all(hosts: Hosts) -> Vec<Case> {
    let own = Page::Localhost.origin(hosts);
    let second = format!("http://localhost:{}", hosts.second);
    let second_tls = format!("https://localhost:{}", hosts.second_tls);
    let policies = [
        "no-referrer",
        "no-referrer-when-downgrade",
        "same-origin",
        "origin",
        "strict-origin",
        "origin-when-cross-origin",
        "strict-origin-when-cross-origin",
        "unsafe-url",
    ];
    // Answers without the origin, so that only the requests can differ.
    let mut hop = open();
    for (name, value) in hop.preflight.headers.iter_mut().chain(&mut hop.answer.headers) {
        if *name == "access-control-allow-origin" {
            *value = String::from("*");
        }
    }
    let mut cases = Vec::new();
    for policy in policies {
        let server = Server::Raw(vec![hop.clone()]);
        let case = |page| Case::new(page, server.clone()).referrer_policy(policy);
        let post = |page| case(page).method("POST").body();
        let http = || post(Page::Localhost);
        let https = || post(Page::Secure);
        cases.extend([
            http().mode("no-cors").of(&own),
            http().mode("no-cors"),
            http().mode("same-origin").of(&own),
            http().of(&own),
            http(),
            case(Page::Localhost).method("PUT"),
            case(Page::Localhost).of(&own),
            https().mode("no-cors").of(&second_tls),
            https().mode("no-cors").of(&second),
            https().of(&second),
        ]);
    }
    cases
}
