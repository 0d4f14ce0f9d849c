//! All causes, in the order of the page.

use super::{
    Answer, Api, Cause, Headers, Hop, Page, Target, checks, preflights, redirects, requests,
};

/// Each cause, with the name of its group.
pub(crate) fn all() -> impl Iterator<Item = (&'static str, &'static Cause)> {
    let groups = [
        ("Responses that do not allow the page", checks::ALL),
        ("Preflights that do not allow the request", preflights::ALL),
        ("Redirects", redirects::ALL),
        ("Requests and servers", requests::ALL),
    ];
    groups.into_iter().flat_map(|(group, causes)| causes.iter().map(move |cause| (group, cause)))
}

/// A `GET` request, to which there is no response yet.
pub(super) const GET: Cause = Cause {
    id: "",
    title: "",
    page: Page::Usual,
    api: Api::Fetch,
    method: "GET",
    headers: &[],
    credentials: false,
    mode: "cors",
    redirect: "follow",
    hops: &[],
    fix: "",
};

/// A response of the API.
pub(super) const fn answered(status: u16, headers: Headers) -> Hop {
    Hop { at: Target::Api, preflight: None, answer: Some(Answer { status, headers }) }
}

/// A response of the API to a preflight, after which the request is not sent.
pub(super) const fn preflighted(status: u16, headers: Headers) -> Hop {
    Hop { at: Target::Api, preflight: Some(Answer { status, headers }), answer: None }
}

/// A request that is not sent.
pub(super) const fn unsent(at: Target) -> Hop {
    Hop { at, preflight: None, answer: None }
}

pub(super) const ORIGIN: &str = "access-control-allow-origin";
pub(super) const CREDENTIALS: &str = "access-control-allow-credentials";
pub(super) const METHODS: &str = "access-control-allow-methods";
pub(super) const NAMES: &str = "access-control-allow-headers";
