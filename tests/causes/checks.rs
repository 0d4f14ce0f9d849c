//! Responses that do not allow the page to read them.

use super::{
    Api, Cause, Page,
    inventory::{CREDENTIALS, GET, ORIGIN, answered},
};

pub(super) const ALL: &[Cause] = &[
    Cause {
        id: "no-allow-origin",
        title: "No `Access-Control-Allow-Origin`",
        hops: &[answered(200, &[])],
        fix: "Allow the origin of the page: `.allow_origin(\"{page}\")`. If the layer allows it already, the response does \
              not come from inside the layer: see `guide::placement`.",
        ..GET
    },
    Cause {
        id: "no-allow-origin-xhr",
        title: "No `Access-Control-Allow-Origin`, with `XMLHttpRequest`",
        api: Api::Xhr,
        hops: &[answered(200, &[])],
        fix: ALLOW,
        ..GET
    },
    Cause {
        id: "no-allow-origin-image",
        title: "No `Access-Control-Allow-Origin`, for an image with `crossorigin`",
        api: Api::Image,
        hops: &[answered(200, &[])],
        fix: "Put the CORS layer around the service that serves the images. A page that only shows an image can leave \
              `crossorigin` out; a canvas that reads its pixels cannot.",
        ..GET
    },
    Cause {
        id: "no-allow-origin-script",
        title: "No `Access-Control-Allow-Origin`, for a module script",
        api: Api::ModuleScript,
        hops: &[answered(200, &[])],
        fix: "Put the CORS layer around the service that serves the scripts. `CorsLayer::public()` is meant for such files. \
              Module scripts are always loaded with CORS.",
        ..GET
    },
    Cause {
        id: "no-allow-origin-font",
        title: "No `Access-Control-Allow-Origin`, for a font",
        api: Api::Font,
        hops: &[answered(200, &[])],
        fix: "Put the CORS layer around the service that serves the fonts. `CorsLayer::public()` is meant for such files. \
              Fonts are always loaded with CORS.",
        ..GET
    },
    Cause {
        id: "error-without-allow-origin",
        title: "An error without `Access-Control-Allow-Origin`",
        hops: &[answered(500, &[])],
        fix: "Look for the error in the log of the server. To let the page read it, put what makes the response inside the \
              CORS layer: see `guide::errors`.",
        ..GET
    },
    Cause {
        id: "page-without-origin",
        title: "No `Access-Control-Allow-Origin`, for a page without an origin",
        page: Page::Sandboxed,
        hops: &[answered(200, &[])],
        fix: "Pages that are files, and frames with `sandbox`, have the origin `null`. Serve the page from a server, or give \
              the frame `allow-same-origin`. Do not allow `null`: see `guide::redirects`.",
        ..GET
    },
    Cause {
        id: "other-allow-origin",
        title: "`Access-Control-Allow-Origin` is another origin",
        hops: &[answered(200, &[(ORIGIN, "https://other.example")])],
        fix: "Allow the origin of the page as well: `.allow_origins([\"https://other.example\", \"{page}\"])`. The layer \
              sends back the one that asks. If the header is right for another page, a cache may have kept that response: \
              see `guide::caches`.",
        ..GET
    },
    Cause {
        id: "allow-origin-with-slash",
        title: "`Access-Control-Allow-Origin` with a slash at the end",
        hops: &[answered(200, &[(ORIGIN, "{page}/")])],
        fix: "Remove the slash: an origin has no path. This layer does not build with one, so something else sends the \
              header.",
        ..GET
    },
    Cause {
        id: "allow-origin-without-scheme",
        title: "`Access-Control-Allow-Origin` without a scheme",
        hops: &[answered(200, &[(ORIGIN, "app.example.com")])],
        fix: "Write the scheme and the port as well, as the page's `location.origin` has them. This layer does not build \
              without a scheme, so something else sends the header.",
        ..GET
    },
    Cause {
        id: "allow-origin-pattern",
        title: "`Access-Control-Allow-Origin` is a pattern",
        hops: &[answered(200, &[(ORIGIN, "https://*.example.com")])],
        fix: "Browsers know no patterns. Let this layer compare: `.allow_origin(\"https://*.example.com\")` sends back the \
              origin that matches. If the header still has the pattern, something else sends it.",
        ..GET
    },
    Cause {
        id: "two-allow-origins",
        title: "`Access-Control-Allow-Origin` with two values",
        hops: &[answered(200, &[(ORIGIN, "{page}, https://other.example")])],
        fix: "The header has room for one origin. Give all of them to `allow_origins`: the layer sends back the one that \
              asks.",
        ..GET
    },
    Cause {
        id: "two-allow-origin-lines",
        title: "`Access-Control-Allow-Origin` twice",
        hops: &[answered(200, &[(ORIGIN, "{page}"), (ORIGIN, "{page}")])],
        fix: "Two programs write the header, such as the application and a gateway in front of it. Remove one: see \
              `guide::placement`.",
        ..GET
    },
    Cause {
        id: "allow-origin-null",
        title: "`Access-Control-Allow-Origin` is `null`",
        hops: &[answered(200, &[(ORIGIN, "null")])],
        fix: "Allow the origin of the page: `.allow_origin(\"{page}\")`. The text `null` names pages without an origin, \
              and not nothing. To refuse a page, leave the header out, as this layer does.",
        ..GET
    },
    Cause {
        id: "wildcard-with-credentials",
        title: "`Access-Control-Allow-Origin` is `*`, with credentials",
        credentials: true,
        hops: &[answered(200, &[(ORIGIN, "*")])],
        fix: "If the request needs cookies, list the origins: `.allow_origin(\"{page}\").allow_credentials(true)`. If not, \
              remove `credentials: \"include\"` from the request.",
        ..GET
    },
    Cause {
        id: "no-allow-credentials",
        title: "No `Access-Control-Allow-Credentials`",
        credentials: true,
        hops: &[answered(200, &[(ORIGIN, "{page}")])],
        fix: CREDENTIALED,
        ..GET
    },
    Cause {
        id: "other-allow-credentials",
        title: "`Access-Control-Allow-Credentials` is not `true`",
        credentials: true,
        hops: &[answered(200, &[(ORIGIN, "{page}"), (CREDENTIALS, "True")])],
        fix: "The value is `true` in lower case. This layer writes no other, so something else sends the header.",
        ..GET
    },
];

pub(super) const ALLOW: &str = "Allow the origin of the page: `.allow_origin(\"{page}\")`.";

pub(super) const CREDENTIALED: &str = "If the request needs cookies, add `.allow_credentials(true)`. If not, remove \
                                       `credentials: \"include\"` from the request.";
