//! The request headers that a preflight announces.

use http::{HeaderMap, header::ACCESS_CONTROL_REQUEST_HEADERS};

use super::{
    failure::Failure,
    request::{FieldLines, RequestHead},
};
use crate::{fetch, origin::TextSet};

#[derive(Clone)]
pub(crate) enum AllowedHeaders {
    /// Any name, as `*` or `*,authorization`. The browser does the check, so the request's names are not checked.
    Any { authorization: bool },
    /// Any name, with credentials. Browsers take `*` as a header's name then, so the requested names are sent
    /// back.
    Echoed,
    Listed {
        /// Lower-case and sorted.
        names: Vec<String>,
        /// The same names, to look one up.
        set: TextSet,
        /// The length of the longest list that is read, in bytes.
        max_bytes: usize,
    },
}

impl AllowedHeaders {
    pub(crate) fn listed(names: Vec<String>) -> Self {
        let mut set = TextSet::with_capacity(names.len());
        for name in &names {
            set.insert(name.as_bytes());
        }
        // All names, each with a comma and white space, and the empty elements with theirs.
        let of_names = names.iter().map(|name| name.len() + 1 + MAX_WHITE_SPACE).sum::<usize>();
        let max_bytes = of_names + MAX_EMPTY * MAX_WHITE_SPACE + MAX_EMPTY - 1;
        Self::Listed { names, set, max_bytes }
    }

    /// Reads [`Access-Control-Request-Headers`](https://fetch.spec.whatwg.org/#http-access-control-request-headers)
    /// as one list.
    ///
    /// Browsers send sorted, lower-case, distinct names on one line. Proxies may change that, and people
    /// write tests by hand, so every spelling of the list is accepted within bounds. This never allocates,
    /// and never reads more bytes than the policy's own names can fill.
    #[inline]
    pub(super) fn check<'a>(&self, request: RequestHead<'a>) -> Result<(), Failure<'a>> {
        match self {
            Self::Any { .. } => Ok(()),
            Self::Echoed => {
                let mut lines = request.headers.get_all(ACCESS_CONTROL_REQUEST_HEADERS).iter();
                if lines.nth(MAX_ECHO_LINES).is_some() {
                    return Err(Failure::HeaderListTooLong);
                }
                self.check_list(request.headers, MAX_ECHO)
            }
            Self::Listed { names, max_bytes, .. } => {
                if is_sorted_choice(request, names) {
                    return Ok(());
                }
                self.check_list(request.headers, *max_bytes)
            }
        }
    }

    fn check_list<'a>(&self, headers: &'a HeaderMap, max_bytes: usize) -> Result<(), Failure<'a>> {
        let lines = || headers.get_all(ACCESS_CONTROL_REQUEST_HEADERS).iter();
        // Check the lengths first: a list that is too long is not read at all.
        let (mut bytes, mut empty) = (0, 0);
        for line in lines() {
            bytes += line.len();
            if bytes > max_bytes {
                return Err(Failure::HeaderListTooLong);
            }
            empty += usize::from(line.is_empty());
            if empty > MAX_EMPTY {
                return Err(Failure::HeaderListMalformed);
            }
            // A line end counts as a comma.
            bytes += 1;
        }
        let mut empty = 0;
        for line in lines() {
            for element in elements(line.as_bytes()) {
                let name = trim_optional_white_space(element);
                empty += usize::from(name.is_empty());
                if element.len() - name.len() > MAX_WHITE_SPACE || empty > MAX_EMPTY {
                    return Err(Failure::HeaderListMalformed);
                }
                if !name.is_empty() && !self.allow(name) {
                    return Err(Failure::HeaderName(name));
                }
            }
        }
        Ok(())
    }

    pub(super) fn allow(&self, name: &[u8]) -> bool {
        match self {
            Self::Any { .. } => true,
            Self::Echoed => fetch::is_token(name),
            Self::Listed { names, set, .. } => is_listed(names, set, name),
        }
    }

    /// A disallowed name at the beginning of a list that is too long to be read, if there is one. It makes a better
    /// reason than the length.
    pub(super) fn first_disallowed<'a>(&self, request: RequestHead<'a>) -> Option<&'a [u8]> {
        let lines = request.headers.get_all(ACCESS_CONTROL_REQUEST_HEADERS).iter();
        lines
            .map(|line| beginning(line.as_bytes()))
            .flat_map(elements)
            .take(MOST_NAMES)
            .map(trim_optional_white_space)
            .find(|name| !name.is_empty() && name.len() <= LONGEST_NAME && !self.allow(name))
    }
}

