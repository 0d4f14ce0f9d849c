//! Redirects that end the fetch.

use super::{
    Answer, Api, Cause, Hop, Target,
    inventory::{GET, METHODS, ORIGIN, answered, unsent},
};

pub(super) const ALL: &[Cause] = &[
    Cause {
        id: "redirect-no-allow-origin",
        title: "A redirect without `Access-Control-Allow-Origin`",
        hops: &[answered(302, &[("location", "{next}")]), unsent(Target::Files)],
        fix: "Put what redirects inside the CORS layer, or let the page use the final URL. Each response of a chain needs \
              the header.",
        ..GET
    },
    Cause {
        id: "redirect-of-own-page",
        title: "The page's own server redirects to another origin",
        hops: &[
            Hop {
                at: Target::Own,
                preflight: None,
                answer: Some(Answer { status: 302, headers: &[("location", "{next}")] }),
            },
            at(Target::Files, &[]),
        ],
        fix: "Often a session has ended, and the redirect leads to a login page. Answer requests of scripts with 401, and let \
              the script navigate. If the target is an API, it needs a CORS layer of its own.",
        ..GET
    },
    Cause {
        id: "redirect-to-no-allow-origin",
        title: "A redirect to an origin that does not allow the page",
        hops: &[answered(302, &[(ORIGIN, "*"), ("location", "{next}")]), at(Target::Files, &[])],
        fix: "The server that the redirect leads to needs CORS headers, too. Storage services have a setting for them.",
        ..GET
    },
    Cause {
        id: "redirect-to-null-origin",
        title: "A redirect after which the origin is `null`",
        hops: &[
            answered(302, &[(ORIGIN, "*"), ("location", "{next}")]),
            at(Target::Files, &[(ORIGIN, "{page}")]),
        ],
        fix: "After a redirect from one foreign origin to another, the browser sends `Origin: null`. Let the page use the \
              final URL, or allow any origin there, without credentials: see `guide::redirects`.",
        ..GET
    },
    Cause {
        id: "redirect-with-user",
        title: "A redirect to a URL with a user name",
        hops: &[
            answered(302, &[(ORIGIN, "*"), ("location", "{next-with-user}")]),
            unsent(Target::Files),
        ],
        fix: "Remove the user name and the password from `Location`. Across origins, browsers do not follow such a URL.",
        ..GET
    },
    Cause {
        id: "redirect-error",
        title: "A redirect, with `redirect: \"error\"`",
        redirect: "error",
        hops: &[answered(302, &[(ORIGIN, "*"), ("location", "/items/")])],
        fix: "Let the page use the final URL, or remove `redirect: \"error\"` from the request.",
        ..GET
    },
    Cause {
        id: "redirect-to-data",
        title: "A redirect to a URL that is not http",
        hops: &[answered(302, &[(ORIGIN, "*"), ("location", "data:,a")])],
        fix: "Redirect to an http or https URL, or answer with the content itself.",
        ..GET
    },
    Cause {
        id: "too-many-redirects",
        title: "Too many redirects",
        hops: &[answered(302, &[(ORIGIN, "*"), ("location", "{url}")])],
        fix: "The server redirects in a circle. Often a proxy ends TLS, and the application redirects to https again and \
              again, because it sees http.",
        ..GET
    },
    Cause {
        id: "redirect-of-stream",
        title: "A redirect of a request whose body is a stream",
        api: Api::Stream,
        method: "POST",
        hops: &[Hop {
            at: Target::SecureApi,
            preflight: Some(Answer { status: 204, headers: &[(ORIGIN, "*"), (METHODS, "POST")] }),
            answer: Some(Answer {
                status: 307,
                headers: &[(ORIGIN, "*"), ("location", "/items/")],
            }),
        }],
        fix: "Let the page use the final URL: the browser has sent the stream, and cannot send it again.",
        ..GET
    },
];

const fn at(at: Target, headers: super::Headers) -> Hop {
    Hop { at, preflight: None, answer: Some(Answer { status: 200, headers }) }
}
