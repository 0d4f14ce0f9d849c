//! The preflight cache: what a response allows, and for how long.

use super::super::Row;
use crate::engine::Engine::{Chromium, Firefox, WebKit};

pub(super) const ROWS: &[Row] = &[
    Row {
        reason: "`*` among the allowed headers covers authorization",
        section: Some("cors-non-wildcard-request-header-name"),
        engines: &[(Chromium, 8), (Firefox, 8), (WebKit, 8)],
        level: |pair| {
            if pair.case.has_header("authorization")
                && pair.case.allows_any_header()
                && pair.engine.is_ok()
                && pair.model.requests[..] == pair.engine.requests[..1]
            {
                pair.model = pair.engine.clone();
            }
        },
    },
    Row {
        reason: "any cached response to a preflight allows a safelisted method, even if an upload listener needs it listed",
        section: Some("concept-http-fetch"),
        engines: &[(Chromium, 1), (Firefox, 1), (WebKit, 1)],
        level: |pair| {
            if pair.case.upload_listener {
                pair.drop_repeated_by_model();
            }
        },
    },
    Row {
        reason: "a response to a preflight is not cached if its Access-Control-Max-Age is not one line of digits",
        section: Some("cors-preflight-fetch"),
        engines: &[(Firefox, 5)],
        level: |pair| {
            let ages = pair.case.preflight_lines("access-control-max-age");
            let is_number = |age: &&str| age.trim().bytes().all(|byte| byte.is_ascii_digit());
            if ages.len() > 1 || !ages.iter().all(is_number) {
                pair.drop_repeated_by_engine();
            }
        },
    },
    Row {
        reason: "a cached `*` allows nothing, so what only `*` allows needs a preflight each time",
        section: Some("concept-cache-match-method"),
        engines: &[(Firefox, 1)],
        level: |pair| {
            if pair.case.allows_any_method() || pair.case.allows_any_header() {
                pair.drop_repeated_by_engine();
            }
        },
    },
];
