//! The explained differences of libsoup 3.2, the HTTP library of `WebKitGTK`. Safari does not have it, so these rows say
//! nothing about Safari.

use super::{
    case::CookieCase,
    rows::{Row, remove_further, replace},
};
use crate::engine::Engine::WebKit;

pub(super) const ROWS: &[Row] = &[
    Row {
        reason: "SameSite=None does not need Secure",
        engines: &[(WebKit, 65)],
        level: |case, engine, model| {
            remove_further(engine, model, |pair| {
                has_line(case, pair, |line| line == "none=1; SameSite=None")
            });
            if has_line(case, "a=2", |line| line.ends_with("SameSite=None")) {
                replace(engine, model, "a=2", "a=1");
            }
        },
    },
    Row {
        reason: "SameSite=None does not replace another value that stands before it",
        engines: &[(WebKit, 8)],
        level: |_, engine, model| {
            remove_further(model, engine, |pair| pair == "last-is-none=1");
        },
    },
    Row {
        reason: "a response that another site's page gets sets cookies of any SameSite",
        engines: &[(WebKit, 9)],
        level: |case, engine, model| {
            let (first, last) = (&case.steps[0], case.steps.len() - 1);
            if first.url.starts_with(first.page) {
                return;
            }
            // Only the last page is on the cookies' own site.
            if let (Some(engine), Some(model)) = (engine.get_mut(last..), model.get(last..)) {
                let names = ["lax=1", "strict=1", "last-is-lax=1", "last-is-none=1"];
                remove_further(engine, model, |pair| names.contains(&pair));
            }
        },
    },
    Row {
        reason: "http has no Secure cookies, even on this machine",
        engines: &[(WebKit, 35)],
        level: |case, engine, model| {
            if case.steps[0].url.starts_with("http:") {
                remove_further(model, engine, |pair| {
                    has_line(case, pair, |line| line.to_ascii_lowercase().contains("; secure"))
                });
            }
        },
    },
    Row {
        reason: "an http response can hide a Secure cookie",
        engines: &[(WebKit, 4)],
        level: |case, engine, model| {
            if has_line(case, "a=1", |line| line.contains("; Secure")) {
                remove_further(engine, model, |pair| pair == "a=2");
            }
        },
    },
    Row {
        reason: "the prefixes of names mean nothing",
        engines: &[(WebKit, 20)],
        level: |_, engine, model| {
            remove_further(engine, model, |pair| pair.starts_with("__"));
        },
    },
    Row {
        reason: "if paths are equally long, the order is that of domains, not of creation",
        engines: &[(WebKit, 7)],
        level: |case, engine, model| {
            let mut lines = case.steps.iter().flat_map(|step| &step.set);
            if lines.any(|line| line.contains("Domain=")) {
                for (_, pairs) in engine.iter_mut().chain(model) {
                    pairs.sort_unstable();
                }
            }
        },
    },
    Row {
        reason: "a Domain in upper case is not the host's",
        engines: &[(WebKit, 1)],
        level: |_, engine, model| remove_further(model, engine, |pair| pair == "case=1"),
    },
    Row {
        reason: "a Domain of one label is refused, even if it is the host",
        engines: &[(WebKit, 1)],
        level: |case, engine, model| {
            if case.steps[0].url == "http://localhost/" {
                remove_further(model, engine, |pair| ["own=1", "dot=1"].contains(&pair));
            }
        },
    },
    Row {
        reason: "a Domain can be the end of an IP address",
        engines: &[(WebKit, 1)],
        level: |case, engine, model| {
            if case.steps[0].url == "http://127.0.0.1/" {
                remove_further(engine, model, |pair| pair == "tail=1");
            }
        },
    },
    Row {
        reason: "a host that is a public suffix has no cookies",
        engines: &[(WebKit, 1)],
        level: |case, engine, model| {
            if case.steps[0].url == "http://co.uk/" {
                remove_further(model, engine, |_| true);
            }
        },
    },
    Row {
        reason: "of Max-Age and Expires, the last one counts",
        engines: &[(WebKit, 1)],
        level: |case, engine, model| {
            remove_further(engine, model, |pair| {
                has_line(case, pair, |line| line.contains("Max-Age=0; Expires="))
            });
        },
    },
    Row {
        reason: "an Expires without the day of the week needs a month that begins in upper case",
        engines: &[(WebKit, 1)],
        level: |case, engine, model| {
            remove_further(engine, model, |pair| has_line(case, pair, |line| line.contains("oct")));
        },
    },
    Row {
        reason: "an empty Max-Age is 0",
        engines: &[(WebKit, 1)],
        level: |case, engine, model| {
            remove_further(model, engine, |pair| {
                has_line(case, pair, |line| line.ends_with("Max-Age="))
            });
        },
    },
    Row {
        reason: "Expires is compared with the clock, not with the response's Date",
        engines: &[(WebKit, 2)],
        level: |case, engine, model| {
            if case.steps[0].date.is_some() {
                remove_further(engine, model, |pair| pair == "a=1");
                remove_further(model, engine, |pair| pair == "b=1");
            }
        },
    },
    Row {
        reason: "nothing limits the length of cookies and attributes, or the number of cookies",
        engines: &[(WebKit, 3)],
        level: |_, engine, model| {
            let are_too_much =
                |pair: &str| pair.starts_with("long4097=") || pair.starts_with("many");
            remove_further(engine, model, are_too_much);
            remove_further(model, engine, |pair| pair == "a1025=1");
        },
    },
    Row {
        reason: "a tab ends a line, which then is a value without a name",
        engines: &[(WebKit, 1)],
        level: |_, engine, model| {
            replace(engine, model, "m", "i");
            remove_further(model, engine, |pair| pair == "m=n");
        },
    },
    Row {
        reason: "a byte beyond ASCII ends a value",
        engines: &[(WebKit, 1)],
        level: |_, engine, model| replace(engine, model, "q=", "q=\u{e9}"),
    },
];

/// Whether the case sets this pair by such a line.
fn has_line(case: &CookieCase, pair: &str, is_such: impl Fn(&str) -> bool) -> bool {
    let mut lines = case.steps.iter().flat_map(|step| &step.set);
    lines.any(|line| line.split(';').next() == Some(pair) && is_such(line))
}
