//! One layer, tried with all requests.

use std::{
    collections::BTreeSet,
    pin::pin,
    task::{Context, Poll, Waker},
};

use http::{
    Request, Response, StatusCode,
    header::{ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_REQUEST_METHOD},
};
use tower::Service;
use tower_cors::browser::{Browser, Credentials, FetchResponse, NetworkError};

use super::{
    Shown,
    answers::{Answer, assert_refusals_alike, assert_vary_complete},
    combinations::Combination,
    findings::{Ability, Finding},
    layers::Wire,
    naive::{Cause, Fetch, TARGET, Verdict, seen},
    reading::{OfPage, Reading},
    requests::{Handler, PAGES, handshake, private_network_preflight},
};

pub(crate) struct Trial<'a> {
    pub(crate) combination: &'a Combination,
    pub(crate) reading: Reading,
    pub(crate) service: Wire,
    pub(crate) handler: Handler,
    pub(crate) findings: &'a mut BTreeSet<Finding>,
}

impl Trial<'_> {
    pub(crate) fn run(mut self, fetches: &[Fetch]) {
        let mut answers = Vec::new();
        for fetch in fetches {
            let _shown = Shown(fetch);
            let before = answers.len();
            let result = self.fetch(fetch, &mut answers);
            let reached = self.handler.take_requests();
            if self.reading.settings.only_reports {
                assert_eq!(reached.len(), answers.len() - before, "report_only forwards all");
                continue;
            }
            let runs = reached.iter().filter(|request| !request.body().is_empty()).count();
            let further_calls = reached.len() - runs;
            let outcome = Outcome { result, runs, further_calls, answers: &answers[before..] };
            let verdict = fetch.verdict(&self.reading.of(fetch.page).configuration);
            outcome.assert_predicted(&verdict, &self.reading);
            for ability in outcome.abilities_of_stranger(fetch, self.reading.of(fetch.page)) {
                self.note(fetch.page, ability);
            }
        }
        for page in PAGES {
            for has_site in [false, true] {
                self.shake_hands(page, has_site, &mut answers);
            }
        }
        // Browsers send none for the server's own pages.
        for page in PAGES.into_iter().filter(|page| *page != TARGET) {
            let request = private_network_preflight(page);
            self.send(page, request, &mut answers);
        }
        if self.reading.settings.only_reports {
            answers.iter().for_each(Answer::assert_bare);
        } else {
            for answer in &answers {
                answer.assert_sound(&self.reading);
            }
            if !self.reading.settings.explains {
                assert_refusals_alike(&answers);
            }
            assert_vary_complete(&answers);
        }
    }

    fn fetch(
        &self,
        fetch: &Fetch,
        answers: &mut Vec<Answer>,
    ) -> Result<FetchResponse<String>, NetworkError> {
        // A new browser has no preflight in its cache.
        let browser = Browser::new(self.service.clone());
        let mut page = browser.page(fetch.page);
        let credentials =
            if fetch.includes_credentials { Credentials::Include } else { Credentials::Omit };
        let result = ready(page.fetch(fetch.request()).credentials(credentials));
        answers.extend(page.exchanges().iter().map(|exchange| Answer {
            page: fetch.page,
            is_preflight: exchange.is_preflight(),
            method: exchange.method().clone(),
            request: exchange.request_headers().clone(),
            status: exchange.status().unwrap(),
            headers: exchange.response_headers().unwrap().clone(),
        }));
        result
    }

    fn shake_hands(&mut self, page: &'static str, has_site: bool, answers: &mut Vec<Answer>) {
        self.send(page, handshake(page, has_site), answers);
        let runs = !self.handler.take_requests().is_empty();
        if self.reading.settings.only_reports {
            assert!(runs, "report_only refuses nothing");
            return;
        }
        let OfPage { is_allowed, is_stranger, .. } = *self.reading.of(page);
        let is_refused = self.reading.refuses_handshake(page, has_site, is_allowed);
        assert_eq!(runs, !is_refused, "the handshake of {page}, with its site: {has_site}");
        if runs && self.reading.refuses_handshake(page, has_site, !is_stranger) {
            self.note(page, Ability::IsNotRefused);
        }
    }

    fn note(&mut self, page: &'static str, ability: Ability) {
        let value = |axis| self.combination.value(axis);
        self.findings.insert((value("origins"), value("dangers"), page, ability));
    }

    fn send(&mut self, page: &'static str, request: Request<String>, answers: &mut Vec<Answer>) {
        let (method, headers) = (request.method().clone(), request.headers().clone());
        let response: Response<String> = ready(self.service.call(request)).unwrap();
        let is_refused = response.status() == StatusCode::FORBIDDEN;
        assert!(!is_refused || response.body().is_empty(), "a refusal has a body");
        answers.push(Answer {
            page,
            is_preflight: headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD),
            method,
            request: headers,
            status: response.status(),
            headers: response.headers().clone(),
        });
    }
}

