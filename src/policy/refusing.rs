//! The server's own part: refusing requests, where a request itself does harm.

use std::sync::Arc;

use http::{Method, header::UPGRADE};

use super::{
    decision::Action,
    reasons::Reasons,
    request::{FieldLines, RequestHead},
};
use crate::{
    config::Refuse,
    fetch::SEC_FETCH_SITE,
    origin::{OriginSet, OriginView},
    response::{ResponseHeaders, ResponseRules, refused},
};

#[derive(Clone)]
pub(crate) struct Refusing {
    pub(crate) refuse: Refuse,
    pub(crate) own_origins: OriginSet,
    /// It is said that there are none.
    pub(crate) no_own_origins: bool,
    /// For responses that depend on `Sec-Fetch-Site`, and so vary by it too: those to the server's own pages, and
    /// those to refused requests.
    pub(crate) responses: Arc<ResponseRules>,
}

impl Refusing {
    /// Decides about a request whose origin is not allowed, and which is no preflight. `not_shared` is for its response.
    #[cold]
    pub(super) fn decide<F>(
        &self,
        not_shared: ResponseHeaders,
        origin: FieldLines<'_>,
        request: RequestHead<'_>,
        reasons: &mut impl Reasons,
    ) -> Action<F> {
        if self.is_listed_as_own(origin) {
            reasons.clear();
            return Action::Forward(not_shared);
        }
        match (self.covers(request), is_own_page(origin, request)) {
            (false, false) => Action::Forward(not_shared),
            (false, true) => {
                reasons.clear();
                Action::Forward(not_shared)
            }
            (true, true) => {
                reasons.clear();
                Action::Forward(ResponseHeaders::new(&self.responses, None))
            }
            (true, false) => Action::Respond(refused(&self.responses.vary)),
        }
    }

    /// Whether the request is of the kind that is refused.
    pub(crate) fn covers(&self, request: RequestHead<'_>) -> bool {
        match self.refuse {
            Refuse::All => true,
            // HTTP/2's `:protocol` cannot be seen without the server's crate, so every CONNECT counts.
            Refuse::Upgrades => {
                request.headers.contains_key(UPGRADE) || *request.method == Method::CONNECT
            }
        }
    }

    fn is_listed_as_own(&self, origin: FieldLines<'_>) -> bool {
        matches!(origin, FieldLines::One(origin) if self.own_origins.matches(origin.as_bytes()))
    }
}

/// Whether the browser says that the page is the server's own. `Host` is not asked: whoever rebinds a
/// name to this server's address chooses it. `none` is not enough: browsers say that for extensions too.
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
