//! Cases for the preflight cache: several fetches of one URL, one after the other.

use super::open;
use crate::{
    case::{Api, Case, Change, Hop, Hosts, Page, Server},
    policies::{ECHO_BESIDE_WILDCARD, WITHOUT_ECHO},
};

const METHODS: &str = "access-control-allow-methods";
const HEADERS: &str = "access-control-allow-headers";
const MAX_AGE: &str = "access-control-max-age";

pub(super) fn all(hosts: Hosts) -> Vec<Case> {
    let mut cases = max_ages();
    cases.extend(layers());
    cases.extend(echoes());
    cases.extend(hosts_and_pages(hosts));
    cases.extend(changes());
    cases.extend(wildcards());
    cases.extend(failures());
    cases.extend(uploads(hosts));
    cases
}

#[rustfmt::skip]
fn max_ages() -> Vec<Case> {
    let ages: &[&[&str]] = &[
        &[], &["600"], &["0"], &["00"], &["0600"], &["86400"], &["4294967295"], &["4294967296"], &["9223372036854775808"],
        &["99999999999999999999"], &["+600"], &["+0"], &["-0"], &["-1"], &["-600"], &[""], &[" 600 "], &["600.5"], &["1e3"],
        &["600s"], &["600;"], &["600 600"], &["600, 600"], &["600", "600"], &["0x258"], &["\"600\""], &["none"], &["nonsense"],
    ];
    ages.iter().map(|lines| put(cached(lines)).twice()).collect()
}

/// The cases of this crate's layer.
fn layers() -> Vec<Case> {
    let case = |policy| Case::new(Page::Localhost, Server::Policy(policy));
    vec![
        case(0).method("PUT").credentials("include").twice(),
        case(2).method("PUT").header("x-a", "1").twice(),
        // With credentials, the names that were asked for are sent instead of `*`.
        case(5).method("PUT").header("x-a", "1").credentials("include").twice(),
        case(10).method("PATCH").header("authorization", "1").credentials("include").twice(),
        // A preflight that failed is sent again.
        case(1).method("PATCH").twice(),
    ]
}

/// The cases that `docs/caches.md` counts the preflights of, without `echo_beside_wildcard` and with it.
fn echoes() -> Vec<Case> {
    let put = |policy| {
        Case::new(Page::Localhost, Server::Policy(policy)).method("PUT").header("x-a", "1")
    };
    let cases = [WITHOUT_ECHO, ECHO_BESIDE_WILDCARD].map(|policy| {
        let to = |name| Change::to("PUT").header(name);
        [put(policy).twice().twice(), put(policy).then(to("x-b")).then(to("x-a"))]
    });
    let mut cases = cases.concat();
    cases.push(put(ECHO_BESIDE_WILDCARD).header("authorization", "1").twice().twice());
    cases
}

fn hosts_and_pages(hosts: Hosts) -> Vec<Case> {
    let case = || put(cached(&["600"]));
    vec![
        // Firefox compares times of its cache of names, which has a coarse clock.
        case().of(format!("http://127.0.0.1:{}", hosts.second)).again_after(100),
        case().of(format!("http://[::1]:{}", hosts.ipv6)).again_after(100),
        case().of(format!("http://a.localhost:{}", hosts.second)).twice(),
        case().of(format!("https://localhost:{}", hosts.tls)).twice(),
        Case::new(Page::Sandboxed, cached(&["600"])).method("PUT").twice(),
        // Time passes.
        put(cached(&["1"])).again_after(400).again_after(1_600),
        put(cached(&[])).again_after(3_000).again_after(3_500),
    ]
}

/// Another method, another header or another credentials mode.
fn changes() -> Vec<Case> {
    let cached = || cached(&["600"]);
    let case = |method| Case::new(Page::Localhost, cached()).method(method);
    let put = || case("PUT");
    let to = Change::to;
    vec![
        put().header("x-a", "1").twice(),
        put().credentials("include").twice(),
        put().twice().twice(),
        put().then(to("PATCH")),
        put().then(to("DELETE")).then(to("PUT")),
        put().then(to("PUT").header("x-b")).then(to("PUT")),
        put().then(to("PUT").header("x-a")),
        put().then(to("PUT").header("authorization")),
        put().header("x-a", "1").then(to("PUT")),
        put().header("x-a", "1").then(to("GET").header("x-a")).then(to("POST").header("x-a")),
        put().credentials("omit").then(to("PUT")),
        put().then(to("PUT").credentials("include")).then(to("PUT")),
        put().credentials("include").then(to("PUT")).then(to("PUT").credentials("include")),
        case("GET").header("x-a", "1").twice(),
        case("HEAD").header("x-a", "1").twice(),
        case("POST").header("x-a", "1").twice(),
        case("GET").header("authorization", "1").twice(),
        case("POST").header("content-type", "application/json").body().twice(),
    ]
}

