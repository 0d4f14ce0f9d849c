//! The explained differences between engines and the model.

use super::{Sent, Steps, case::CookieCase, libsoup};
use crate::engine::{
    Engine,
    Engine::{Chromium, Firefox, WebKit},
};

pub(super) struct Row {
    pub(super) reason: &'static str,
    /// The engines, and how many cases of each the row explains.
    pub(super) engines: &'static [(Engine, usize)],
    /// Removes this difference from what the engine and the model sent.
    pub(super) level: fn(&CookieCase, &mut Steps, &mut Steps),
}

pub(super) fn all() -> impl Iterator<Item = &'static Row> {
    ROWS.iter().chain(libsoup::ROWS)
}

const ROWS: &[Row] = &[
    Row {
        reason: "a cookie whose value changes comes after the others, as if it were new",
        engines: &[(Chromium, 1)],
        level: |case, engine, model| {
            if case.changes_a_value {
                for (_, pairs) in engine.iter_mut().chain(model) {
                    pairs.sort_unstable();
                }
            }
        },
    },
    Row {
        reason: "http and https of a host are one site",
        engines: &[(Firefox, 12), (WebKit, 12)],
        level: |case, engine, model| {
            let changes_scheme = case.steps.iter().any(|step| {
                step.page.starts_with("http:") && step.url.starts_with("https:") && {
                    let name = |url: &str| url.rsplit("://").next().unwrap_or_default().to_owned();
                    let (page, url) = (name(step.page), name(step.url));
                    let ends = ["example.com", "localhost"];
                    ends.iter().any(|end| page.ends_with(end) && url.ends_with(&format!("{end}/")))
                }
            });
            if changes_scheme {
                remove_further(engine, model, |_| true);
            }
        },
    },
    Row {
        reason: "a cookie without SameSite, or with an unknown value of it, goes to other sites",
        engines: &[(Firefox, 24), (WebKit, 20)],
        level: |_, engine, model| {
            let names = ["unset=1", "secure=1", "unknown=1", "last-is-unknown=1", "hop=1"];
            remove_further(engine, model, |pair| names.contains(&pair));
        },
    },
    Row {
        reason: "a cookie with SameSite=Strict is not sent after a redirect from another site",
        engines: &[(Firefox, 2)],
        level: |case, engine, model| {
            if case.steps.iter().any(|step| step.redirects) {
                remove_further(model, engine, |pair| pair == "strict=1");
            }
        },
    },
    Row {
        reason: "a line without `=` is a name without a value, and not a value without a name",
        engines: &[(Firefox, 4)],
        level: |_, engine, model| {
            for (old, new) in [("i=", "i"), ("only-a-value=", "only-a-value")] {
                replace(engine, model, old, new);
            }
            remove_further(engine, model, |pair| pair == "__Secure-a=");
        },
    },
    Row {
        reason: "a line that begins with `=` is not stored",
        engines: &[(Firefox, 1)],
        level: |case, engine, model| {
            if case.steps[0].set == ["=only-a-value"] {
                remove_further(model, engine, |_| true);
            }
        },
    },
    Row {
        reason: "bytes that are not UTF-8 are replaced",
        engines: &[(Firefox, 1)],
        level: |_, engine, model| replace(engine, model, "q=\u{ef}\u{bf}\u{bd}", "q=\u{e9}"),
    },
    Row {
        reason: "an Expires without a time, with the hour 24 or with 30 February is a date",
        engines: &[(Firefox, 1)],
        level: |_, engine, model| {
            remove_further(model, engine, |pair| ["m=1", "n=1", "o=1"].contains(&pair));
        },
    },
    Row {
        reason: "the prefix __Host- does not need Path=/, and at localhost allows Domain",
        engines: &[(Firefox, 6)],
        level: |_, engine, model| {
            remove_further(engine, model, |pair| pair.to_ascii_lowercase().starts_with("__host-"));
        },
    },
    Row {
        reason: "a page of localhost has the site of each name below localhost",
        engines: &[(WebKit, 2)],
        level: |case, engine, model| {
            if case.steps.iter().any(|step| step.page == "http://localhost")
                && case.steps[0].url == "http://a.localhost/"
            {
                remove_further(engine, model, |_| true);
            }
        },
    },
    Row {
        reason: "a sandboxed page has the site of the host that it came from",
        engines: &[(WebKit, 4)],
        level: |case, engine, model| {
            if case.steps[0].url == "http://localhost/"
                && case.steps.iter().any(|step| step.page == "null")
            {
                remove_further(engine, model, |_| true);
            }
        },
    },
];

/// Removes such pairs of one side that the other has not.
pub(super) fn remove_further(from: &mut [Sent], other: &[Sent], is_such: impl Fn(&str) -> bool) {
    for ((_, pairs), (_, others)) in from.iter_mut().zip(other) {
        pairs.retain(|pair| others.contains(pair) || !is_such(pair));
    }
}

/// Replaces a pair of the engine that the model has in another form.
pub(super) fn replace(engine: &mut [Sent], model: &[Sent], old: &str, new: &str) {
    for ((_, pairs), (_, others)) in engine.iter_mut().zip(model) {
        for pair in pairs.iter_mut().filter(|pair| *pair == old) {
            if others.iter().any(|other| other == new) {
                new.clone_into(pair);
            }
        }
    }
}
