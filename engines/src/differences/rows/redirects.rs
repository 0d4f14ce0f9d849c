//! Requests after a redirect.

use super::super::Row;
use crate::engine::Engine::{Chromium, Firefox, WebKit};

pub(super) const ROWS: &[Row] = &[
    Row {
        reason: "a redirect that removes the headers that needed a preflight still causes one, which in WebKit names them",
        section: Some("concept-http-redirect-fetch"),
        engines: &[(Firefox, 47), (WebKit, 47)],
        level: |pair| {
            let model = pair.model.requests.clone();
            pair.engine.requests.retain(|request| {
                let names = request.requested_headers.as_deref();
                let is_left_over = request.requested_method.as_deref() == Some("GET")
                    && matches!(names, None | Some("authorization" | "content-type"))
                    && !request.is_first_hop();
                !is_left_over || model.iter().any(|it| it.is_preflight() && it.url == request.url)
            });
        },
    },
    Row {
        reason: "an empty Location is none in Chromium, an error in WebKit, and not the same URL again",
        section: Some("concept-response-location-url"),
        engines: &[(Chromium, 1), (WebKit, 1)],
        level: |pair| {
            if pair.case.answer_lines("location") == [""]
                && pair.engine.requests[..] == pair.model.requests[..1]
            {
                pair.model = pair.engine.clone();
            }
        },
    },
    Row {
        reason: "two equal lines of Location are one",
        section: Some("concept-response-location-url"),
        engines: &[(Chromium, 1), (Firefox, 1)],
        level: |pair| {
            if pair.case.answer_lines("location") == ["{hop}", "{hop}"]
                && pair.engine.requests[..1] == pair.model.requests
            {
                pair.model = pair.engine.clone();
            }
        },
    },
    Row {
        reason: "a user name in Location is refused only after the preflight",
        section: Some("concept-http-redirect-fetch"),
        engines: &[(WebKit, 2)],
        level: |pair| {
            if pair.case.locations().any(|location| location.contains("user:word@"))
                && pair.engine.requests.len() == pair.model.requests.len() + 1
            {
                pair.engine.requests.pop_if(|request| request.is_preflight());
            }
        },
    },
    Row {
        reason: "a preflight after a redirect has the page's Origin, even where the request has `null`",
        section: Some("serializing-a-request-origin"),
        engines: &[(Firefox, 69)],
        level: |pair| {
            let page = Some(pair.case.page.origin(pair.hosts));
            pair.each(|engine, model| {
                if engine.is_preflight()
                    && engine.origin == page
                    && model.origin.as_deref() == Some("null")
                {
                    engine.origin.clone_from(&model.origin);
                }
            });
        },
    },
    Row {
        reason: "Sec-Fetch-* are missing after a redirect to another origin",
        section: None,
        engines: &[(WebKit, 208)],
        level: |pair| {
            pair.each(|engine, model| {
                if !engine.is_preflight()
                    && !engine.is_first_hop()
                    && engine.metadata == [None, None, None]
                {
                    engine.metadata.clone_from(&model.metadata);
                }
            });
        },
    },
    Row {
        reason: "Sec-Fetch-Site of a preflight depends on its URL alone, and not on all URLs that led to it",
        section: Some("cors-preflight-fetch"),
        engines: &[(Chromium, 29), (Firefox, 29)],
        level: |pair| pair.level_sites(|it| it.is_preflight() && !it.is_first_hop()),
    },
    Row {
        reason: "Sec-Fetch-Site of a preflight is cross-site if its Origin became `null`",
        section: Some("cors-preflight-fetch"),
        engines: &[(WebKit, 26)],
        level: |pair| {
            pair.level_sites(|it| {
                it.is_preflight() && it.is_from_null() && it.has_site("cross-site")
            });
        },
    },
    Row {
        reason: "Sec-Fetch-Site is cross-site after a redirect over http",
        section: None,
        engines: &[(Firefox, 138)],
        level: |pair| {
            let leads_back = pair.case.answer_lines("location") == [""];
            pair.level_sites(|it| {
                let is_redirected = !it.is_first_hop() || leads_back;
                !it.is_preflight() && is_redirected && it.has_site("cross-site")
            });
        },
    },
];
