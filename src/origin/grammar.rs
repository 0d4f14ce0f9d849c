//! The grammar of origins, as [browsers serialise
//! them](https://html.spec.whatwg.org/#ascii-serialisation-of-an-origin). Configured patterns and the
//! `Origin` of requests follow the same rules.

use std::{
    fmt::{self, Write as _},
    net::{Ipv4Addr, Ipv6Addr},
};

use super::{fault::OriginFault, punycode};

/// A well-formed origin that borrows its text.
#[derive(Clone, Copy)]
pub(crate) struct OriginView<'a> {
    pub(super) scheme: Scheme,
    /// The bytes before the port.
    pub(super) without_port: &'a [u8],
    pub(super) host: &'a [u8],
    /// The port as written. `None` is the scheme's default port, which browsers leave out.
    pub(super) port: Option<u16>,
}

/// The kinds of schemes, which differ in their grammar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Scheme {
    Http,
    Https,
    /// An application's own, such as `tauri`. The host is opaque, and there is no port.
    Other,
}

impl<'a> OriginView<'a> {
    pub(crate) fn parse(origin: &'a [u8]) -> Result<Self, OriginFault> {
        let view = Self::split(origin)?;
        check_host(view.scheme, view.host)?;
        Ok(view)
    }

    /// Splits an origin without checking the host: see [`has_host_in_form`](Self::has_host_in_form).
    #[inline]
    pub(super) fn split(origin: &'a [u8]) -> Result<Self, OriginFault> {
        if origin.len() > MAX_ORIGIN {
            return Err(OriginFault::TooLong);
        }
        let (scheme, authority) = split_scheme(origin)?;
        let (host, port) = split_port(scheme, authority);
        let port = port.map(parse_port).transpose()?;
        let host_end = origin.len() - (authority.len() - host.len());
        Ok(Self { scheme, without_port: &origin[..host_end], host, port })
    }

    pub(super) fn has_host_in_form(&self) -> bool {
        check_host(self.scheme, self.host).is_ok()
    }

    /// Returns whether the pages of this origin cross a network unencrypted. With schemes other than http
    /// and https, they never cross one.
    pub(crate) fn is_insecure(&self) -> bool {
        self.scheme == Scheme::Http && !is_loopback(self.host)
    }

    /// Returns whether the pages of this origin come over the network, and not from an application or an
    /// extension.
    pub(crate) fn is_http(&self) -> bool {
        self.scheme != Scheme::Other
    }

    pub(super) fn has_domain_name(&self) -> bool {
        self.scheme != Scheme::Other && !self.host.starts_with(b"[") && !ends_in_number(self.host)
    }
}

/// The longest well-formed origin: a scheme, `://`, a host and `:65535`.
pub(super) const MAX_ORIGIN: usize = MAX_SCHEME + 3 + MAX_HOST + 6;
const MAX_SCHEME: usize = 64;
pub(super) const MAX_HOST: usize = 253;

/// Splits off the scheme and its `://`.
#[inline]
pub(super) fn split_scheme(origin: &[u8]) -> Result<(Scheme, &[u8]), OriginFault> {
    if let Some(authority) = origin.strip_prefix(b"https://") {
        return Ok((Scheme::Https, authority));
    }
    if let Some(authority) = origin.strip_prefix(b"http://") {
        return Ok((Scheme::Http, authority));
    }
    split_other_scheme(origin).map(|host| (Scheme::Other, host))
}

fn split_other_scheme(origin: &[u8]) -> Result<&[u8], OriginFault> {
    let end = origin.windows(3).position(|window| window == b"://").ok_or(OriginFault::NoScheme)?;
    if end > MAX_SCHEME {
        return Err(OriginFault::SchemeTooLong);
    }
    let (scheme, authority) = (&origin[..end], &origin[end + 3..]);
    if scheme.iter().any(u8::is_ascii_uppercase) {
        return Err(OriginFault::UpperCase);
    }
    let in_form = scheme.first().is_some_and(u8::is_ascii_lowercase)
        && scheme.iter().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"+.-".contains(byte)
        });
    if !in_form {
        return Err(OriginFault::SchemeForm);
    }
    match SCHEMES_WITHOUT_PAGES.iter().find(|name| name.as_bytes() == scheme) {
        Some(name) => Err(OriginFault::SchemeWithoutPages(name)),
        None => Ok(authority),
    }
}

