//! The preflight cache: what a response allows, and for how long.

use super::super::Row;
use crate::{
    case::Page,
    engine::Engine::{Chromium, Firefox, WebKit},
};

pub(super) const ROWS: &[Row] = &[
    Row {
        reason: "`*` among the allowed headers covers authorization",
        section: Some("cors-non-wildcard-request-header-name"),
        engines: &[(Chromium, 10), (Firefox, 10), (WebKit, 10)],
        level: |pair| {
            let fetches = pair.case.fetches();
            let sent = &pair.engine.requests;
            if fetches.iter().any(|(_, fetch)| fetch.has_header("authorization"))
                && pair.case.allows_any_header()
                && pair.engine.is_ok()
                && !pair.model.is_ok()
                && pair.model.requests.iter().all(|it| it.is_preflight() || sent.contains(it))
            {
                pair.model = pair.engine.clone();
            }
        },
    },
    Row {
        reason: "a response to a preflight is not cached if its Access-Control-Max-Age is not one line of digits",
        section: Some("cors-preflight-fetch"),
        engines: &[(Firefox, 13)],
        level: |pair| {
            let ages = pair.case.preflight_lines("access-control-max-age");
            let is_number = |age: &&str| age.trim().bytes().all(|byte| byte.is_ascii_digit());
            if ages.len() > 1 || !ages.iter().all(is_number) {
                pair.drop_repeated_by_engine();
            }
        },
    },
    Row {
        reason: "an Access-Control-Max-Age of +0 is the number 0",
        section: Some("cors-preflight-fetch"),
        engines: &[(Chromium, 1), (WebKit, 1)],
        level: |pair| {
            if pair.case.preflight_lines("access-control-max-age") == ["+0"] {
                pair.drop_repeated_by_engine();
            }
        },
    },
    Row {
        reason: "a cached `*` allows nothing, so what only `*` allows needs a preflight each time",
        section: Some("concept-cache-match-method"),
        engines: &[(Firefox, 8)],
        level: |pair| {
            let allows_any = pair.case.allows_any_method() || pair.case.allows_any_header();
            if allows_any && !pair.case.echoes_beside_wildcard() {
                pair.drop_one_for_each_fetch_by_engine();
            }
        },
    },
    Row {
        reason: "of what is cached of `*,x-a`, only x-a allows anything, so another header needs a preflight",
        section: Some("concept-cache-match-header"),
        engines: &[(Firefox, 1)],
        level: |pair| {
            if pair.case.echoes_beside_wildcard() {
                pair.drop_preflights_of_engine("x-b");
            }
        },
    },
    Row {
        reason: "a cached response to a preflight allows HEAD only if it lists it",
        section: Some("concept-http-fetch"),
        engines: &[(Firefox, 1)],
        level: |pair| {
            if pair.case.method == "HEAD" {
                pair.drop_repeated_by_engine();
            }
        },
    },
    Row {
        reason: "the cache of requests with credentials does not serve those without",
        section: Some("concept-cache-match"),
        engines: &[(Firefox, 1)],
        level: |pair| {
            let fetches = pair.case.fetches();
            if pair.case.credentials == "include"
                && fetches.iter().any(|(_, fetch)| fetch.credentials != "include")
            {
                pair.drop_repeated_by_engine();
            }
        },
    },
    Row {
        reason: "responses to preflights are not cached for hosts that are IP addresses",
        section: Some("concept-cache"),
        engines: &[(Firefox, 2)],
        level: |pair| {
            if ["http://127.0.0.1:", "http://[::1]:"].iter().any(|it| pair.case.url.starts_with(it))
            {
                pair.drop_repeated_by_engine();
            }
        },
    },
    Row {
        reason: "responses to preflights are not cached for the origin `null`",
        section: Some("concept-cache"),
        engines: &[(Chromium, 5)],
        level: |pair| {
            if pair.model.requests.iter().any(|it| it.is_preflight() && it.is_from_null()) {
                pair.drop_repeated_by_engine();
            }
        },
    },
    Row {
        reason: "responses to preflights are not cached if a redirect made the origin `null`",
        section: Some("concept-cache"),
        engines: &[(WebKit, 4)],
        level: |pair| {
            let became_null = pair.case.page != Page::Sandboxed
                && pair.model.requests.iter().any(|it| it.is_preflight() && it.is_from_null());
            if became_null {
                pair.drop_repeated_by_engine();
            }
        },
    },
    Row {
        reason: "a response that fails the CORS check leaves the cache as it is",
        section: Some("concept-http-fetch"),
        engines: &[(Chromium, 1), (WebKit, 1)],
        level: |pair| {
            if pair.case.then.iter().all(|further| further.change.is_none()) && !pair.engine.is_ok()
            {
                pair.drop_repeated_by_model();
            }
        },
    },
    Row {
        reason: "a preflight that fails replaces what is cached by its response, instead of clearing it",
        section: Some("cors-preflight-fetch"),
        engines: &[(WebKit, 2)],
        level: |pair| {
            if pair.case.then.iter().any(|further| further.change.is_some()) && !pair.engine.is_ok()
            {
                pair.drop_repeated_by_model();
            }
        },
    },
];
