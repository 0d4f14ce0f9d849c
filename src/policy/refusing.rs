//! The server's own part: refusing requests, where a request itself does harm.

use std::{fmt, str::FromStr, sync::Arc};

use http::{HeaderName, Method, header::UPGRADE};

use super::{
    Action, Policy, RequestHead, ResponseHeaders, ResponseRules, refusal::Notes, request::Line,
};
use crate::origin::{OriginSet, OriginView};

/// [Fetch metadata](https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header), which scripts cannot set.
pub(super) const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Which requests are refused, if their origin is not allowed. Its text, in a file too, is its name in
/// lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Refuse {
    /// All of them.
    All,
    /// Those that ask for another protocol, such as WebSocket handshakes, which browsers send without
    /// asking first, and whose answers no page is kept from: an `Upgrade` header (HTTP/1.1), or the method
    /// `CONNECT` (HTTP/2 and 3, for whatever protocol).
    Upgrades,
}

impl Refuse {
    fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Upgrades => "upgrades",
        }
    }
}

impl fmt::Display for Refuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Refuse {
    type Err = UnknownRefuse;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = [Self::All, Self::Upgrades].into_iter().find(|refuse| refuse.name() == text);
        known.ok_or_else(|| UnknownRefuse(text.to_owned()))
    }
}

/// A text that names no [`Refuse`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownRefuse(String);

impl fmt::Display for UnknownRefuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is nothing that can be refused; write all or upgrades", self.0)
    }
}

impl std::error::Error for UnknownRefuse {}

#[derive(Clone)]
pub(super) struct Refusing {
    pub(super) refuse: Refuse,
    pub(super) own_origins: OriginSet,
    /// It is said that there are none.
    pub(super) no_own_origins: bool,
    /// For responses that depend on `Sec-Fetch-Site`, and so vary by it too: those to the server's own pages, and
    /// those to refused requests.
    pub(super) responses: Arc<ResponseRules>,
}

impl Refusing {
    /// Decides about a CORS request, no preflight, whose origin is not allowed.
    #[cold]
    pub(super) fn decide<F>(
        &self,
        policy: &Policy,
        origin: &Line<'_>,
        request: RequestHead<'_>,
        notes: &mut impl Notes,
    ) -> Action<F> {
        let not_shared = ResponseHeaders::new(&policy.0, None);
        if self.is_listed_as_own(origin) {
            notes.passed();
            return Action::Forward(not_shared);
        }
        match (self.covers(request), is_own_page(origin, request)) {
            (false, false) => Action::Forward(not_shared),
            (false, true) => {
                notes.passed();
                Action::Forward(not_shared)
            }
            (true, true) => {
                notes.passed();
                Action::Forward(ResponseHeaders::by(&self.responses, None))
            }
            (true, false) => Action::Refuse(self.responses.vary.clone()),
        }
    }

    /// Whether the request is of the kind that is refused.
    pub(super) fn covers(&self, request: RequestHead<'_>) -> bool {
        match self.refuse {
            Refuse::All => true,
            // HTTP/2's `:protocol` cannot be seen without the server's crate, so every CONNECT counts.
            Refuse::Upgrades => {
                request.headers.contains_key(UPGRADE) || *request.method == Method::CONNECT
            }
        }
    }

    fn is_listed_as_own(&self, origin: &Line<'_>) -> bool {
        matches!(origin, Line::One(origin) if self.own_origins.matches(origin.as_bytes()))
    }
}

/// Whether the browser says that the page is the server's own. `Host` is not asked: whoever rebinds a
/// name to this server's address chooses it. `none` is not enough: browsers say that for extensions too.
fn is_own_page(origin: &Line<'_>, request: RequestHead<'_>) -> bool {
    let says_so = matches!(
        request.single(&SEC_FETCH_SITE),
        Line::One(site) if site.as_bytes() == b"same-origin"
    );
    let Line::One(origin) = origin else { return false };
    let may_be_own = || {
        origin.as_bytes() == b"null"
            || OriginView::parse(origin.as_bytes()).is_ok_and(|origin| origin.is_http())
    };
    says_so && may_be_own()
}
