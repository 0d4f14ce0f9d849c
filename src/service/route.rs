//! The methods of a route, read from the response to an `OPTIONS`.

use http::{Response, StatusCode, header::ALLOW};

use crate::fetch;

/// The methods that the response to an `OPTIONS` lists. `None` if it has no list.
///
/// A 404 allows no method. Otherwise only
/// [`Allow`](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.1) counts, whatever the status: a 401 only
/// means that the request has no credentials, and a preflight never has any.
pub(super) fn methods<B>(response: &Response<B>) -> Option<Vec<&str>> {
    if response.status() == StatusCode::NOT_FOUND {
        return Some(Vec::new());
    }
    let mut lines = response.headers().get_all(ALLOW).iter().peekable();
    lines.peek()?;
    let members = lines.filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(','));
    // One member that is no token would make a browser refuse the whole `Access-Control-Allow-Methods`.
    Some(members.map(str::trim).filter(|method| fetch::is_token(method.as_bytes())).collect())
}
