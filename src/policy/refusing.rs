//! Refusing requests on the server, for services where a request itself does harm.

use http::{Method, header::UPGRADE};

use super::{
    decision::Decision,
    engine,
    request::{FieldLines, RequestHead},
    rules::{Refusing, Rules},
};
use crate::{config::Refuse, response::ResponseHeaders};

impl Rules {
    /// Decides about an actual request from a disallowed origin: refuses it, unless it is from an own page or of a kind
    /// that is not refused.
    #[cold]
    pub(super) fn refuse_or_forward(
        &self,
        refusing: &Refusing,
        origin: FieldLines<'_>,
        request: RequestHead<'_>,
    ) -> Decision {
        if self.is_own_origin(origin) || !refusing.covers(request) {
            return Decision::Forward(ResponseHeaders::not_shared(
                self.responses.to(request.method),
            ));
        }
        let responses = refusing.responses.to(request.method);
        if request.is_from_own_page() {
            return Decision::Forward(ResponseHeaders::not_shared(responses));
        }
        Decision::Respond(engine::refused(responses.vary.value()))
    }
}

impl Refusing {
    /// Returns `true` if requests of this kind can be refused.
    pub(crate) fn covers(&self, request: RequestHead<'_>) -> bool {
        match self.refuse {
            Refuse::All => true,
            // Over HTTP/2, an upgrade is a CONNECT with `:protocol`. The crate `http` cannot show that, so every CONNECT
            // counts.
            Refuse::Upgrades => {
                request.headers.contains_key(UPGRADE) || *request.method == Method::CONNECT
            }
        }
    }
}
