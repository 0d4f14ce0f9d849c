//! [`Vary`](https://www.rfc-editor.org/rfc/rfc9110#section-12.5.5): the request headers that a cache has to compare.

use http::{
    HeaderMap, HeaderValue,
    header::{HeaderName, ORIGIN, VARY},
};

use super::lasting;

/// The request headers that a response varies by, and the value of its `Vary`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Vary {
    names: Box<[HeaderName]>,
    value: Option<HeaderValue>,
    is_origin_alone: bool,
}

impl Vary {
    pub(crate) fn new(names: impl IntoIterator<Item = HeaderName>) -> Self {
        let mut unique: Vec<HeaderName> = Vec::new();
        for name in names {
            if !unique.contains(&name) {
                unique.push(name);
            }
        }
        let value = lasting::joined(&unique, ", ");
        Self { is_origin_alone: unique == [ORIGIN], names: unique.into(), value }
    }

    pub(crate) fn names(&self) -> &[HeaderName] {
        &self.names
    }

    /// `None` if nothing varies.
    pub(crate) fn value(&self) -> Option<&HeaderValue> {
        self.value.as_ref()
    }

    #[inline]
    pub(super) fn is_origin_alone(&self) -> bool {
        self.is_origin_alone
    }

    /// Adds the names that no `Vary` line of the response lists yet. `is_new` is `true` if there is no such line. Returns
    /// `false` if the map has no room.
    #[inline]
    pub(crate) fn write(&self, headers: &mut HeaderMap, is_new: bool) -> bool {
        match self.value.clone() {
            None => true,
            Some(value) if is_new => headers.try_insert(&VARY, value).is_ok(),
            Some(value) => add_missing(headers, &self.names, value),
        }
    }
}

/// Adds the names that no `Vary` line lists yet. A `*` covers them all. `value` is the joined names. Returns `false` if
/// the map has no room.
#[cold]
pub(super) fn add_missing(
    headers: &mut HeaderMap,
    names: &[HeaderName],
    value: HeaderValue,
) -> bool {
    let mut has_some = false;
    for member in members(headers) {
        if member == b"*" {
            return true;
        }
        has_some |= names.iter().any(|name| is(member, name));
    }
    if !has_some {
        return headers.try_append(VARY, value).is_ok();
    }
    names.iter().all(|name| {
        members(headers).any(|member| is(member, name))
            || headers.try_append(VARY, HeaderValue::from(name.clone())).is_ok()
    })
}

fn members(headers: &HeaderMap) -> impl Iterator<Item = &[u8]> {
    let lines = headers.get_all(VARY).iter();
    lines.flat_map(|line| line.as_bytes().split(|&byte| byte == b',').map(<[u8]>::trim_ascii))
}

fn is(member: &[u8], name: &HeaderName) -> bool {
    member.eq_ignore_ascii_case(name.as_str().as_bytes())
}
