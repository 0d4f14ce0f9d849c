//! The naive reading of a combination.

use tower_cors::Danger;

use super::{
    combinations::Combination,
    naive::{Configuration, Names, TARGET},
    requests::{APP, Handler, PAGES, PARTNER, PLAIN},
};

pub(crate) struct Reading {
    /// The parts of a `first_match`, or one.
    pub(crate) parts: Vec<Configuration>,
    of_pages: Vec<OfPage>,
    pub(crate) builds: bool,
    refuses_upgrades: bool,
    pub(crate) settings: Settings,
}

/// The reading for the requests of one page.
pub(crate) struct OfPage {
    page: &'static str,
    /// The configuration that decides.
    pub(crate) configuration: Configuration,
    pub(crate) is_of_last_part: bool,
    pub(crate) is_allowed: bool,
    /// `true` if no entry names the page's origin, but for those that need a danger. They name nobody in particular.
    pub(crate) is_stranger: bool,
}

/// What shows in the responses beside the verdicts.
#[expect(clippy::struct_excessive_bools, reason = "each is an option by itself")]
pub(crate) struct Settings {
    pub(crate) max_age: bool,
    pub(crate) echo: bool,
    pub(crate) timing: bool,
    pub(crate) private_network: bool,
    pub(crate) varies_on_tenant: bool,
    pub(crate) explains: bool,
    pub(crate) only_reports: bool,
    pub(crate) preflights: &'static str,
}

impl Reading {
    pub(crate) fn new(combination: &Combination) -> Self {
        let part = part(combination);
        let safe = safe(combination, &part);
        let needs_danger = safe.is_some()
            || (combination.has("kind", "asynchronous") && is_guarded_or_private(combination));
        let accepts_none = combination.has("dangers", "none");
        let first = combination.has("kind", "first match").then(|| partner(&part));
        let safe_parts: Vec<_> =
            first.clone().into_iter().chain([safe.unwrap_or_else(|| part.clone())]).collect();
        let parts: Vec<_> = first.into_iter().chain([part]).collect();
        let of_page = |page| {
            let place = parts.iter().position(|part| part.allows(page));
            let (last, place_or_last) = (parts.len() - 1, place.unwrap_or(parts.len() - 1));
            OfPage {
                page,
                configuration: parts[place_or_last].clone(),
                is_of_last_part: place_or_last == last,
                is_allowed: place.is_some(),
                is_stranger: page != TARGET && !safe_parts.iter().any(|part| part.allows(page)),
            }
        };
        Self {
            of_pages: PAGES.map(of_page).into(),
            parts,
            builds: can_build(combination) && !(needs_danger && accepts_none),
            refuses_upgrades: !combination.has("refuse", "off"),
            settings: Settings {
                max_age: combination.further("max_age"),
                echo: combination.further("echo"),
                timing: combination.further("timing"),
                private_network: combination.further("private_network"),
                varies_on_tenant: combination.further("vary_on"),
                explains: combination.has("reports", "diagnose"),
                only_reports: combination.has("reports", "only"),
                preflights: combination.value("preflights"),
            },
        }
    }

    pub(crate) fn of(&self, page: &str) -> &OfPage {
        self.of_pages.iter().find(|it| it.page == page).unwrap()
    }

    /// Returns `true` if the handshake of a page is refused. `allows` says whether its origin is allowed.
    pub(crate) fn refuses_handshake(&self, page: &str, has_site: bool, allows: bool) -> bool {
        let is_own =
            self.of(page).configuration.own_origins.contains(&page) || (page == TARGET && has_site);
        self.refuses_upgrades && !allows && !is_own
    }
}

/// Returns `false` if the combination does not build with any danger.
fn can_build(combination: &Combination) -> bool {
    let has = |axis, value| combination.has(axis, value);
    let is_private = combination.further("private_network");
    let has_wildcard = has("credentials", "no") && (has("methods", "any") || has("headers", "any"));
    if combination.further("echo") && !has_wildcard {
        return false;
    }
    match combination.value("origins") {
        "any" => has("refuse", "off") && !is_private && !has("kind", "asynchronous"),
        "null" => !is_guarded_or_private(combination),
        "http" => !is_private,
        _ => true,
    }
}

