//! Requests that fail for another reason than the CORS headers, and responses that hide a part without a message.

use super::{
    Api, Cause, Page, Target,
    inventory::{GET, ORIGIN, answered, unsent},
};

pub(super) const ALL: &[Cause] = &[
    Cause {
        id: "no-cors-response",
        title: "An empty response in the mode `no-cors`",
        mode: "no-cors",
        hops: &[answered(200, &[])],
        fix: "Remove `mode: \"no-cors\"`, which hides status, headers and body, and allow the origin of the page: \
              `.allow_origin(\"{page}\")`.",
        ..GET
    },
    Cause {
        id: "no-cors-method",
        title: "A method that the mode `no-cors` does not have",
        method: "PUT",
        mode: "no-cors",
        hops: &[unsent(Target::Api)],
        fix: "Remove `mode: \"no-cors\"`, and allow the method: `.allow_method(\"PUT\")`.",
        ..GET
    },
    Cause {
        id: "no-cors-redirect",
        title: "`redirect: \"error\"` in the mode `no-cors`",
        mode: "no-cors",
        redirect: "error",
        hops: &[unsent(Target::Api)],
        fix: "Remove `mode: \"no-cors\"` from the request.",
        ..GET
    },
    Cause {
        id: "same-origin-mode",
        title: "Another origin, with `mode: \"same-origin\"`",
        mode: "same-origin",
        hops: &[unsent(Target::Api)],
        fix: "Remove `mode: \"same-origin\"` from the request.",
        ..GET
    },
    Cause {
        id: "forbidden-method",
        title: "A method that scripts cannot send",
        method: "TRACE",
        hops: &[unsent(Target::Api)],
        fix: "Use another method. No server can allow `TRACE`, `TRACK` and `CONNECT`.",
        ..GET
    },
    Cause {
        id: "url-with-user",
        title: "A URL with a user name",
        hops: &[unsent(Target::ApiWithUser)],
        fix: "Send user name and password in the header `authorization`, and allow it: `.allow_header(\"authorization\")`.",
        ..GET
    },
    Cause {
        id: "resource-policy-same-origin",
        title: "`Cross-Origin-Resource-Policy: same-origin`",
        mode: "no-cors",
        hops: &[answered(200, &[(POLICY, "same-origin")])],
        fix: "For what other origins may embed, send `Cross-Origin-Resource-Policy: cross-origin`. Requests with CORS do \
              not look at it.",
        ..GET
    },
    Cause {
        id: "resource-policy-same-site",
        title: "`Cross-Origin-Resource-Policy: same-site`",
        mode: "no-cors",
        hops: &[super::Hop { at: Target::Files, ..answered(200, &[(POLICY, "same-site")]) }],
        fix: "For what other sites may embed, send `Cross-Origin-Resource-Policy: cross-origin`.",
        ..GET
    },
    Cause {
        id: "connection-refused",
        title: "No server",
        hops: &[unsent(Target::Closed)],
        fix: "Start the server, and compare its port with that of the URL. Firefox calls this a CORS error, too.",
        ..GET
    },
    Cause {
        id: "mixed-content",
        title: "An http URL in an https page",
        page: Page::Secure,
        hops: &[unsent(Target::InsecureApi)],
        fix: "Serve the API over https. Only `localhost` and `127.0.0.1` may be http, and not in Safari.",
        ..GET
    },
    Cause {
        id: "websocket-refused",
        title: "A WebSocket handshake that is refused",
        api: Api::WebSocket,
        hops: &[answered(403, &[])],
        fix: "With `refuse_disallowed_origins`, the layer refuses handshakes from origins that it does not allow. Allow the \
              origin of the page: `.allow_origin(\"{page}\")`.",
        ..GET
    },
    Cause {
        id: "header-not-exposed",
        title: "A response header that the script cannot see",
        api: Api::Header,
        hops: &[answered(200, &[(ORIGIN, "*"), ("x-request-id", "1")])],
        fix: "Expose the header: `.expose_header(\"x-request-id\")`. Scripts get `null` for it, without a message.",
        ..GET
    },
    Cause {
        id: "timing-not-allowed",
        title: "Times that are 0",
        api: Api::Timing,
        hops: &[answered(200, &[(ORIGIN, "*")])],
        fix: "Allow the page to read the times: `.allow_timing(true)`. Scripts get 0 for them, without a message.",
        ..GET
    },
];

const POLICY: &str = "cross-origin-resource-policy";
