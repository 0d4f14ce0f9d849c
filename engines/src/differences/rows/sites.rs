//! Sites: `Sec-Fetch-Site`, cookies, `Origin`, and blocks besides CORS.

use super::super::Row;
use crate::{
    case::Page,
    engine::Engine::{Chromium, Firefox, WebKit},
};

pub(super) const ROWS: &[Row] = &[
    Row {
        reason: "a cookie without SameSite is sent to the page's host over another scheme",
        section: None,
        engines: &[(Firefox, 18), (WebKit, 16)],
        level: |pair| {
            let changes_scheme = pair.scheme_changes();
            pair.each(|engine, model| {
                if changes_scheme(engine)
                    && engine.url.starts_with("localhost:")
                    && model.has_site("cross-site")
                {
                    engine.has_cookie &= model.has_cookie;
                }
            });
        },
    },
    Row {
        reason: "a sandboxed page sends the cookies of the host that it came from, as if no origin were opaque",
        section: None,
        engines: &[(WebKit, 83)],
        level: |pair| {
            if pair.case.page == Page::Sandboxed {
                pair.each(|engine, model| {
                    if engine.url.starts_with("localhost:") {
                        engine.has_cookie &= model.has_cookie;
                    }
                });
            }
        },
    },
    Row {
        reason: "for Sec-Fetch-Site, http and https of a host are one site",
        section: None,
        engines: &[(Firefox, 82)],
        level: |pair| {
            if pair.engine.requests.iter().any(pair.scheme_changes()) {
                pair.level_sites(|it| it.url.starts_with("localhost:") && it.has_site("same-site"));
            }
        },
    },
    Row {
        reason: "a request in the mode no-cors has cookies after a redirect to another origin of the site, even if its \
                 credentials mode is same-origin",
        section: Some("concept-http-network-or-cache-fetch"),
        engines: &[(WebKit, 1)],
        level: |pair| {
            if pair.case.mode == "no-cors" && pair.case.credentials == "same-origin" {
                pair.each(|engine, model| {
                    if !engine.is_first_hop() && model.has_site("same-site") {
                        engine.has_cookie &= model.has_cookie;
                    }
                });
            }
        },
    },
    Row {
        reason: "a request has no cookies after a redirect from another site",
        section: None,
        engines: &[(WebKit, 2)],
        level: |pair| {
            let begins_elsewhere = pair.case.url.starts_with("https://a.localhost:");
            pair.each(|engine, model| {
                if begins_elsewhere && !engine.is_first_hop() {
                    model.has_cookie &= engine.has_cookie;
                }
            });
        },
    },
    Row {
        reason: "for a page over TLS, http of this machine is mixed content",
        section: None,
        engines: &[(WebKit, 22)],
        level: |pair| {
            if pair.case.page == Page::Secure
                && pair.case.url.starts_with("http:")
                && pair.engine.requests.is_empty()
            {
                pair.model = pair.engine.clone();
            }
        },
    },
    Row {
        reason: "Origin does not depend on the referrer policy",
        section: Some("append-a-request-origin-header"),
        engines: &[(Chromium, 11)],
        level: |pair| {
            if pair.case.mode != "cors" && !pair.case.referrer_policy.is_empty() {
                let page = pair.case.page.origin(pair.hosts);
                pair.each(|engine, model| {
                    if model.is_from_null() && engine.origin.as_ref() == Some(&page) {
                        model.origin.clone_from(&engine.origin);
                    }
                });
            }
        },
    },
    Row {
        reason: "a page with an opaque origin has the site that it came from, for Cross-Origin-Resource-Policy: same-site",
        section: Some("cross-origin-resource-policy-check"),
        engines: &[(Chromium, 4)],
        level: |pair| {
            if pair.case.page == Page::Sandboxed
                && pair.case.mode == "no-cors"
                && pair.case.url.starts_with("http://localhost:")
                && pair.engine.is_ok()
                && !pair.model.is_ok()
            {
                pair.model.outcomes.clone_from(&pair.engine.outcomes);
            }
        },
    },
    Row {
        reason: "localhost and names below it are one site, for Cross-Origin-Resource-Policy: same-site",
        section: Some("cross-origin-resource-policy-check"),
        engines: &[(WebKit, 6)],
        level: |pair| {
            if pair.case.mode == "no-cors"
                && pair.case.answer_lines("cross-origin-resource-policy").contains(&"same-site")
                && pair.engine.is_ok()
                && !pair.model.is_ok()
            {
                pair.model.outcomes.clone_from(&pair.engine.outcomes);
            }
        },
    },
];