/// Well-formed schemes that no page's origin has.
const SCHEMES_WITHOUT_PAGES: [&str; 8] =
    ["about", "blob", "data", "file", "ftp", "javascript", "ws", "wss"];

/// Splits off the port, without its colon. Only http and https have ports.
///
/// Searches from the end, as most origins have no port. A colon that is not before digits at the end stays
/// in the host, where [`check_host`] rejects it outside of brackets.
#[inline]
fn split_port(scheme: Scheme, authority: &[u8]) -> (&[u8], Option<&[u8]>) {
    let digits = authority.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let (rest, port) = authority.split_at(authority.len() - digits);
    match rest.strip_suffix(b":") {
        Some(host) if scheme != Scheme::Other => (host, Some(port)),
        _ => (authority, None),
    }
}

pub(super) fn parse_port(port: &[u8]) -> Result<u16, OriginFault> {
    if port.is_empty() || !port.iter().all(u8::is_ascii_digit) {
        return Err(OriginFault::PortForm);
    }
    if port == b"0" {
        return Err(OriginFault::PortZero);
    }
    if port[0] == b'0' {
        return Err(OriginFault::PortLeadingZero);
    }
    port.iter()
        .try_fold(0_u16, |number, digit| {
            number.checked_mul(10)?.checked_add(u16::from(digit - b'0'))
        })
        .ok_or(OriginFault::PortTooLarge)
}

pub(super) fn check_host(scheme: Scheme, host: &[u8]) -> Result<(), OriginFault> {
    match (scheme, host.first()) {
        (_, None) => Err(OriginFault::EmptyHost),
        (Scheme::Other, _) => check_opaque_host(host),
        (_, Some(b'[')) => check_ipv6(host),
        _ if ends_in_number(host) => check_ipv4(host),
        _ => check_domain(host),
    }
}

fn check_opaque_host(host: &[u8]) -> Result<(), OriginFault> {
    if host.len() > MAX_HOST {
        return Err(OriginFault::HostTooLong);
    }
    match host.iter().find(|byte| !(byte.is_ascii_alphanumeric() || b"-._~".contains(byte))) {
        Some(byte) if !byte.is_ascii() => Err(OriginFault::NonAscii),
        Some(byte) => Err(OriginFault::OpaqueHostByte(*byte)),
        None => Ok(()),
    }
}

/// `host` begins with a bracket.
fn check_ipv6(host: &[u8]) -> Result<(), OriginFault> {
    let address = host[1..].strip_suffix(b"]").ok_or(OriginFault::Ipv6Form)?;
    if address.contains(&b'%') {
        return Err(OriginFault::Ipv6Zone);
    }
    let address = std::str::from_utf8(address).map_err(|_| OriginFault::Ipv6Form)?;
    if address.parse::<Ipv4Addr>().is_ok() {
        return Err(OriginFault::BracketedIpv4);
    }
    let parsed: Ipv6Addr = address.parse().map_err(|_| OriginFault::Ipv6Form)?;
    if parsed.to_ipv4_mapped().is_some() {
        return Err(OriginFault::MappedIpv4);
    }
    let mut unread = Unread(address);
    match write!(unread, "{parsed}") {
        Ok(()) if unread.0.is_empty() => Ok(()),
        _ => Err(OriginFault::Ipv6NotCompressed),
    }
}

/// Compares a text with what is written to it, so that no request allocates.
struct Unread<'a>(&'a str);

impl fmt::Write for Unread<'_> {
    fn write_str(&mut self, written: &str) -> fmt::Result {
        self.0 = self.0.strip_prefix(written).ok_or(fmt::Error)?;
        Ok(())
    }
}

/// `std` parses four decimal numbers without leading zeros, and nothing else. That is the form that
/// browsers send.
fn check_ipv4(host: &[u8]) -> Result<(), OriginFault> {
    std::str::from_utf8(host)
        .ok()
        .and_then(|host| host.parse::<Ipv4Addr>().ok())
        .map_or(Err(OriginFault::Ipv4Form), |_| Ok(()))
}

