//! Headers of responses.

use super::super::Row;
use crate::engine::Engine::Firefox;

pub(super) const ROWS: &[Row] = &[
    Row {
        reason: "of two lines of a header for the CORS check, an empty one does not count",
        section: Some("concept-cors-check"),
        engines: &[(Firefox, 6)],
        level: |pair| {
            let has_empty_line = |name: &&str| {
                let lines = pair.case.answer_lines(name);
                lines.len() == 2 && lines.contains(&"")
            };
            let names = ["access-control-allow-origin", "access-control-allow-credentials"];
            if names.iter().any(has_empty_line) && pair.engine.is_ok() && !pair.model.is_ok() {
                pair.model.outcomes.clone_from(&pair.engine.outcomes);
            }
        },
    },
    Row {
        reason: "`*` exposes all headers, even if another member of the list is no name",
        section: Some("extract-header-list-values"),
        engines: &[(Firefox, 1)],
        level: |pair| {
            if pair.case.answer_lines("access-control-expose-headers") == ["*, ("] {
                pair.model.outcomes.clone_from(&pair.engine.outcomes);
            }
        },
    },
    Row {
        reason: "responses over HTTP/2 have an X-Firefox-Spdy",
        section: None,
        engines: &[(Firefox, 6)],
        level: |pair| {
            for outcome in &mut pair.engine.outcomes {
                outcome.headers.remove("x-firefox-spdy");
            }
        },
    },
];
