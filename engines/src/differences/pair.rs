//! What the engine and the model did in a case, and what rows remove from it.

use crate::{
    case::{Answer, Case, Hop, Hosts, Logged, Observation, Page, Server},
    policies,
};

#[derive(Clone)]
pub(super) struct Pair<'a> {
    pub(super) case: &'a Case,
    pub(super) hosts: Hosts,
    pub(super) engine: Observation,
    pub(super) model: Observation,
}

impl Pair<'_> {
    /// Calls `level` with each request of the engine and the model's, if both sent equally many.
    pub(super) fn each(&mut self, mut level: impl FnMut(&mut Logged, &mut Logged)) {
        let (engine, model) = (&mut self.engine.requests, &mut self.model.requests);
        if engine.len() == model.len() {
            engine.iter_mut().zip(model).for_each(|(engine, model)| level(engine, model));
        }
    }

    /// Returns whether a request goes to another scheme than the page's.
    pub(super) fn scheme_changes(&self) -> impl Fn(&Logged) -> bool + use<> {
        let ports = [self.hosts.tls, self.hosts.second_tls].map(|port| format!(":{port}/"));
        let is_page_secure = self.case.page == Page::Secure;
        move |request| ports.iter().any(|port| request.url.contains(port)) != is_page_secure
    }

    /// Removes preflights that the engine repeats and the model does not.
    pub(super) fn drop_repeated_by_engine(&mut self) {
        drop_repeated(&mut self.engine.requests, self.model.requests.len());
    }

    /// Removes the engine's preflights for all further fetches, if it sends one for each fetch.
    pub(super) fn drop_one_for_each_fetch_by_engine(&mut self) {
        let sent = self.engine.requests.iter().filter(|it| it.is_preflight()).count();
        if sent == 1 + self.case.then.len() {
            self.drop_repeated_by_engine();
        }
    }

    /// Removes preflights that the model repeats and the engine does not.
    pub(super) fn drop_repeated_by_model(&mut self) {
        drop_repeated(&mut self.model.requests, self.engine.requests.len());
    }

    /// Removes the engine's preflights that ask for this header alone.
    pub(super) fn drop_preflights_of_engine(&mut self, name: &str) {
        drop_preflights(&mut self.engine.requests, name);
    }

    /// Removes the model's preflights that ask for this header alone.
    pub(super) fn drop_preflights_of_model(&mut self, name: &str) {
        drop_preflights(&mut self.model.requests, name);
    }

    /// Takes `Sec-Fetch-Site` from the engine where `is_meant` returns `true` for its request.
    pub(super) fn level_sites(&mut self, is_meant: impl Fn(&Logged) -> bool) {
        self.each(|engine, model| {
            if is_meant(engine) {
                model.metadata[0].clone_from(&engine.metadata[0]);
            }
        });
    }
}

/// Removes preflights of a URL that had one before, beginning with the last, until `count` requests are left.
fn drop_repeated(requests: &mut Vec<Logged>, count: usize) {
    while requests.len() > count {
        let repeats = |&number: &usize| {
            let request = &requests[number];
            let is_earlier = |it: &Logged| it.is_preflight() && it.url == request.url;
            request.is_preflight() && requests[..number].iter().any(is_earlier)
        };
        let Some(number) = (0..requests.len()).rev().find(repeats) else { return };
        requests.remove(number);
    }
}

fn drop_preflights(requests: &mut Vec<Logged>, name: &str) {
    requests.retain(|request| request.requested_headers.as_deref() != Some(name));
}

impl Logged {
    /// `true` if no redirect led to the request.
    pub(super) fn is_first_hop(&self) -> bool {
        self.url.ends_with("/0")
    }

    pub(super) fn is_from_null(&self) -> bool {
        self.origin.as_deref() == Some("null")
    }

    /// Compares `Sec-Fetch-Site`.
    pub(super) fn has_site(&self, site: &str) -> bool {
        self.metadata[0].as_deref() == Some(site)
    }
}

impl Observation {
    /// `true` if the script can read all responses.
    pub(super) fn is_ok(&self) -> bool {
        self.outcomes.iter().all(|outcome| outcome.ok)
    }
}

impl Case {
    pub(super) fn has_header(&self, name: &str) -> bool {
        self.has_value(name, |_| true)
    }

    /// `true` if the script sets this header to such a value.
    pub(super) fn has_value(&self, name: &str, is_such: impl Fn(&str) -> bool) -> bool {
        self.headers.iter().any(|(other, value)| *other == name && is_such(value))
    }

    pub(super) fn repeats_header(&self, name: &str) -> bool {
        self.headers.iter().filter(|(other, _)| *other == name).count() > 1
    }

    /// `true` if the layer sends what is requested beside `*`.
    pub(super) fn echoes_beside_wildcard(&self) -> bool {
        matches!(self.server, Server::Policy(policies::ECHO_BESIDE_WILDCARD))
    }

    pub(super) fn allows_any_method(&self) -> bool {
        self.lists_star("access-control-allow-methods")
    }

    pub(super) fn allows_any_header(&self) -> bool {
        self.lists_star("access-control-allow-headers")
    }

    /// `true` if a preflight is answered with `*` in this list.
    fn lists_star(&self, name: &str) -> bool {
        if let Server::Policy(number) = self.server {
            return policies::ALLOW_ANY.contains(&number);
        }
        let lines = self.preflight_lines(name);
        lines.iter().flat_map(|line| line.split(',')).any(|member| member.trim() == "*")
    }

    /// The values of a header in the written answers to preflights.
    pub(super) fn preflight_lines<'a>(&'a self, name: &'a str) -> Vec<&'a str> {
        self.lines(name, |hop| &hop.preflight)
    }

    /// The values of a header in the written answers to other requests.
    pub(super) fn answer_lines<'a>(&'a self, name: &'a str) -> Vec<&'a str> {
        self.lines(name, |hop| &hop.answer)
    }

    /// The values of `Location`.
    pub(super) fn locations(&self) -> impl Iterator<Item = &str> {
        self.answer_lines("location").into_iter()
    }

    fn lines<'a>(&'a self, name: &'a str, of: fn(&Hop) -> &Answer) -> Vec<&'a str> {
        let Server::Raw(hops) = &self.server else { return Vec::new() };
        let headers = hops.iter().flat_map(|hop| &of(hop).headers);
        headers.filter(|(other, _)| *other == name).map(|(_, value)| value.as_str()).collect()
    }
}