fn wildcards() -> Vec<Case> {
    let server = |methods: &str| {
        let mut hop = open();
        hop.preflight.headers = vec![
            ("access-control-allow-origin", String::from("*")),
            (METHODS, methods.to_owned()),
            (HEADERS, String::from("*")),
            (MAX_AGE, String::from("600")),
        ];
        Server::Raw(vec![hop])
    };
    // With credentials, `*` is a name, also when it is kept.
    let mut named = open();
    named.preflight.headers.retain(|(name, _)| *name != METHODS);
    named.preflight.headers.push((METHODS, String::from("*,PUT")));
    named.preflight.headers.push((MAX_AGE, String::from("600")));
    let named = put(Server::Raw(vec![named])).credentials("include");
    let any = || Case::new(Page::Localhost, server("*"));
    let listed = || Case::new(Page::Localhost, server("PUT")).method("PUT");
    vec![
        any().method("PUT").twice(),
        any().header("x-a", "1").twice(),
        any().method("PUT").header("x-a", "1").twice(),
        any().method("PUT").header("x-a", "1").then(Change::to("PUT").header("x-b")),
        any().header("authorization", "1").twice(),
        any().header("x-a", "1").then(Change::to("GET").header("authorization")),
        listed().twice(),
        listed().header("x-a", "1").twice(),
        named.then(Change::to("PATCH").credentials("include")),
    ]
}

/// The preflight succeeds, and the request fails or is redirected.
fn failures() -> Vec<Case> {
    let hop = |change: fn(&mut Hop)| {
        let mut hop = open();
        hop.preflight.headers.push((MAX_AGE, String::from("600")));
        change(&mut hop);
        hop
    };
    let moved = hop(|hop| {
        hop.answer.status = 307;
        hop.answer.headers.push(("location", String::from("{hop}")));
    });
    vec![
        put(Server::Raw(vec![hop(|hop| hop.answer.headers.clear())])).twice(),
        put(Server::Raw(vec![hop(|hop| hop.answer.status = 500)])).twice(),
        put(Server::Raw(vec![moved.clone(), moved, open()])).twice(),
    ]
}

fn uploads(hosts: Hosts) -> Vec<Case> {
    let listed = |methods: Option<&str>| {
        let mut hop = open();
        hop.preflight.headers.retain(|(name, _)| *name != METHODS);
        hop.preflight.headers.extend(methods.map(|methods| (METHODS, methods.to_owned())));
        hop.preflight.headers.push((MAX_AGE, String::from("600")));
        Server::Raw(vec![hop])
    };
    let servers = || [cached(&["600"]), listed(Some("PUT,POST")), listed(Some("")), listed(None)];
    let case = |server| Case::new(Page::Localhost, server).method("POST").body().twice();
    let tls = format!("https://localhost:{}", hosts.tls);
    let with_listener = servers().map(|server| case(server).upload_listener());
    let with_stream = servers().map(|server| case(server).api(Api::Stream).of(&tls));
    // An empty list allows no `PUT`. The standard takes only a missing one for the method of the request.
    let of_empty_list = case(listed(Some(""))).method("PUT").upload_listener();
    [&with_listener[..], &with_stream, &[of_empty_list]].concat()
}

fn put(server: Server) -> Case {
    Case::new(Page::Localhost, server).method("PUT")
}

/// Allows `PUT` and `x-a`, among others, with these lines of `Access-Control-Max-Age`.
fn cached(max_age: &[&str]) -> Server {
    let mut hop = open();
    hop.preflight.headers.extend(max_age.iter().map(|age| (MAX_AGE, (*age).to_owned())));
    Server::Raw(vec![hop])
}
