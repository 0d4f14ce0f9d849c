//! The rows. Those that remove requests come first, so that those after them find the same requests on both sides.

use super::Row;
use crate::{
    case::Page,
    engine::Engine::{Chromium, Firefox, WebKit},
};

pub(super) const ALL: &[Row] = &[
    // The preflight cache.
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
    // Redirects.
    Row {
        reason: "a redirect that removes the headers that needed a preflight still causes one, which in WebKit names them",
        section: Some("concept-http-redirect-fetch"),
        engines: &[(Firefox, 14), (WebKit, 14)],
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
        engines: &[(Firefox, 12)],
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
        engines: &[(WebKit, 85)],
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
        engines: &[(Chromium, 6), (Firefox, 6)],
        level: |pair| pair.level_sites(|it| it.is_preflight() && !it.is_first_hop()),
    },
    Row {
        reason: "Sec-Fetch-Site of a preflight is cross-site if its Origin became `null`",
        section: Some("cors-preflight-fetch"),
        engines: &[(WebKit, 6)],
        level: |pair| {
            pair.level_sites(|it| {
                it.is_preflight() && it.is_from_null() && it.has_site("cross-site")
            });
        },
    },
    Row {
        reason: "Sec-Fetch-Site is cross-site after a redirect over http",
        section: None,
        engines: &[(Firefox, 90)],
        level: |pair| {
            pair.level_sites(|it| {
                !it.is_preflight() && !it.is_first_hop() && it.has_site("cross-site")
            });
        },
    },
    // Sites.
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
        engines: &[(WebKit, 59)],
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
        engines: &[(Firefox, 23)],
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
