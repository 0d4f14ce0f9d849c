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
}

impl fmt::Display for InvalidName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { option, text } = self;
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
        match (fault, alone(text)) {
            (Some(NameFault::Empty), _) => f.write_str("; remove it"),
            (Some(NameFault::WordForAny), _) if has_any => f.write_str("; write \"*\""),
            (Some(NameFault::Wildcard), _) if has_any => {
                write!(f, "; write each {name} by itself, or \"*\" alone for any")
            }
            (_, Some(name)) => write!(f, "; write {name:?}"),
            _ => write!(
                f,
                "; write each {name} as an entry of its own, such as \"{example}\" (in an environment \
                 variable, with commas between them)"
            ),
        }
    }
}

/// The only name in the text, without what surrounds it.
fn alone(text: &str) -> Option<&str> {
    let around =
        |char: char| char.is_whitespace() || char.is_control() || ",;|\"'`:".contains(char);
    let name = text.trim_matches(around);
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    (name.len() < text.len() && name.bytes().all(is_letter) && !name.is_empty()).then_some(name)
}