/// The part without the origins that need a danger, if there are such.
fn safe(combination: &Combination, part: &Configuration) -> Option<Configuration> {
    let (named, needs_danger) = match combination.value("origins") {
        "any" => (vec![], part.credentials),
        "predicate" | "suffix" => (vec![], is_guarded_or_private(combination)),
        "null" => (vec![APP], true),
        "http" => (vec![APP], is_guarded(combination)),
        _ => (vec![], false),
    };
    let origins = Names::Listed(named);
    needs_danger.then(|| Configuration { origins, predicate: None, ..part.clone() })
}

/// Returns `true` if the list guards requests with credentials.
fn is_guarded(combination: &Combination) -> bool {
    combination.has("credentials", "yes") || !combination.has("refuse", "off")
}

fn is_guarded_or_private(combination: &Combination) -> bool {
    is_guarded(combination) || combination.further("private_network")
}

/// The dangers that a combination accepts.
pub(crate) fn accepted(combination: &Combination) -> Vec<Danger> {
    let of_origins = match combination.value("origins") {
        "any" => Some(Danger::AnyOriginWithCredentials),
        "predicate" => Some(Danger::PredicateWithCredentials),
        "null" => Some(Danger::NullOrigin),
        "http" => Some(Danger::InsecureOrigins),
        "suffix" => Some(Danger::PublicSuffixes),
        _ => None,
    };
    let of_kind =
        combination.has("kind", "asynchronous").then_some(Danger::PredicateWithCredentials);
    match combination.value("dangers") {
        "none" => vec![],
        "needed" => of_origins.into_iter().chain(of_kind).collect(),
        _ => vec![
            Danger::NullOrigin,
            Danger::InsecureOrigins,
            Danger::PublicSuffixes,
            Danger::PredicateWithCredentials,
            Danger::AnyOriginWithCredentials,
        ],
    }
}

fn part(combination: &Combination) -> Configuration {
    let has = |axis, value| combination.has(axis, value);
    let names = |name| match name {
        "none" => Names::Listed(vec![]),
        "any" => Names::All,
        name => Names::Listed(vec![name]),
    };
    let sees_http =
        !is_guarded(combination) || accepted(combination).contains(&Danger::InsecureOrigins);
    Configuration {
        origins: match combination.value("origins") {
            "exact" => Names::Listed(vec![APP]),
            "pattern" => Names::Listed(vec!["https://*.example.com"]),
            "any" => Names::All,
            "null" => Names::Listed(vec![APP, "null"]),
            "http" => Names::Listed(vec![APP, PLAIN]),
            "suffix" => Names::Listed(vec!["https://*.com"]),
            _ => Names::Listed(vec![]),
        },
        // It forgets the dot.
        predicate: has("origins", "predicate").then_some("example.com"),
        insecure: sees_http && !combination.further("private_network"),
        credentials: has("credentials", "yes"),
        methods: names(combination.value("methods")),
        route: match combination.value("preflights") {
            "of route" => Names::Listed(Handler::ROUTE.to_vec()),
            _ => Names::All,
        },
        headers: names(combination.value("headers")),
        authorization: false,
        expose: if combination.further("expose-all") {
            Names::All
        } else if combination.further("expose-one") {
            Names::Listed(vec!["x-request-id"])
        } else {
            Names::Listed(vec![])
        },
        refuse: has("refuse", "all"),
        own_origins: if has("own origins", "listed") { &[TARGET, PARTNER] } else { &[] },
    }
}

/// The first of two parts. It shares the options that concern the whole layer.
fn partner(part: &Configuration) -> Configuration {
    Configuration {
        origins: Names::Listed(vec![PARTNER]),
        predicate: None,
        credentials: false,
        methods: Names::Listed(vec![]),
        headers: Names::Listed(vec![]),
        expose: Names::Listed(vec![]),
        ..part.clone()
    }
}
