//! Requests of the server's own pages. They are no CORS requests, whatever the policy refuses, and the CORS headers of
//! their responses are those of any other request.

use std::{
    fmt,
    sync::{Arc, Mutex},
};

use http::{HeaderMap, HeaderValue};
use tower::{Layer, ServiceExt};
use tower_cors::{CorsLayer, CorsLayerBuilder, Decision, Outcome, Refusal, Refuse, RequestKind};

use crate::{
    actor::Actor::{AllowedOrigin, Null, OwnPage, Partner, Stranger},
    case::{Ask, Case, check, non_cors, preflight, preflighted, simple},
    headers::{
        ALLOW_ORIGIN, ALLOW_PUT, Header, OPTIONS_REFUSAL_VARY, PREFLIGHT_VARY, REFUSAL_VARY,
        SAME_ORIGIN, VARY,
    },
    inner::Inner,
    refusing::ours,
};

/// Who sends a request to a policy that allows `AllowedOrigin`, and has `OwnPage` among its own origins.
#[derive(Clone, Copy)]
enum Sender {
    /// An own page that the browser marks.
    Marked,
    /// A page of one of the own origins.
    Listed,
    /// A page that the policy allows. The browser marks it as an own page.
    MarkedAndAllowed,
    /// Another page, with the value of `x-cors-refusal`.
    Others(&'static str),
}

/// What a policy can refuse, and a request to it.
#[derive(Clone, Copy)]
struct Setting {
    refuse: Option<Refuse>,
    is_upgrade: bool,
}

const SETTINGS: [Setting; 6] = {
    let [off, all, upgrades] = [None, Some(Refuse::All), Some(Refuse::Upgrades)];
    [
        Setting { refuse: off, is_upgrade: false },
        Setting { refuse: off, is_upgrade: true },
        Setting { refuse: all, is_upgrade: false },
        Setting { refuse: all, is_upgrade: true },
        Setting { refuse: upgrades, is_upgrade: false },
        Setting { refuse: upgrades, is_upgrade: true },
    ]
};

impl Setting {
    fn policy(self, builder: CorsLayerBuilder) -> CorsLayerBuilder {
        match self.refuse {
            Some(refuse) => builder.refuse_disallowed_origins(refuse),
            None => builder,
        }
    }

    fn ask(self, ask: &Ask) -> Ask {
        let ask = ask.clone();
        if self.is_upgrade { ask.with(("upgrade", "websocket")) } else { ask }
    }

