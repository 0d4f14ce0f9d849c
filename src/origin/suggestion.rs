//! What to write instead of a text that is no origin pattern.
//!
//! A suggestion never names a host that was not written. Where a text may go on with its host after the
//! part that looks like one, there is none.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::{fault::OriginFault, grammar, looks};
use crate::meant;

/// The pattern that was probably meant. The caller checks it like any other pattern.
pub(super) fn suggest(text: &str, fault: OriginFault) -> Option<String> {
    match fault {
        OriginFault::WordForAny => Some(String::from("*")),
        OriginFault::List => match meant::entries(text)?[..] {
            [entry] => correct(entry),
            _ => None,
        },
        OriginFault::RegularExpression => translate(text),
        OriginFault::Ipv6WithoutBrackets => bracket(text),
        OriginFault::Json
        | OriginFault::AddressRange
        | OriginFault::Placeholder
        | OriginFault::WildcardScheme => None,
        _ => correct(text),
    }
}

pub(super) fn correct(text: &str) -> Option<String> {
    correct_around(text, correct_host)
}

/// Corrects what stands around the host, which `correct_host` gets in lower case.
pub(super) fn correct_around(
    text: &str,
    correct_host: impl Fn(&str) -> Option<String>,
) -> Option<String> {
    let text = text.trim_matches(|char: char| {
        char.is_whitespace() || char.is_control() || meant::QUOTES.contains(&char)
    });
    if text == "*" {
        return Some(text.to_owned());
    }
    let text = strip_prefix_of_any_case(text, "blob:").unwrap_or(text);
    let (scheme, rest) = split_scheme(text);
    let rest = rest.trim_start_matches(['/', '\\']);
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len()));
    let host = authority.rsplit('@').next()?;
    let (host, port) = match host.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => match port.trim_start_matches('0') {
            // Leaving out a port of zeros would change the meaning.
            "" if !port.is_empty() => return None,
            number => (host, number),
        },
        _ => (host, ""),
    };
    if !ends_before(host, path) {
        return None;
    }
    let scheme = match scheme.as_deref() {
        None if port == "80" || grammar::is_loopback(host.as_bytes()) => "http",
        // A single word or an e-mail address is hardly a host.
        None if !host.contains('.') || authority.contains('@') => return None,
        None | Some("wss") => "https",
        Some("ws") => "http",
        Some(scheme) => match misspelled(scheme).unwrap_or(scheme) {
            scheme @ ("http" | "https") => scheme,
            other => return Some(format!("{other}://{authority}")),
        },
    };
    let host = correct_host(&host.to_ascii_lowercase())?;
    Some(match (scheme, port) {
        (_, "") | ("http", "80") | ("https", "443") => format!("{scheme}://{host}"),
        _ => format!("{scheme}://{host}:{port}"),
    })
}

/// The known scheme that is one slip away.
pub(super) fn misspelled(scheme: &str) -> Option<&'static str> {
    if KNOWN_SCHEMES.contains(&scheme) {
        return None;
    }
    KNOWN_SCHEMES.into_iter().find(|known| meant::is_one_slip(scheme, known))
}

/// Those whose neighbours are not in use. Applications choose their schemes freely, so short ones are not
/// among them.
const KNOWN_SCHEMES: [&str; 7] = [
    "https",
    "http",
    "capacitor",
    "chrome-extension",
    "moz-extension",
    "safari-web-extension",
    "vscode-webview",
];

/// Splits off the scheme, even if its `://` is incomplete. The colon in `localhost:3000` begins a port.
fn split_scheme(text: &str) -> (Option<String>, &str) {
    for scheme in ["https", "http"] {
        let separated = |rest: &&str| rest.starts_with(':') || rest.starts_with("//");
        if let Some(rest) = strip_prefix_of_any_case(text, scheme).filter(separated) {
            return (Some(scheme.to_owned()), rest.trim_start_matches(':'));
        }
    }
    match text.split_once("://") {
        Some((scheme, rest)) if !scheme.is_empty() => (Some(scheme.to_ascii_lowercase()), rest),
        _ => (None, text.trim_start_matches(':')),
    }
}

fn strip_prefix_of_any_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// Returns whether the host certainly ends before the path, and `path` is not a part of it.
fn ends_before(host: &str, path: &str) -> bool {
    let is_whole = host.contains(['.', ']']) || grammar::is_loopback(host.as_bytes());
    match path.split_at_checked(1) {
        None => true,
        Some(("/" | "#", rest)) => is_whole || !rest.contains('.'),
        // `?` may make a letter optional, as in regular expressions.
        Some(("?", rest)) => rest.contains('='),
        Some(_) => false,
    }
}

fn correct_host(host: &str) -> Option<String> {
    if let Some(address) = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        return Some(match address.parse::<Ipv6Addr>() {
            Ok(address) => match address.to_ipv4_mapped() {
                Some(address) => address.to_string(),
                None => format!("[{address}]"),
            },
            Err(_) => address.parse::<Ipv4Addr>().ok()?.to_string(),
        });
    }
    let parent = host.trim_start_matches(['*', '.']);
    match host.strip_suffix(parent)? {
        "" => Some(host.to_owned()),
        // In `*a.example.com`, the `*` may stand for a part of the label, which no pattern can express.
        "*" if parent.matches('.').count() > 1 || parent.starts_with('-') => None,
        "*" | "." | "*." | "**." => Some(format!("*.{parent}")),
        _ => None,
    }
}

/// The address in brackets, if it is clear where it ends.
fn bracket(text: &str) -> Option<String> {
    let (scheme, whole) = looks::bare_ipv6(text)?;
    let is_address = |text: &str| text.parse::<Ipv6Addr>().is_ok();
    // In `::3000`, what looks like a group may be the port of `::`.
    let may_end = |address: &str| is_address(address) || address == ":" && whole != "::1";
    let (host, port) = match whole.rsplit_once(':').filter(|(address, _)| may_end(address)) {
        Some((address, port)) if address == "::1" || !is_address(whole) => (address, port),
        Some(_) => return None,
        None => (whole, ""),
    };
    let scheme = scheme.map(|scheme| format!("{scheme}://")).unwrap_or_default();
    let port = if port.is_empty() { String::new() } else { format!(":{port}") };
    correct(&format!("{scheme}[{host}]{port}"))
}

/// The pattern that says the same as a regular expression.
fn translate(expression: &str) -> Option<String> {
    let text = without_anchors(expression);
    let (scheme, authority) = text.split_once("://")?;
    if !matches!(scheme, "http" | "https") {
        return None;
    }
    let any_port = [r"(:\d+)?", r"(?::\d+)?", "(:[0-9]+)?"];
    let (host, port) = match any_port.iter().find_map(|port| authority.strip_suffix(port)) {
        Some(host) => (host, ":*"),
        None => (authority, ""),
    };
    let subdomains = [r".*\.", r".+\.", ".*."];
    let (wildcard, host) = match subdomains.iter().find_map(|any| host.strip_prefix(any)) {
        Some(parent) => ("*.", parent),
        None => ("", host),
    };
    let host = host.replace(r"\.", ".").replace(r"\-", "-").replace(r"\:", ":");
    Some(format!("{scheme}://{wildcard}{host}{port}"))
}

/// The regular expression without what marks its start and its end. Slashes are not escaped.
pub(super) fn without_anchors(expression: &str) -> String {
    let text = expression.replace(r"\/", "/");
    text.trim_matches('/').trim_start_matches('^').trim_end_matches('$').to_owned()
}