/// What came of a fetch.
struct Outcome<'a> {
    result: Result<FetchResponse<String>, NetworkError>,
    /// How often the handler saw the script's request.
    runs: usize,
    /// How often the handler saw another request.
    further_calls: usize,
    answers: &'a [Answer],
}

impl Outcome<'_> {
    fn assert_predicted(&self, verdict: &Verdict, reading: &Reading) {
        let Self { result, .. } = self;
        assert_eq!(self.answers[0].is_preflight, verdict.is_preflighted);
        assert_eq!(self.runs, usize::from(verdict.handler_runs), "the handler runs: {result:?}");
        match (result, &verdict.seen) {
            (Ok(response), Ok(names)) => assert_eq!(seen(response.headers()), *names),
            (Err(_), Err(_)) => {}
            (result, expected) => panic!("{result:?}, but expected {expected:?}"),
        }
        // The browser alone checks the rest.
        let is_refused =
            matches!(verdict.seen, Err(Cause::Origin | Cause::Method(_) | Cause::Header(_)));
        if verdict.is_preflighted && is_refused && !reading.settings.explains {
            assert_eq!(self.answers[0].status, StatusCode::FORBIDDEN);
        }
        let most_calls = match reading.settings.preflights {
            "forwarded" => verdict.is_preflighted && !is_refused,
            "of route" => verdict.is_preflighted && verdict.seen != Err(Cause::Origin),
            _ => false,
        };
        assert!(self.further_calls <= usize::from(most_calls), "{} calls", self.further_calls);
    }

    /// What the page can do that no entry of the configuration names, but for those that need a danger.
    fn abilities_of_stranger(&self, fetch: &Fetch, of_page: &OfPage) -> Vec<Ability> {
        let OfPage { configuration, is_stranger, .. } = of_page;
        let (runs, reads) = (self.runs > 0, self.result.is_ok());
        let last = &self.answers[self.answers.len() - 1];
        let shared = last.headers.get(ACCESS_CONTROL_ALLOW_ORIGIN);
        let is_for_all = shared.is_some_and(|origin| origin == "*");
        let with_credentials = fetch.includes_credentials;
        let may_send_credentials =
            fetch.page == TARGET || (!is_stranger && configuration.credentials);
        let is_own = configuration.own_origins.contains(&fetch.page);
        let abilities = [
            (Ability::Reads, reads && *is_stranger && !with_credentials && !is_for_all),
            (Ability::ReadsWithCredentials, reads && with_credentials && !may_send_credentials),
            (Ability::IsPreflighted, runs && *is_stranger && self.answers[0].is_preflight),
            (Ability::IsNotRefused, runs && *is_stranger && configuration.refuse && !is_own),
        ];
        abilities.into_iter().filter(|(_, has)| *has).map(|(ability, _)| ability).collect()
    }
}

fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => panic!("nothing here waits"),
    }
}
