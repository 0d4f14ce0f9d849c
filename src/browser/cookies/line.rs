//! The cookie and the attributes of a `Set-Cookie` line.

use super::{date, refusal::CookieRefusalReason, same_site::SameSite};

/// A parsed `Set-Cookie` line. Of each attribute, the last one counts.
#[derive(Debug, Default)]
pub(super) struct Line {
    pub(super) name: Vec<u8>,
    pub(super) value: Vec<u8>,
    /// Seconds since 1970.
    pub(super) expires: Option<i64>,
    /// Seconds from now.
    pub(super) max_age: Option<i64>,
    /// In lower case and without a leading dot. `None` if the attribute is missing or empty.
    pub(super) domain: Option<String>,
    /// `None` if the attribute is missing or does not begin with a slash.
    pub(super) path: Option<Vec<u8>>,
    pub(super) is_secure: bool,
    pub(super) is_http_only: bool,
    pub(super) same_site: SameSite,
}

impl Line {
    /// <https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#name-the-set-cookie-header-fie>
    pub(super) fn parse(text: &[u8]) -> Result<Self, CookieRefusalReason> {
        let mut parts = text.split(|&byte| byte == b';');
        let pair = parts.next().unwrap_or_default();
        let (name, value) = halves(pair).unwrap_or((b"", pair.trim_ascii()));
        let mut line = Self { name: name.to_vec(), value: value.to_vec(), ..Self::default() };
        let has_control = text.iter().any(|&byte| byte.is_ascii_control() && byte != b'\t');
        // A server would read the value of a nameless cookie with an `=` as a name and a value.
        let is_ambiguous = name.is_empty() && (value.is_empty() || value.contains(&b'='));
        if has_control || is_ambiguous {
            return Err(CookieRefusalReason::Malformed);
        }
        if name.len() + value.len() > LONGEST_PAIR {
            return Err(CookieRefusalReason::TooLong);
        }
        for part in parts {
            let (name, value) = halves(part).unwrap_or((part.trim_ascii(), b""));
            if value.len() <= LONGEST_ATTRIBUTE {
                line.set(&name.to_ascii_lowercase(), value);
            }
        }
        Ok(line)
    }

    fn set(&mut self, attribute: &[u8], value: &[u8]) {
        match attribute {
            b"expires" => self.expires = date::parse(value).or(self.expires),
            b"max-age" => self.max_age = seconds(value).or(self.max_age),
            b"domain" => {
                let domain = value.strip_prefix(b".").unwrap_or(value).to_ascii_lowercase();
                let domain = String::from_utf8_lossy(&domain).into_owned();
                self.domain = (!value.is_empty()).then_some(domain);
            }
            b"path" => {
                self.path = Some(value.to_vec()).filter(|path| path.starts_with(b"/"));
            }
            b"secure" => self.is_secure = true,
            b"httponly" => self.is_http_only = true,
            b"samesite" => self.same_site = SameSite::parse(value),
            _ => {}
        }
    }
}

/// What stands before and after the first `=`, without the whitespace around it.
fn halves(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let equals = text.iter().position(|&byte| byte == b'=')?;
    Some((text[..equals].trim_ascii(), text[equals + 1..].trim_ascii()))
}

/// The value of `Max-Age`. Numbers that are too large for an `i64` become its limits.
fn seconds(value: &[u8]) -> Option<i64> {
    let digits = value.strip_prefix(b"-").unwrap_or(value);
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let limit = if digits.len() < value.len() { i64::MIN } else { i64::MAX };
    Some(std::str::from_utf8(value).ok()?.parse().unwrap_or(limit))
}

const LONGEST_PAIR: usize = 4096;
const LONGEST_ATTRIBUTE: usize = 1024;
