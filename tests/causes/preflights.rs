//! Preflights that do not allow the request.

use super::{
    Answer, Cause, Hop, Target,
    checks::{ALLOW, CREDENTIALED},
    inventory::{CREDENTIALS, GET, METHODS, NAMES, ORIGIN, preflighted},
};

pub(super) const ALL: &[Cause] = &[
    Cause {
        id: "preflight-no-allow-origin",
        title: "A preflight without `Access-Control-Allow-Origin`",
        hops: &[preflighted(200, &[])],
        fix: "Allow the origin of the page: `.allow_origin(\"{page}\")`. If the layer allows it already, something outside \
              the layer answers `OPTIONS`: see `guide::placement`.",
        ..PUT
    },
    Cause {
        id: "preflight-refused",
        title: "A preflight that this layer refuses",
        hops: &[preflighted(
            403,
            &[(VARY, "origin, access-control-request-method, access-control-request-headers")],
        )],
        fix: "The origin, the method or a request header is not allowed. `.diagnose(true)`, for development, makes the layer say \
              which: by another message here, or in the header `x-cors-refusal`, which the network panel shows.",
        ..PUT
    },
    Cause {
        id: "preflight-405",
        title: "A preflight that a router answers with 405",
        hops: &[preflighted(405, &[])],
        fix: "The layer is around a handler, and the router answers `OPTIONS` before it. Put the layer around the whole \
              router: see `guide::placement`.",
        ..PUT
    },
    Cause {
        id: "preflight-401",
        title: "A preflight that authentication answers with 401",
        hops: &[preflighted(401, &[])],
        fix: "Put the CORS layer outside of authentication, because preflights carry no cookies and no tokens: see \
              `guide::errors`.",
        ..PUT
    },
    Cause {
        id: "preflight-other-allow-origin",
        title: "A preflight with `Access-Control-Allow-Origin` for another origin",
        hops: &[preflighted(204, &[(ORIGIN, "https://other.example"), (METHODS, "PUT")])],
        fix: ALLOW,
        ..PUT
    },
    Cause {
        id: "preflight-wildcard-with-credentials",
        title: "A preflight with `Access-Control-Allow-Origin: *`, with credentials",
        credentials: true,
        hops: &[preflighted(204, &[(ORIGIN, "*"), (METHODS, "PUT")])],
        fix: "If the request needs cookies, list the origins: `.allow_origin(\"{page}\").allow_credentials(true)`. If not, \
              remove `credentials: \"include\"` from the request.",
        ..PUT
    },
    Cause {
        id: "preflight-no-allow-credentials",
        title: "A preflight without `Access-Control-Allow-Credentials`",
        credentials: true,
        hops: &[preflighted(204, &[(ORIGIN, "{page}"), (METHODS, "PUT")])],
        fix: CREDENTIALED,
        ..PUT
    },
    Cause {
        id: "preflight-status",
        title: "A preflight with the status 404",
        hops: &[preflighted(404, &[(ORIGIN, "{page}"), (METHODS, "PUT")])],
        fix: "If the status is 403, this layer may have refused the preflight, and something outside it, such as a gateway, adds \
              the header: set `.diagnose(true)`. Otherwise something else answers `OPTIONS`: see `guide::placement`.",
        ..PUT
    },
    Cause {
        id: "preflight-redirect",
        title: "A preflight that is redirected",
        hops: &[preflighted(307, &[("location", "/items/")])],
        fix: "Let the page use the final URL: `https` instead of `http`, and the right slash at the end. Browsers follow no \
              redirect of a preflight.",
        ..PUT
    },
    Cause {
        id: "preflight-redirect-with-allow-origin",
        title: "A preflight that is redirected, with `Access-Control-Allow-Origin`",
        hops: &[preflighted(307, &[(ORIGIN, "{page}"), (METHODS, "PUT"), ("location", "/items/")])],
        fix: "Let the page use the final URL, or put what redirects inside the CORS layer, which then answers the preflight.",
        ..PUT
    },
    Cause {
        id: "malformed-methods",
        title: "`Access-Control-Allow-Methods` is malformed",
        hops: &[preflighted(204, &[(ORIGIN, "{page}"), (METHODS, "GET PUT")])],
        fix: "Separate the methods by commas. This layer does, so something else sends the header.",
        ..PUT
    },
    Cause {
        id: "malformed-headers",
        title: "`Access-Control-Allow-Headers` is malformed",
        headers: JSON,
        hops: &[preflighted(
            204,
            &[(ORIGIN, "{page}"), (METHODS, "PUT"), (NAMES, "content-type; x-a")],
        )],
        fix: "Separate the names by commas. This layer does, so something else sends the header.",
        ..PUT
    },
    Cause {
        id: "method-not-allowed",
        title: "A method that is not allowed",
        hops: &[preflighted(204, &[(ORIGIN, "{page}"), (METHODS, "GET, POST")])],
        fix: "Allow the method: `.allow_method(\"PUT\")`.",
        ..PUT
    },
    Cause {
        id: "method-in-lower-case",
        title: "The method `patch` in lower case",
        method: "patch",
        hops: &[preflighted(204, &[(ORIGIN, "{page}"), (METHODS, "PATCH")])],
        fix: "Write `method: \"PATCH\"` in the script. Browsers turn `get`, `put` and `delete` into upper case, but not \
              `patch`.",
        ..GET
    },
    Cause {
        id: "any-method-with-credentials",
        title: "`Access-Control-Allow-Methods` is `*`, with credentials",
        credentials: true,
        hops: &[preflighted(204, &[(ORIGIN, "{page}"), (CREDENTIALS, "true"), (METHODS, "*")])],
        fix: "With credentials, `*` is the name of a method. List the methods: `.allow_method(\"PUT\")`. With \
              `allow_any_method` this layer sends back the method that is asked for.",
        ..PUT
    },
    Cause {
        id: "header-not-allowed",
        title: "A request header that is not allowed",
        method: "POST",
        headers: JSON,
        hops: &[preflighted(204, &[(ORIGIN, "{page}")])],
        fix: "Allow the header: `.allow_header(\"content-type\")`. A `POST` with JSON needs it.",
        ..GET
    },
    Cause {
        id: "any-header-with-credentials",
        title: "`Access-Control-Allow-Headers` is `*`, with credentials",
        headers: &[("x-a", "1")],
        credentials: true,
        hops: &[preflighted(204, &[(ORIGIN, "{page}"), (CREDENTIALS, "true"), (NAMES, "*")])],
        fix: "With credentials, `*` is the name of a header. List the headers: `.allow_header(\"x-a\")`. With \
              `allow_any_header` this layer sends back the names that are asked for.",
        ..GET
    },
    Cause {
        id: "any-header-for-authorization",
        title: "`Access-Control-Allow-Headers` is `*`, for `authorization`",
        headers: &[("authorization", "Bearer x")],
        hops: &[Hop {
            at: Target::Api,
            preflight: Some(Answer { status: 204, headers: &[(ORIGIN, "*"), (NAMES, "*")] }),
            answer: Some(Answer { status: 200, headers: &[(ORIGIN, "*")] }),
        }],
        fix: "Allow the header by name: `.allow_header(\"authorization\")`. In the standard `*` does not cover it, and \
              browsers that still accept it may stop.",
        ..GET
    },
    Cause {
        id: "no-allow-origin-after-preflight",
        title: "A good preflight, but no `Access-Control-Allow-Origin` after it",
        hops: &[Hop {
            at: Target::Api,
            preflight: Some(Answer {
                status: 204,
                headers: &[(ORIGIN, "{page}"), (METHODS, "PUT")],
            }),
            answer: Some(Answer { status: 500, headers: &[] }),
        }],
        fix: "The server handled the request, and something outside the CORS layer made the response. Look for the error in \
              the log of the server, and see `guide::errors`.",
        ..PUT
    },
];

const PUT: Cause = Cause { method: "PUT", ..GET };

const JSON: super::Headers = &[("content-type", "application/json")];

const VARY: &str = "vary";
