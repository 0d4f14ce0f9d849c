//! What holds of each response, and of all responses of a layer.

use std::collections::{BTreeMap, BTreeSet};

use http::{
    HeaderMap, HeaderName, HeaderValue, Method, StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS,
        ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
        ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD,
        ALLOW, ETAG, ORIGIN, UPGRADE, VARY,
    },
};

use super::{naive::RESPONSE, reading::Reading, requests::Handler};

/// A request that was sent, and its response.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) page: &'static str,
    pub(crate) is_preflight: bool,
    pub(crate) method: Method,
    pub(crate) request: HeaderMap,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
}

impl Answer {
    /// Asserts that the response is that of the handler alone.
    pub(crate) fn assert_bare(&self) {
        assert_eq!(
            (self.status, &self.headers),
            (StatusCode::OK, &Handler::headers(&self.method)),
            "report_only changes nothing"
        );
    }

    pub(crate) fn assert_sound(&self, reading: &Reading) {
        self.assert_well_formed();
        self.assert_settings(reading);
        let is_refused = self.status == StatusCode::FORBIDDEN;
        assert!(!is_refused || !self.headers.contains_key(ETAG), "refused, but the handler ran");
        if is_refused || !reading.of(self.page).is_allowed {
            self.assert_tells_nothing();
        }
        let is_explained = self.headers.contains_key(CORS_REFUSAL);
        assert!(!is_explained || reading.settings.explains, "a reason: {:?}", self.headers);
    }

    fn assert_well_formed(&self) {
        let Self { headers, .. } = self;
        let lines: Vec<_> = headers.iter().filter(|(name, _)| is_cors_header(name)).collect();
        let names: BTreeSet<&str> = lines.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(lines.len(), names.len(), "several lines of one header: {headers:?}");
        let origin = headers.get(ACCESS_CONTROL_ALLOW_ORIGIN);
        let is_own = origin.is_some() && origin == self.request.get(ORIGIN);
        assert!(origin.is_none_or(|it| it == "*" || is_own), "another origin: {headers:?}");
        if let Some(credentials) = headers.get(ACCESS_CONTROL_ALLOW_CREDENTIALS) {
            assert_eq!(credentials, "true");
            assert!(is_own, "credentials for {origin:?}");
        }
        let others = if self.is_preflight { &OF_ACTUAL[..] } else { &OF_PREFLIGHTS };
        let others: Vec<_> = others.iter().filter(|name| headers.contains_key(*name)).collect();
        assert!(others.is_empty(), "{others:?}, and preflight is {}", self.is_preflight);
    }

    /// Asserts that the options show whose headers change no verdict.
    fn assert_settings(&self, reading: &Reading) {
        let Self { headers, .. } = self;
        let settings = &reading.settings;
        let varies = self.vary().contains("x-tenant");
        assert_eq!(varies, settings.varies_on_tenant, "vary_on: {headers:?}");
        let is_shared = headers.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN);
        let is_of_last = reading.of(self.page).is_of_last_part;
        self.assert_wildcards(settings.echo && is_of_last);
        let of_preflight = is_shared && self.is_preflight && is_of_last;
        let of_actual = is_shared && !self.is_preflight && is_of_last;
        let asks = || self.request.contains_key("access-control-request-private-network");
        for (name, is_set) in [
            (ACCESS_CONTROL_MAX_AGE, of_preflight && settings.max_age),
            (TIMING_ALLOW_ORIGIN, of_actual && settings.timing),
            (ALLOW_PRIVATE_NETWORK, of_preflight && settings.private_network && asks()),
        ] {
            assert_eq!(headers.contains_key(&name), is_set, "{name}: {headers:?}");
        }
        if is_shared && self.is_preflight {
            let status = match settings.preflights {
                "299" if is_of_last => 299,
                "forwarded" if !headers.contains_key(CORS_REFUSAL) => 200,
                _ => 204,
            };
            assert_eq!(self.status.as_u16(), status, "the status of a preflight: {headers:?}");
        }
    }

    /// Asserts that what was requested is beside each `*` if that is set, and nothing otherwise.
    fn assert_wildcards(&self, echoes: bool) {
        for (list, requested, needs_no_name) in [
            (ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_REQUEST_METHOD, &["GET", "POST"][..]),
            // `*` does not cover it, and no combination lists it.
            (ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_REQUEST_HEADERS, &["authorization"]),
        ] {
            let text = |headers: &HeaderMap, name| {
                headers.get(name).map(|value| value.to_str().unwrap().to_owned())
            };
            let Some(found) = text(&self.headers, list).filter(|list| list.starts_with('*')) else {
                continue;
            };
            let requested = text(&self.request, requested).filter(|_| echoes);
            let requested = requested.filter(|name| !needs_no_name.contains(&name.as_str()));
            let expected = requested.map_or(String::from("*"), |name| format!("*,{name}"));
            assert_eq!(found, expected, "{:?}", self.request);
        }
    }

    /// Asserts that the layer adds nothing but `Vary`, and a reason if it explains refusals.
    fn assert_tells_nothing(&self) {
        let is_of_layer = |name: &&HeaderName| {
            **name != ALLOW && !RESPONSE.iter().any(|(of_handler, _)| *name == of_handler)
        };
        let of_layer = self.headers.keys().filter(is_of_layer);
        let of_layer: Vec<_> =
            of_layer.filter(|name| **name != VARY && **name != CORS_REFUSAL).collect();
        assert!(of_layer.is_empty(), "{} gets {of_layer:?}", self.page);
    }

    fn without_reason(&self) -> (StatusCode, HeaderMap) {
        let mut headers = self.headers.clone();
        headers.remove(CORS_REFUSAL);
        (self.status, headers)
    }

    /// The names in `Vary`, but for that of the handler.
    fn vary(&self) -> BTreeSet<&str> {
        let lines = self.headers.get_all(VARY).iter();
        let names = lines.flat_map(|line| line.to_str().unwrap().split(','));
        names.map(str::trim).filter(|name| *name != "accept-encoding").collect()
    }
}

