//! Responses in place of the inner service's.

use http::{HeaderMap, Response, StatusCode, header::VARY};

use super::vary::Vary;

/// The response to what is refused, which is the same for every reason.
///
/// The request's header map is not reused for it, though that would save two allocations: servers keep the memory of a
/// response's map for as long as the connection lives, and the client chose how much the request's map takes.
pub(crate) fn refused(vary: &Vary) -> Response<()> {
    let mut headers = HeaderMap::new();
    if let Some(vary) = vary.value() {
        let _ = headers.try_append(VARY, vary.clone());
    }
    respond(StatusCode::FORBIDDEN, headers)
}

#[inline]
pub(crate) fn respond(status: StatusCode, headers: HeaderMap) -> Response<()> {
    let mut response = Response::new(());
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}
