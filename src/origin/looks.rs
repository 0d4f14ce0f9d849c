//! What a text that is no origin pattern looks like. The grammar would only report a byte of it.

use std::net::IpAddr;

use super::fault::OriginFault;
use crate::meant;

/// Finds what a text was meant to be, if it is no pattern. No text that parses looks like anything else.
pub(super) fn like(text: &str) -> Option<OriginFault> {
    if text.is_empty() {
        return Some(OriginFault::Empty);
    }
    if meant::is_word_for_any(text) {
        return Some(OriginFault::WordForAny);
    }
    if let Some(scheme) = scheme_without_slashes(text) {
        return Some(OriginFault::SchemeWithoutPages(scheme));
    }
    if has_placeholder(text) {
        return Some(OriginFault::Placeholder);
    }
    if meant::is_json(text) {
        return Some(OriginFault::Json);
    }
    if is_regular_expression(text) {
        return Some(OriginFault::RegularExpression);
    }
    if is_address_range(text) {
        return Some(OriginFault::AddressRange);
    }
    let is_spaced_list = text.split_whitespace().filter(|entry| entry.contains("://")).count() > 1;
    if meant::entries(text).is_some() || is_spaced_list {
        return Some(OriginFault::List);
    }
    if let Some(fault) = wildcard_in_scheme(text) {
        return Some(fault);
    }
    if text.chars().any(|char| char.is_whitespace() || char.is_control()) {
        return Some(OriginFault::WhiteSpace);
    }
    if text.contains(meant::QUOTES) {
        return Some(OriginFault::Quotes);
    }
    if bare_ipv6(text).is_some() {
        return Some(OriginFault::Ipv6WithoutBrackets);
    }
    like_url(text).or_else(|| has_wildcard_in_label(text).then_some(OriginFault::WildcardInLabel))
}

/// The scheme, if there is one, and the address with its port, if both are without brackets.
pub(super) fn bare_ipv6(text: &str) -> Option<(Option<&str>, &str)> {
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) => (Some(scheme), rest),
        None => (None, text),
    };
    let address = rest.strip_suffix('/').unwrap_or(rest);
    let is_part = |byte: u8| byte.is_ascii_hexdigit() || b":.".contains(&byte);
    let in_form = address.matches(':').count() > 1
        && address.bytes().all(is_part)
        && address.bytes().any(|byte| byte.is_ascii_hexdigit());
    in_form.then_some((scheme, address))
}

/// The length of the placeholder with which the text begins, such as `{branch}` or `$BRANCH`.
pub(super) fn placeholder(text: &str) -> Option<usize> {
    if let Some(name) = text.strip_prefix('$').filter(|name| name.starts_with(is_variable_letter)) {
        let end = name.find(|char| !is_variable_letter(char) && !char.is_ascii_digit());
        return Some(1 + end.unwrap_or(name.len()));
    }
    PLACEHOLDERS.iter().find_map(|(open, close)| {
        let name = text.strip_prefix(open)?;
        let is_of_name = |char: char| char.is_ascii_alphanumeric() || " -._".contains(char);
        let end = name.find(|char| !is_of_name(char)).unwrap_or(name.len());
        let begins = name.trim_start().starts_with(|char: char| char.is_ascii_alphabetic());
        let is_whole = begins && name[end..].starts_with(close);
        is_whole.then_some(open.len() + end + close.len())
    })
}

fn is_variable_letter(char: char) -> bool {
    char.is_ascii_uppercase() || char == '_'
}

/// Longer ones first.
const PLACEHOLDERS: [(&str, &str); 5] =
    [("${{", "}}"), ("${", "}"), ("{{", "}}"), ("{", "}"), ("<", ">")];

fn has_placeholder(text: &str) -> bool {
    text.starts_with('$')
        || ["${", "{{", "<"].iter().any(|open| text.contains(open))
        || text.match_indices(['{', '$']).any(|(start, _)| placeholder(&text[start..]).is_some())
}