/// The requested names, if they are one short line as browsers send it: lower-case names with a comma between two.
pub(super) fn as_browsers_send(request: RequestHead<'_>) -> Option<&[u8]> {
    let FieldLines::One(line) = request.field_lines(&ACCESS_CONTROL_REQUEST_HEADERS) else {
        return None;
    };
    let is_of_browser =
        |name: &[u8]| fetch::is_token(name) && !name.iter().any(u8::is_ascii_uppercase);
    let line = line.as_bytes();
    (line.len() <= MAX_BESIDE && elements(line).all(is_of_browser)).then_some(line)
}

/// Whether a list of lower-case names has the one that [`*` does not
/// cover](https://fetch.spec.whatwg.org/#cors-non-wildcard-request-header-name).
pub(super) fn has_authorization(names: &[u8]) -> bool {
    elements(names).any(|name| name == b"authorization")
}

fn elements(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|&byte| byte == b',')
}

/// The maximum length of a list that is sent back beside `*`, in bytes.
const MAX_BESIDE: usize = 256;

/// The maximum length of a list that is sent back instead of `*`, in bytes. Line ends count as commas.
const MAX_ECHO: usize = 4096;

/// Browsers send one line. Each line that is sent back takes memory in the response's header map.
const MAX_ECHO_LINES: usize = 32;

/// Proxies may put one space or tab on either side of an element, and may leave empty elements.
const MAX_WHITE_SPACE: usize = 2;
const MAX_EMPTY: usize = 16;

/// Bounds of the search for the reason of a refusal: names, and bytes of a name.
const MOST_NAMES: usize = 32;
const LONGEST_NAME: usize = 64;

/// A fast path: returns `true` if the list is as browsers send it, and all its names are allowed. It must be
/// one line, in the order of `names`. If not, [`AllowedHeaders::check_list`] decides.
fn is_sorted_choice(request: RequestHead<'_>, names: &[String]) -> bool {
    let FieldLines::One(line) = request.field_lines(&ACCESS_CONTROL_REQUEST_HEADERS) else {
        return false;
    };
    let mut rest = line.as_bytes();
    let mut skipped = 0;
    for name in names {
        match rest.strip_prefix(name.as_bytes()) {
            Some([]) => return true,
            Some([b',', further @ ..]) => rest = further,
            _ if skipped == MOST_SKIPPED => return false,
            _ => skipped += 1,
        }
    }
    false
}

/// Allowed names that are not in the list. With more, looking each element up beats comparing it with all names.
const MOST_SKIPPED: usize = 8;

/// Returns `true` if a name is listed in any spelling.
fn is_listed(names: &[String], set: &TextSet, name: &[u8]) -> bool {
    if name.len() <= SHORT {
        return is_in::<SHORT>(set, name);
    }
    if name.len() <= LONG {
        return is_in::<LONG>(set, name);
    }
    let lower = || name.iter().map(u8::to_ascii_lowercase);
    names.binary_search_by(|listed| listed.bytes().cmp(lower())).is_ok()
}

/// Looks up the lower case of a name of at most `N` bytes. A fixed length is converted many bytes at a time.
#[inline]
fn is_in<const N: usize>(set: &TextSet, name: &[u8]) -> bool {
    let mut lower = [0; N];
    let (start, _) = lower.split_at_mut(name.len());
    start.copy_from_slice(name);
    lower.make_ascii_lowercase();
    set.contains(&lower[..name.len()])
}

/// Lengths of names in bytes: most names are short, and few are longer than `LONG`.
const SHORT: usize = 32;
const LONG: usize = 64;

/// The elements that end within the first [`LONGEST_LINE`] bytes of a line.
fn beginning(line: &[u8]) -> &[u8] {
    let Some(beginning) = line.get(..LONGEST_LINE) else { return line };
    match beginning.iter().rposition(|&byte| byte == b',') {
        Some(comma) => &beginning[..comma],
        None => &[],
    }
}

/// In bytes.
const LONGEST_LINE: usize = 1024;

/// Strips [optional white space](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.3).
fn trim_optional_white_space(mut element: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = element {
        element = rest;
    }
    while let [rest @ .., b' ' | b'\t'] = element {
        element = rest;
    }
    element
}