fn check_domain(host: &[u8]) -> Result<(), OriginFault> {
    let name = host.strip_suffix(b".").unwrap_or(host);
    if name.len() > MAX_HOST {
        return Err(OriginFault::HostTooLong);
    }
    let mut labels = name.split(|&byte| byte == b'.');
    if !has_labels_in_form(name) {
        return labels.try_for_each(check_label);
    }
    if has_repeated(name, b'-') && labels.any(is_wrong_punycode) {
        return Err(OriginFault::Punycode);
    }
    Ok(())
}

/// Returns whether each label has 1 to 63 bytes, all of them permitted.
#[expect(
    clippy::needless_bitwise_bool,
    reason = "without branches, many bytes are looked at at once"
)]
fn has_labels_in_form(name: &[u8]) -> bool {
    !name.is_empty()
        && name.iter().fold(true, |in_form, &byte| in_form & (is_label_byte(byte) | (byte == b'.')))
        && !has_repeated(name, b'.')
        && !name.starts_with(b".")
        && !name.ends_with(b".")
        && !has_long_label(name)
}

#[expect(
    clippy::needless_bitwise_bool,
    reason = "without branches, many bytes are looked at at once"
)]
fn has_repeated(name: &[u8], byte: u8) -> bool {
    let pairs = name.iter().zip(name.iter().skip(1));
    pairs.fold(false, |found, (&one, &next)| found | ((one == byte) & (next == byte)))
}

/// Looks for a dot in the next 64 bytes, and continues after the last one there.
fn has_long_label(mut name: &[u8]) -> bool {
    while let Some(stretch) = name.get(..=MAX_LABEL) {
        match stretch.iter().rposition(|&byte| byte == b'.') {
            Some(dot) => name = &name[dot + 1..],
            None => return true,
        }
    }
    false
}

/// In bytes.
const MAX_LABEL: usize = 63;

fn is_wrong_punycode(label: &[u8]) -> bool {
    label.strip_prefix(b"xn--").is_some_and(|encoded| !punycode::is_canonical(encoded))
}

fn check_label(label: &[u8]) -> Result<(), OriginFault> {
    if label.is_empty() {
        return Err(OriginFault::EmptyLabel);
    }
    if let Some(&byte) = label.iter().find(|&&byte| !is_label_byte(byte)) {
        return Err(match byte {
            b'A'..=b'Z' => OriginFault::UpperCase,
            b'*' => OriginFault::WildcardPlace,
            0x80.. => OriginFault::NonAscii,
            b':' => OriginFault::PortForm,
            _ => OriginFault::HostByte(byte),
        });
    }
    if label.len() > MAX_LABEL {
        return Err(OriginFault::LabelTooLong);
    }
    if is_wrong_punycode(label) {
        return Err(OriginFault::Punycode);
    }
    Ok(())
}

/// The [writing rules of the URL standard](https://url.spec.whatwg.org/#valid-host-string) forbid
/// underscores. Its parser accepts them, and such hosts are in use.
fn is_label_byte(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_')
}

/// The URL standard's [ends-in-a-number checker](https://url.spec.whatwg.org/#ends-in-a-number-checker):
/// browsers read such a host as an IPv4 address.
pub(super) fn ends_in_number(host: &[u8]) -> bool {
    let name = host.strip_suffix(b".").unwrap_or(host);
    let last = name.rsplit(|&byte| byte == b'.').next().unwrap_or(name);
    let is_decimal = !last.is_empty() && last.iter().all(u8::is_ascii_digit);
    let hexadecimal = last.strip_prefix(b"0x").or(last.strip_prefix(b"0X"));
    is_decimal || hexadecimal.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
}

/// Loopback addresses and [the names that resolve to them alone](https://www.w3.org/TR/secure-contexts/#is-origin-trustworthy).
pub(super) fn is_loopback(host: &[u8]) -> bool {
    let name = host.strip_suffix(b".").unwrap_or(host);
    let address = std::str::from_utf8(host).unwrap_or_default();
    name == b"localhost"
        || name.ends_with(b".localhost")
        || host == b"[::1]"
        || address.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}