/// Finds what is wrong with a text such as `*://example.com`.
fn wildcard_in_scheme(text: &str) -> Option<OriginFault> {
    let (scheme, rest) = text.split_once("://")?;
    let has_host = rest.split([':', '/']).next() != Some("*");
    let fault = if has_host { OriginFault::WildcardScheme } else { OriginFault::WildcardHost };
    scheme.contains('*').then_some(fault)
}

fn like_url(text: &str) -> Option<OriginFault> {
    let (scheme, rest) = text.split_once("://")?;
    if scheme.eq_ignore_ascii_case("file") {
        return None;
    }
    let is_url = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    match rest.find(['/', '?', '#', '\\']) {
        Some(end) if rest[..end].contains('@') => Some(OriginFault::UserInfo),
        Some(end) if rest[end..].starts_with('?') => Some(OriginFault::Query),
        Some(end) if rest[end..].starts_with('#') => Some(OriginFault::Fragment),
        Some(_) => Some(OriginFault::Path),
        None if is_url && rest.contains('@') => Some(OriginFault::UserInfo),
        None if is_url && rest.split(':').next() == Some("*") => Some(OriginFault::WildcardHost),
        None => None,
    }
}

/// Returns whether it could be a [`LabelPattern`](super::LabelPattern). In `https://*example.com`, the `*` may stand for
/// subdomains.
fn has_wildcard_in_label(text: &str) -> bool {
    let host =
        text.split_once("://").map_or("", |(_, rest)| rest.split(':').next().unwrap_or(rest));
    let (label, domain) = host.split_once('.').unwrap_or_default();
    text.matches('*').count() == 1
        && label.contains('*')
        && label.bytes().any(|byte| byte.is_ascii_alphanumeric())
        && domain.contains('.')
}

/// The scheme of a URL that has no host, such as `about:blank`. In `data:3000`, the colon begins a port.
fn scheme_without_slashes(text: &str) -> Option<&'static str> {
    let (scheme, rest) = text.trim().split_once(':')?;
    let is_port = !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit());
    let mut schemes = ["about", "blob", "data", "javascript"].into_iter();
    schemes.find(|known| known.eq_ignore_ascii_case(scheme)).filter(|_| !is_port)
}

pub(super) fn is_regular_expression(text: &str) -> bool {
    let authority = text.split_once("://").map_or(text, |(_, rest)| rest);
    let has_escape = text.split('\\').skip(1).any(|rest| rest.starts_with(ESCAPED));
    has_escape
        || text.starts_with(['^', '('])
        || text.starts_with("/^")
        || text.ends_with('$')
        || authority.starts_with(".*")
        // A host has no label that ends in a hyphen.
        || ["(", ")", ".+", "-.*", "[^", "[a-", "[A-", "[0-", "?://"]
            .iter()
            .any(|part| text.contains(part))
}

/// What a backslash stands before in a regular expression. Before other letters, it may be a slash.
const ESCAPED: [char; 12] = ['.', '/', '-', ':', '|', '?', '*', '+', '$', 'd', 'w', 's'];

/// Returns whether it is one such as `192.168.1.0/24` or `192.168.*.*`.
fn is_address_range(text: &str) -> bool {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    if let Some((address, bits)) = rest.rsplit_once('/') {
        let address = address.trim_start_matches('[').trim_end_matches(']');
        if matches!(bits.parse::<u8>(), Ok(0..=128)) && address.parse::<IpAddr>().is_ok() {
            return true;
        }
    }
    let host = rest.split([':', '/']).next().unwrap_or(rest);
    let is_part = |label: &str| {
        label == "*" || !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_digit())
    };
    host.starts_with(|char: char| char.is_ascii_digit())
        && host.contains('*')
        && (2..=4).contains(&host.split('.').count())
        && host.split('.').all(is_part)
}
