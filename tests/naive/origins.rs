//! Whether a pattern matches an origin, by the definition and with the texts alone.

/// `is_punycode` is asked about labels of the origin that begin with `xn--`.
pub(crate) fn matches(pattern: &str, origin: &[u8], is_punycode: impl Fn(&str) -> bool) -> bool {
    let Ok(origin) = std::str::from_utf8(origin) else { return false };
    let (Some(pattern), Some(origin)) = (split(pattern), split(origin)) else { return false };
    let host_matches = match pattern.host.strip_prefix('*') {
        None => origin.host == pattern.host,
        Some(suffix) => {
            is_short(origin.host)
                && origin.host.strip_suffix(suffix).is_some_and(|labels| {
                    labels.split('.').all(|label| {
                        is_label(label) && (!label.starts_with("xn--") || is_punycode(label))
                    })
                })
        }
    };
    let port_matches = match (pattern.port, origin.port.strip_prefix(':')) {
        (":*", None) => true,
        (":*", Some(digits)) => {
            digits.parse::<u16>().is_ok_and(|port| port > 0 && digits == port.to_string())
        }
        (port, _) => origin.port == port,
    };
    origin.scheme == pattern.scheme && host_matches && port_matches
}

/// The port begins with its colon.
struct Parts<'a> {
    scheme: &'a str,
    host: &'a str,
    port: &'a str,
}

fn split(text: &str) -> Option<Parts<'_>> {
    let (scheme, rest) = text.split_once("://")?;
    let colon = rest.rfind(':').filter(|&colon| !rest[colon..].contains(']'));
    let (host, port) = rest.split_at(colon.unwrap_or(rest.len()));
    Some(Parts { scheme, host, port })
}

fn is_short(host: &str) -> bool {
    host.strip_suffix('.').unwrap_or(host).len() <= 253
}

fn is_label(label: &str) -> bool {
    let is_permitted =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
    (1..=63).contains(&label.len()) && label.bytes().all(is_permitted)
}