fn is_cors_header(name: &HeaderName) -> bool {
    name.as_str().starts_with("access-control-")
}

/// No preflight's response has these.
static OF_ACTUAL: [HeaderName; 2] = [ACCESS_CONTROL_EXPOSE_HEADERS, TIMING_ALLOW_ORIGIN];

/// Only a preflight's response has these.
static OF_PREFLIGHTS: [HeaderName; 4] = [
    ACCESS_CONTROL_ALLOW_HEADERS,
    ACCESS_CONTROL_ALLOW_METHODS,
    ALLOW_PRIVATE_NETWORK,
    ACCESS_CONTROL_MAX_AGE,
];

const ALLOW_PRIVATE_NETWORK: HeaderName =
    HeaderName::from_static("access-control-allow-private-network");
const CORS_REFUSAL: HeaderName = HeaderName::from_static("x-cors-refusal");
const TIMING_ALLOW_ORIGIN: HeaderName = HeaderName::from_static("timing-allow-origin");

/// Asserts that all refused preflights have the same response.
pub(crate) fn assert_refusals_alike(answers: &[Answer]) {
    let refused = |answer: &&Answer| answer.is_preflight && answer.status == StatusCode::FORBIDDEN;
    let lines = |answer: &Answer| -> Vec<_> {
        answer.headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
    };
    let mut refusals = answers.iter().filter(refused);
    if let Some(first) = refusals.next() {
        for other in refusals {
            assert_eq!(lines(other), lines(first), "two refused preflights");
        }
    }
}

/// Asserts that two requests with different responses differ in a header that the `Vary` of both names.
///
/// Requests with `Upgrade` are compared with each other only: it is for one connection, so a cache never compares it.
/// Reasons are not compared: they are for development, and the mark of an own page leaves them out.
pub(crate) fn assert_vary_complete(answers: &[Answer]) {
    let answers: Vec<_> = answers.iter().map(|answer| (answer, answer.vary())).collect();
    let varies: BTreeSet<_> = answers.iter().map(|(_, vary)| vary).collect();
    for vary in varies {
        let mut alike: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for answer in &answers {
            let Answer { method, request, .. } = answer.0;
            let compared = vary.iter().map(|name| request.get(*name).map(HeaderValue::as_bytes));
            let key =
                (method.as_str(), request.contains_key(UPGRADE), compared.collect::<Vec<_>>());
            alike.entry(key).or_default().push(answer);
        }
        for answers in alike.values() {
            let Some((kept, _)) = answers.iter().find(|answer| answer.1 == *vary) else { continue };
            for (other, _) in answers {
                let is_same = kept.status == other.status && kept.headers == other.headers;
                assert!(
                    is_same || kept.without_reason() == other.without_reason(),
                    "a cache confuses {kept:#?} with {other:#?}"
                );
            }
        }
    }
}