    fn refuses(self) -> bool {
        match self.refuse {
            None => false,
            Some(Refuse::All) => true,
            Some(_) => self.is_upgrade,
        }
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { refuse, is_upgrade } = self;
        write!(f, "refuse: {refuse:?}, is_upgrade: {is_upgrade}")
    }
}

#[rustfmt::skip]
fn rows() -> Vec<(Ask, Sender)> {
    const STRANGER: Sender = Sender::Others("origin-not-allowed https://evil.example");
    let post = || non_cors("POST");
    vec![
        (post().from(Stranger).with(SAME_ORIGIN), Sender::Marked),
        (post().from(Null).with(SAME_ORIGIN), Sender::Marked),
        (post().from(OwnPage).with(SAME_ORIGIN), Sender::Listed),
        (post().with(("origin", "http://192.168.1.7:8080")).with(SAME_ORIGIN), Sender::Marked),
        (post().with(("origin", "http://localhost")).with(SAME_ORIGIN), Sender::Marked),
        (non_cors("DELETE").from(Stranger).with(SAME_ORIGIN).with(("x-a", "1")), Sender::Marked),
        (post().from(AllowedOrigin).with(SAME_ORIGIN), Sender::MarkedAndAllowed),
        (simple("POST").from(OwnPage), Sender::Listed),
        (simple("POST").from(OwnPage).with(("sec-fetch-site", "cross-site")), Sender::Listed),
        (preflighted("DELETE").from(OwnPage), Sender::Listed),
        (simple("POST").from(Stranger), STRANGER),
        (simple("POST").from(Stranger).with(("sec-fetch-site", "none")), STRANGER),
        (simple("POST").from(Stranger).with(("sec-fetch-site", "same-site")), STRANGER),
        (simple("POST").from(Stranger).with(("sec-fetch-site", "cross-site")), STRANGER),
        (simple("POST").from(Stranger).with(("sec-fetch-site", "")), STRANGER),
        (simple("POST").from(Stranger).with(("sec-fetch-site", "Same-Origin")), STRANGER),
        (simple("POST").from(Stranger).with(("sec-fetch-site", "same-origin, same-origin")), STRANGER),
        (simple("POST").from(Stranger).with(SAME_ORIGIN).with(SAME_ORIGIN), STRANGER),
        (simple("POST").from(Stranger).with(SAME_ORIGIN).with(("sec-fetch-site", "none")), STRANGER),
        (simple("POST").from(Null), Sender::Others("null-origin")),
        (simple("POST").from(Null).with(("sec-fetch-site", "cross-site")), Sender::Others("null-origin")),
        (simple("POST").with(("origin", "NULL")).with(SAME_ORIGIN), Sender::Others("malformed-origin NULL")),
        (simple("POST").with(("origin", "")).with(SAME_ORIGIN), Sender::Others("malformed-origin ")),
        (simple("POST").with(("origin", "https://a b")).with(SAME_ORIGIN), Sender::Others("malformed-origin https://a b")),
        (simple("POST").with(("origin", "tauri://localhost")).with(SAME_ORIGIN), Sender::Others("origin-not-allowed tauri://localhost")),
        (simple("POST").with(("origin", "chrome-extension://abc")).with(SAME_ORIGIN), Sender::Others("origin-not-allowed chrome-extension://abc")),
        (simple("POST").from(Stranger).from(Stranger).with(SAME_ORIGIN), Sender::Others("several-origins")),
        (simple("POST").from(OwnPage).from(OwnPage), Sender::Others("several-origins")),
        (simple("POST").with(("origin", "http://tool.example.com")), Sender::Others("origin-not-allowed http://tool.example.com")),
        (simple("POST").with(("origin", "https://tool.example.com:8443")), Sender::Others("origin-not-allowed https://tool.example.com:8443")),
    ]
}

/// The expected response. The rows are no `OPTIONS`.
fn case(ask: Ask, from: Sender, setting: Setting) -> Case {
    match from {
        Sender::MarkedAndAllowed => ask.forwarded(&[ALLOW_ORIGIN, VARY]),
        Sender::Marked if setting.refuses() => ask.forwarded(&[REFUSAL_VARY]),
        Sender::Others(_) if setting.refuses() => ask.refused(&[REFUSAL_VARY]),
        Sender::Listed | Sender::Marked | Sender::Others(_) => ask.forwarded(&[VARY]),
    }
}

/// The same with `diagnose`.
fn diagnosed(ask: Ask, from: Sender, setting: Setting) -> Case {
    let Sender::Others(reason) = from else { return case(ask, from, setting) };
    let reason: Header<'_> = ("x-cors-refusal", reason);
    if setting.refuses() {
        ask.refused(&[REFUSAL_VARY, reason])
    } else {
        ask.forwarded(&[VARY, reason])
    }
}

#[tokio::test]
async fn requests_of_own_pages_pass_and_get_the_usual_headers() {
    for setting in SETTINGS {
        let layer = setting.policy(ours().own_origin(OwnPage.origin())).build().unwrap();
        let diagnosing = setting.policy(ours().own_origin(OwnPage.origin())).diagnose(true);
        let asks = || rows().into_iter().map(move |(ask, from)| (setting.ask(&ask), from));
        let cases: Vec<Case> = asks().map(|(ask, from)| case(ask, from, setting)).collect();
        check(&layer, &cases).await;
        let cases: Vec<Case> = asks().map(|(ask, from)| diagnosed(ask, from, setting)).collect();
        check(&diagnosing.build().unwrap(), &cases).await;
    }
}

#[tokio::test]
async fn requests_of_own_pages_are_not_reported_as_cors_requests() {
    for setting in SETTINGS {
        for (ask, from) in rows() {
            let told = Arc::new(Mutex::new(Vec::new()));
            let seen = Arc::clone(&told);
            let layer = setting
                .policy(ours().own_origin(OwnPage.origin()))
                .on_decision(move |_, outcome| seen.lock().unwrap().push(outcome.clone()))
                .attach_outcome(true)
                .build()
                .unwrap();
            let ask = setting.ask(&ask);
            let request = ask.request();
            let outcome = layer.policy().explain(&request);
            let (kind, refusal) = match from {
                Sender::Others(reason) => (ask.kind, reason.split(' ').next()),
                _ => (RequestKind::NonCors, None),
            };
            let found = outcome.refusal.as_ref().map(Refusal::name);
            assert_eq!((outcome.kind, found), (kind, refusal), "{ask}, {setting}");
            let is_answered = refusal.is_some() && setting.refuses();
            assert_eq!(outcome.answered, is_answered, "{ask}, {setting}");
            let response = layer.layer(Inner::silent()).oneshot(request).await.unwrap();
            assert_eq!(response.extensions().get::<Outcome>(), Some(&outcome), "{ask}, {setting}");
            assert_eq!(*told.lock().unwrap(), [outcome], "{ask}, {setting}");
        }
    }
}

/// Without own origins, only the browser's mark tells own pages from others.
#[tokio::test]
async fn an_origin_that_is_not_listed_as_own_needs_the_mark() {
    let from_own_page = || simple("POST").from(OwnPage);
    let marked = || non_cors("POST").from(OwnPage).with(SAME_ORIGIN);
    for (setting, cases) in [
        (SETTINGS[0], [from_own_page().forwarded(&[VARY]), marked().forwarded(&[VARY])]),
        (
            SETTINGS[2],
            [from_own_page().refused(&[REFUSAL_VARY]), marked().forwarded(&[REFUSAL_VARY])],
        ),
        (SETTINGS[4], [from_own_page().forwarded(&[VARY]), marked().forwarded(&[VARY])]),
    ] {
        let layer = setting.policy(ours()).build().unwrap();
        check(&layer, &cases).await;
        let outcome = |ask: Ask| layer.policy().explain(&ask.request()).to_string();
        assert_eq!(
            outcome(from_own_page()),
            "simple request, refused: origin `https://tool.example.com` is not allowed",
            "{setting}"
        );
        assert_eq!(outcome(marked()), "no CORS request", "{setting}");
    }
}

/// Browsers send no preflight for the server's own pages.
#[tokio::test]
async fn a_preflight_is_never_an_own_page_s() {
    for setting in SETTINGS {
        let layer = setting.policy(ours().own_origin(OwnPage.origin())).build().unwrap();
        let allowed = [ALLOW_PUT, ALLOW_ORIGIN, PREFLIGHT_VARY];
        let refused = [
            preflight("PUT").from(OwnPage),
            preflight("PUT").from(OwnPage).with(SAME_ORIGIN),
            preflight("PUT").from(Stranger).with(SAME_ORIGIN),
            preflight("PUT").from(Null).with(SAME_ORIGIN),
        ]
        .map(|ask| setting.ask(&ask));
        for ask in &refused {
            let outcome = layer.policy().explain(&ask.request());
            assert_eq!(outcome.kind, RequestKind::Preflight, "{ask}, {setting}");
            assert!(outcome.refusal.is_some() && outcome.answered, "{ask}, {setting}");
        }
        let mut cases = refused.map(|ask| ask.refused(&[PREFLIGHT_VARY])).to_vec();
        cases.push(
            setting.ask(&preflight("PUT").from(AllowedOrigin).with(SAME_ORIGIN)).allowed(&allowed),
        );
        check(&layer, &cases).await;
    }
}

#[tokio::test]
async fn an_own_page_may_send_options() {
    for setting in SETTINGS {
        let layer = setting.policy(ours().own_origin(OwnPage.origin())).build().unwrap();
        let marked = setting.ask(&non_cors("OPTIONS").from(Stranger).with(SAME_ORIGIN));
        let listed = setting.ask(&preflighted("OPTIONS").from(OwnPage));
        let vary = if setting.refuses() { OPTIONS_REFUSAL_VARY } else { PREFLIGHT_VARY };
        check(&layer, &[marked.forwarded(&[vary]), listed.forwarded(&[PREFLIGHT_VARY])]).await;
    }
}

/// The parts of a `first_match` have the same own origins, whether they refuse or not.
#[tokio::test]
async fn all_policies_of_a_first_match_know_the_own_pages() {
    for setting in SETTINGS {
        let own = || setting.policy(CorsLayer::builder()).own_origin(OwnPage.origin());
        let policies = [AllowedOrigin, Partner]
            .map(|actor| own().allow_origin(actor.origin()).build_policy().unwrap());
        let layer = CorsLayer::first_match(policies).unwrap();
        let asks = rows().into_iter().map(|(ask, from)| (setting.ask(&ask), from));
        let cases: Vec<Case> = asks.map(|(ask, from)| case(ask, from, setting)).collect();
        check(&layer, &cases).await;
    }
}

#[test]
fn a_predicate_decides_about_own_pages_but_its_no_is_no_refusal() {
    let ask = non_cors("POST").from(Stranger).with(SAME_ORIGIN);
    for answer in [true, false] {
        let layer = CorsLayer::builder().allow_origin_if(move |_, _| answer).build().unwrap();
        assert_eq!(layer.policy().explain(&ask.request()).to_string(), "no CORS request");
        let mut headers = HeaderMap::new();
        match layer.policy().decide(&ask.request()) {
            Decision::Forward(response) => response.apply(&mut headers),
            Decision::Respond(answer) => panic!("{answer:?}"),
        }
        let shared = headers.get("access-control-allow-origin");
        let expected = answer.then(|| HeaderValue::from_static(Stranger.origin()));
        assert_eq!(shared, expected.as_ref());
    }
}
