//! Sites: `Sec-Fetch-Site`, cookies and `Cross-Origin-Resource-Policy`.

use super::super::Row;
use crate::{
    case::Page,
    engine::Engine::{Chromium, Firefox, WebKit},
};

pub(super) const ROWS: &[Row] = &[
    Row {
        reason: "a cookie without SameSite is sent to the page's host over another scheme",
        section: None,
        engines: &[(Firefox, 11), (WebKit, 11)],
        level: |pair| {
            let is_page_secure = pair.case.page.origin(pair.hosts).starts_with("https:");
            let tls = format!("localhost:{}/", pair.hosts.tls);
            pair.each(|engine, model| {
                if engine.url.starts_with("localhost:")
                    && engine.url.starts_with(&tls) != is_page_secure
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
        engines: &[(WebKit, 82)],
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
        engines: &[(Firefox, 24)],
        level: |pair| {
            let tls = format!("localhost:{}/", pair.hosts.tls);
            pair.level_sites(|it| it.url.starts_with(&tls) && it.has_site("same-site"));
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
