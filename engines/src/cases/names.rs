//! Cases for the names of request headers, and for methods: which of them a script can send, and which need a preflight.

use super::{open, opened_to};
use crate::case::{Api, Case, Page, Server};

#[rustfmt::skip]
const NAMES: &[&str] = &[
    "accept-charset", "accept-encoding", "access-control-allow-origin", "access-control-request-headers",
    "access-control-request-method", "access-control-request-private-network", "cache-control", "connection",
    "content-encoding", "content-length", "content-location", "cookie2", "date", "device-memory", "dnt", "downlink", "dpr",
    "early-data", "ect", "expect", "forwarded", "from", "host", "if-match", "if-modified-since", "if-none-match",
    "if-range", "if-unmodified-since", "keep-alive", "last-event-id", "link", "max-forwards", "origin", "pragma",
    "priority", "proxy-authorization", "purpose", "referer", "rtt", "save-data", "sec-ch-ua", "sec-purpose",
    "service-worker", "set-cookie", "te", "trailer", "transfer-encoding", "upgrade", "upgrade-insecure-requests",
    "user-agent", "via", "viewport-width", "want-digest", "width", "x-csrf-token", "x-forwarded-for", "x-requested-with",
];

#[rustfmt::skip]
const METHODS: &[&str] = &[
    "Trace", "TRACK", "CONNECT", "options", "OPTIONS", "Head", "get", "post", "Post", "delete", "Delete", "FOO", "foo",
    "QUERY", "query", "PATCH", "patch", "Patch", "LOCK", "lock",
];

pub(super) fn all() -> Vec<Case> {
    let mut cases: Vec<Case> = NAMES.iter().map(|name| opened_to(name).header(name, "1")).collect();
    cases.extend([
        opened_to("").header("x-a", "").method("POST"),
        opened_to("x-b").header("x-a", "1").header("x-A", "2").header("X-b", "3"),
        Case::new(Page::Localhost, Server::Policy(1))
            .method("PUT")
            .header("x-a", "1")
            .header("X-A", "2"),
    ]);
    let mut hop = open();
    let methods = String::from("OPTIONS,DELETE,FOO,foo,QUERY");
    hop.preflight.headers.push(("access-control-allow-methods", methods));
    for api in [Api::Fetch, Api::Xhr] {
        cases.extend(METHODS.iter().map(|method| {
            let server = Server::Raw(vec![hop.clone()]);
            Case::new(Page::Localhost, server).method(method).api(api)
        }));
    }
    cases
}
