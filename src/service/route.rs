//! What a route says of its methods.

use http::{Response, StatusCode, header::ALLOW};

/// The methods that the response to an `OPTIONS` names. `None` if it says nothing of methods.
///
/// Of what is not there, no method is allowed. Any other status counts for nothing beside
/// [`Allow`](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.1): a 401 speaks of the request's lack of
/// credentials, which a preflight never has.
pub(super) fn methods<B>(response: &Response<B>) -> Option<Vec<&str>> {
    if response.status() == StatusCode::NOT_FOUND {
        return Some(Vec::new());
    }
    let mut lines = response.headers().get_all(ALLOW).iter().peekable();
    lines.peek()?;
    let members = lines.filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(','));
    Some(members.map(str::trim).filter(|method| !method.is_empty()).collect())
}
