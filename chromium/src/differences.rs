//! The explained differences between Chromium and the model. Any other difference fails the run.

use std::fmt;

use crate::case::{Case, Observation, Outcome, Page};

/// An explained difference.
struct Difference {
    reason: &'static str,
    /// Whether this is the only difference of a case. Takes what Chromium did, then what the model did.
    explains: fn(&Case, &Observation, &Observation) -> bool,
}

const DIFFERENCES: &[Difference] = &[
    Difference {
        reason: "In Chromium, `*` among the allowed headers covers authorization. In the standard, it does not \
                 (https://fetch.spec.whatwg.org/#cors-non-wildcard-request-header-name)",
        explains: |case, chromium, model| {
            case.headers.iter().any(|(name, _)| *name == "authorization")
                && chromium.outcomes.iter().all(|outcome| outcome.ok)
                && model.outcomes.iter().all(|outcome| !outcome.ok)
                && chromium.requests.len() == 2
                && chromium.requests[..1] == model.requests
        },
    },
    Difference {
        reason: "In Chromium, any cached response to a preflight allows a safelisted method. In the standard, the \
                 method must be listed if the request has an upload listener \
                 (https://fetch.spec.whatwg.org/#concept-http-fetch)",
        explains: |case, chromium, model| {
            let [preflight, first, _, second] = &model.requests[..] else { return false };
            case.upload_listener
                && chromium.requests.iter().eq([preflight, first, second])
                && chromium.outcomes == model.outcomes
        },
    },
    Difference {
        reason: "In Chromium, Sec-Fetch-Site of a preflight depends on its URL alone. In the standard, it depends on \
                 all URLs that led to it (https://fetch.spec.whatwg.org/#cors-preflight-fetch)",
        explains: |_, chromium, model| {
            let without = |observation: &Observation| {
                let mut observation = observation.clone();
                for request in observation.requests.iter_mut().skip(1) {
                    if request.requested_method.is_some() {
                        request.metadata[0] = None;
                    }
                }
                observation
            };
            without(chromium) == without(model)
        },
    },
    Difference {
        reason: "Chromium remembers the site that a page with an opaque origin came from, and compares it for \
                 Cross-Origin-Resource-Policy: same-site. In the standard, an opaque origin is same site with no URL \
                 (https://fetch.spec.whatwg.org/#cross-origin-resource-policy-check)",
        explains: |case, chromium, model| {
            case.page == Page::Sandboxed
                && case.mode == "no-cors"
                && case.url.starts_with("http://localhost:")
                && chromium.outcomes.iter().all(|outcome| outcome.ok)
                && model.outcomes.iter().all(|outcome| !outcome.ok)
                && chromium.requests == model.requests
        },
    },
];

pub(crate) struct Report {
    count: usize,
    /// How many cases each row explains.
    explained: Vec<usize>,
    unexplained: Vec<String>,
}

impl Report {
    /// A row that explains no case fails the run, so that it is removed.
    pub(crate) fn is_good(&self) -> bool {
        self.unexplained.is_empty() && self.explained.iter().all(|&count| count > 0)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for text in &self.unexplained {
            writeln!(f, "{text}")?;
        }
        for (count, difference) in self.explained.iter().zip(DIFFERENCES) {
            writeln!(f, "explained ({count}): {}", difference.reason)?;
        }
        let explained: usize = self.explained.iter().sum();
        let same = self.count - self.unexplained.len() - explained;
        write!(
            f,
            "{} cases: {same} as the model says, {explained} explained ({} rows), {} not",
            self.count,
            DIFFERENCES.len(),
            self.unexplained.len()
        )
    }
}

pub(crate) fn compare(
    cases: &[Case],
    of_chromium: &[Observation],
    of_model: &[Observation],
) -> Report {
    let mut report = Report {
        count: cases.len(),
        explained: vec![0; DIFFERENCES.len()],
        unexplained: Vec::new(),
    };
    for ((case, chromium), model) in cases.iter().zip(of_chromium).zip(of_model) {
        let (chromium, model) = (comparable(chromium), comparable(model));
        if chromium == model {
            continue;
        }
        let explains = |difference: &Difference| (difference.explains)(case, &chromium, &model);
        let row = DIFFERENCES.iter().position(explains);
        if let Some(row) = row {
            report.explained[row] += 1;
        } else {
            let text = format!("{case:#?}\nChromium: {chromium:#?}\nmodel: {model:#?}\n");
            report.unexplained.push(text);
        }
    }
    report
}

/// Leaves out `Date`, which differs from run to run.
fn comparable(observation: &Observation) -> Observation {
    let mut observation = observation.clone();
    for Outcome { headers, .. } in &mut observation.outcomes {
        headers.remove("date");
    }
    observation
}
