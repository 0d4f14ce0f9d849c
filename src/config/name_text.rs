//! What is said of a text that is no method or header name.

use std::fmt;

use super::option::ConfigOption;
use crate::meant;

/// What a text was meant to be, if it can be no name, though its bytes may be those of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NameFault {
    Empty,
    Json,
    WordForAny,
    List,
    Quotes,
    WhiteSpace,
    Wildcard,
}

impl NameFault {
    pub(crate) fn find(text: &str) -> Option<Self> {
        let is_found = [
            (Self::Empty, text.trim().is_empty()),
            (Self::Json, meant::is_json(text)),
            (Self::WordForAny, meant::is_word_for_any(text)),
            (Self::List, meant::entries(text).is_some()),
            (Self::Quotes, text.contains(meant::QUOTES)),
            (Self::WhiteSpace, text.chars().any(|char| char.is_whitespace() || char.is_control())),
            (Self::Wildcard, text.contains('*')),
        ];
        is_found.into_iter().find(|(_, is_found)| *is_found).map(|(fault, _)| fault)
    }
}

/// A text in a list of methods or header names, and what is wrong with it.
pub(super) struct InvalidName<'a> {
    pub(super) option: ConfigOption,
    pub(super) text: &'a str,
    pub(super) suggestion: &'a Option<String>,
}

impl fmt::Display for InvalidName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { option, text, suggestion } = self;
        let (name, example) = match option {
            ConfigOption::AllowMethods => ("method", "PUT"),
            _ => ("header name", "content-type"),
        };
        // In `Vary`, `*` is another word.
        let has_any = *option != ConfigOption::VaryOn;
        let fault = NameFault::find(text);
        write!(f, "{text:?} ")?;
        match fault {
            Some(NameFault::Empty) => f.write_str(
                "is an empty entry, perhaps after a trailing comma or from an empty variable",
            ),
            Some(NameFault::Json) => write!(f, "looks like JSON, and is read as one {name}"),
            Some(NameFault::WordForAny) => write!(f, "is read as one {name}, not as any"),
            Some(NameFault::List) => write!(f, "looks like a list, and is read as one {name}"),
            Some(NameFault::Quotes) => write!(f, "has a quotation mark, which no {name} has"),
            Some(NameFault::WhiteSpace) => {
                write!(f, "has white space or a control character, which no {name} has")
            }
            Some(NameFault::Wildcard) if *text == "*" => {
                f.write_str("would say in `Vary` that no cache can use any response")
            }
            Some(NameFault::Wildcard) => {
                write!(f, "has a `*`, which has no special meaning within a {name}")
            }
            None => {
                write!(f, "is no {name}, which is one or more of A-Z, a-z, 0-9 and !#$%&'*+-.^_`|~")
            }
        }?;
        match (fault, suggestion) {
            (_, Some(suggestion)) => return write!(f, "; write {suggestion:?}"),
            (Some(NameFault::Empty), _) => return f.write_str("; remove it"),
            (Some(NameFault::Wildcard), _) if has_any => {
                return write!(f, "; write each {name} by itself, or \"*\" alone for any");
            }
            (Some(NameFault::List), _) if has_wildcard_beside_others(*option, text) => {
                let any = if has_any { "\"*\" alone for any, or " } else { "" };
                write!(f, "; write {any}each {name} but the `*`")
            }
            _ => write!(f, "; write each {name}"),
        }?;
        write!(
            f,
            " as an entry of its own, such as \"{example}\" (in an environment variable, with commas between them)"
        )
    }
}

/// Returns whether the list has a `*`, with which its other entries would have no effect.
fn has_wildcard_beside_others(option: ConfigOption, list: &str) -> bool {
    let entries = meant::entries(list).unwrap_or_default();
    let has_effect = |entry: &&str| {
        *entry == "*"
            || option == ConfigOption::AllowHeaders && entry.eq_ignore_ascii_case("authorization")
    };
    entries.contains(&"*") && !entries.iter().all(has_effect)
}

/// The only name or `*` in the text, without what surrounds it.
pub(crate) fn name_within(text: &str) -> Option<&str> {
    let around =
        |char: char| char.is_whitespace() || char.is_control() || ",;|\"'`:".contains(char);
    let name = text.trim_matches(around);
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let is_name = name == "*" || !name.is_empty() && name.bytes().all(is_letter);
    (is_name && name.len() < text.len()).then_some(name)
}
