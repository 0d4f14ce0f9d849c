use std::net::IpAddr;

use http::HeaderValue;
use tower_cors::{LabelPattern, Origin, OriginPattern, OriginSet};

use crate::{input, naive};

/// Texts as patterns: what parses prints itself, a set matches what its patterns match by their definition, and a
/// suggestion names no host that was not written.
///
/// The lines before the first empty line of an input are patterns. Those after it are origins.
///
/// # Panics
///
/// Panics if the crate does anything else.
pub fn patterns(input: &[u8]) {
    let blocks = input::blocks(input);
    let Some((texts, origins)) = blocks.split_first() else { return };
    let texts = texts.iter().filter_map(|line| std::str::from_utf8(line).ok());
    let (mut patterns, mut labels) = (Vec::new(), Vec::new());
    for text in texts {
        patterns.extend(pattern(text));
        labels.extend(label_pattern(text));
    }
    let set: OriginSet = patterns.iter().cloned().collect();
    assert_eq!(set.is_empty(), patterns.is_empty());
    for origin in origins.iter().flatten().filter_map(|line| HeaderValue::from_bytes(line).ok()) {
        let matches = |pattern: &OriginPattern| {
            naive::origins::matches(pattern.as_str(), origin.as_bytes(), naive::is_punycode)
        };
        assert_eq!(set.contains(&origin), patterns.iter().any(matches), "{origin:?} {patterns:?}");
        let Ok(origin) = Origin::try_from(origin) else { continue };
        for label in &labels {
            let expected = naive::labels::matches(label.as_str(), origin.as_str());
            assert_eq!(label.matches(&origin), expected, "{origin} {label}");
        }
    }
}

fn pattern(text: &str) -> Option<OriginPattern> {
    match text.parse::<OriginPattern>() {
        Ok(pattern) => {
            assert_eq!(pattern.to_string(), text);
            assert_eq!(pattern.to_string().parse(), Ok(pattern.clone()));
            let set = OriginSet::from_iter([pattern.clone()]);
            let origin = text.replacen("*.", "a.", 1).replace(":*", "");
            assert!(set.contains(&HeaderValue::try_from(origin).unwrap()), "{text}");
            Some(pattern)
        }
        Err(mistake) => {
            assert_eq!(mistake.text(), text);
            assert_is_one_line(&mistake.to_string());
            if let Some(suggestion) = mistake.suggestion() {
                check_suggestion(suggestion, text);
            }
            None
        }
    }
}

fn label_pattern(text: &str) -> Option<LabelPattern> {
    match text.parse::<LabelPattern>() {
        Ok(pattern) => {
            assert_eq!(pattern.to_string(), text);
            assert_eq!(pattern.to_string().parse(), Ok(pattern.clone()));
            assert!(text.parse::<OriginPattern>().is_err(), "{text}");
            let origin = HeaderValue::try_from(text.replace('*', "a")).unwrap();
            assert!(pattern.matches(&Origin::try_from(origin).unwrap()), "{text}");
            Some(pattern)
        }
        Err(mistake) => {
            assert_eq!(mistake.text(), text);
            assert_is_one_line(&mistake.to_string());
            None
        }
    }
}

fn assert_is_one_line(message: &str) {
    assert!(!message.chars().any(char::is_control), "{message:?}");
}

fn check_suggestion(suggestion: &str, text: &str) {
    // For words such as `any`.
    if suggestion == "*" {
        return;
    }
    assert!(suggestion.parse::<OriginPattern>().is_ok(), "{suggestion:?} for {text:?}");
    let (_, authority) = suggestion.split_once("://").unwrap();
    let port = authority.rfind(':').filter(|&colon| !authority[colon..].contains(']'));
    let host = &authority[..port.unwrap_or(authority.len())];
    let written = text.to_ascii_lowercase();
    // Regular expressions have backslashes before dots.
    let unescaped = written.replace('\\', "");
    let host = host.to_ascii_lowercase();
    let is_written =
        is_whole(&host, &written) || is_whole(&host, &unescaped) || is_address(&host, &written);
    assert!(is_written, "{suggestion:?} for {text:?}");
}

/// Whether the text has the host, and nothing around it that may belong to the host.
fn is_whole(host: &str, text: &str) -> bool {
    let (name, has_subdomains) = match host.strip_prefix("*.") {
        Some(name) => (name, true),
        None => (host, false),
    };
    let belongs = |char: char| {
        let is_part = char.is_alphanumeric() || "-_%".contains(char) || !char.is_ascii();
        is_part && !char.is_whitespace() && !char.is_control()
    };
    text.match_indices(name).any(|(start, _)| {
        let before = text[..start].chars().next_back();
        let after = text[start + name.len()..].chars().next();
        !before.is_some_and(|char| belongs(char) || char == '.' && !has_subdomains)
            && !after.is_some_and(|char| belongs(char) || char == '.')
    })
}

/// Whether the host is an IP address that the text has in another form.
fn is_address(host: &str, text: &str) -> bool {
    let Ok(address) = host.trim_matches(['[', ']']).parse::<IpAddr>() else { return false };
    let is_part = |char: char| char.is_ascii_hexdigit() || ":.".contains(char);
    text.split(|char| !is_part(char)).any(|stretch| {
        let without_port = stretch.rsplit_once(':').map_or(stretch, |(address, _)| address);
        [stretch, without_port]
            .iter()
            .any(|form| form.parse().is_ok_and(|found: IpAddr| found.to_canonical() == address))
    })
}
