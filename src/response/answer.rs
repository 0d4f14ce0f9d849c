//! The layer's own responses.

use http::{HeaderMap, Response, StatusCode, header::VARY};

use super::vary::Vary;

/// The response to a refused request, the same for every reason.
///
/// It does not reuse the request's header map, although that would save two allocations. Servers keep the memory of
/// a response's map as long as the connection lives, and the client chooses the size of the request's map.
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
