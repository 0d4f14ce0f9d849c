//! Refusing requests on the server, for services where a request itself does harm.

use std::sync::Arc;

use http::{Method, Response, header::UPGRADE};

use super::{
    decision::Decision,
    failure::Failure,
    request::{FieldLines, RequestHead},
};
use crate::{
    config::Refuse,
    fetch::SEC_FETCH_SITE,
    origin::{OriginSet, OriginView},
    response::{ResponseHeaders, ResponseRules},
};

#[derive(Clone)]
pub(crate) struct Refusing {
    pub(crate) refuse: Refuse,
    pub(crate) own_origins: OriginSet,
    /// `true` if the configuration states that there are none, which silences a warning.
    pub(crate) no_own_origins: bool,
    /// For responses that also vary by `Sec-Fetch-Site`: those to the server's own pages, and those to refused
    /// requests.
    pub(crate) responses: Arc<ResponseRules>,
    /// The response to a refused request.
    pub(crate) refused: Response<()>,
}

impl Refusing {
    /// Decides about a request that is not a preflight, and whose origin is not allowed because of `failure`. If it
    /// is forwarded, its response gets `not_shared`.
    #[cold]
    pub(super) fn decide<'a>(
        &self,
        not_shared: ResponseHeaders,
        origin: FieldLines<'_>,
        request: RequestHead<'_>,
        failure: Failure<'a>,
    ) -> (Decision, Option<Failure<'a>>) {
        if self.is_listed_as_own(origin) {
            return (Decision::Forward(not_shared), None);
        }
        match (self.covers(request), is_own_page(origin, request)) {
            (false, false) => (Decision::Forward(not_shared), Some(failure)),
            (false, true) => (Decision::Forward(not_shared), None),
            (true, true) => (Decision::Forward(ResponseHeaders::not_shared(&self.responses)), None),
            (true, false) => (Decision::Respond(self.refused.clone()), Some(failure)),
        }
    }

    /// Returns `true` if requests of this kind can be refused.
    pub(crate) fn covers(&self, request: RequestHead<'_>) -> bool {
        match self.refuse {
            Refuse::All => true,
            // Only the server's crate shows HTTP/2's `:protocol`, so every CONNECT counts.
            Refuse::Upgrades => {
                request.headers.contains_key(UPGRADE) || *request.method == Method::CONNECT
            }
        }
    }

    fn is_listed_as_own(&self, origin: FieldLines<'_>) -> bool {
        matches!(origin, FieldLines::One(origin) if self.own_origins.matches(origin.as_bytes()))
    }
}

/// Returns `true` if the browser states that the page is the server's own. `Host` does not count: a DNS
/// rebinding attacker chooses it. `none` does not count: browsers send it for extensions too.
fn is_own_page(origin: FieldLines<'_>, request: RequestHead<'_>) -> bool {
    let says_so = matches!(
        request.field_lines(&SEC_FETCH_SITE),
        FieldLines::One(site) if site.as_bytes() == b"same-origin"
    );
    let FieldLines::One(origin) = origin else { return false };
    let may_be_own = || {
        origin.as_bytes() == b"null"
            || OriginView::parse(origin.as_bytes()).is_ok_and(|origin| origin.is_http())
    };
    says_so && may_be_own()
}
