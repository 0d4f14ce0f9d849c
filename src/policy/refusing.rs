//! Refusing requests on the server, for services where a request itself does harm.

use http::{Method, Response, StatusCode, header::UPGRADE};

use super::{
    decision::Decision,
    request::{FieldLines, RequestHead},
    rules::{Refusing, Rules},
};
use crate::{config::Refuse, response::ResponseHeaders};

impl Rules {
    /// Decides about an actual request whose origin is not allowed, if the policy refuses some of them.
    #[cold]
    pub(super) fn refuse(
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
        let mut refused = Response::new(());
        *refused.status_mut() = StatusCode::FORBIDDEN;
        responses.vary.write(refused.headers_mut(), true);
        Decision::Respond(refused)
    }
}

impl Refusing {
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
}
