//! The error for a name in a file that no field has.

use std::{fmt, iter};

use super::{data::CorsConfig, option::ConfigOption};

/// The options that are fields, in their order.
pub(super) fn fields() -> impl Iterator<Item = ConfigOption> {
    let is_field = |option: &ConfigOption| CorsConfig::default().field(*option).is_some();
    ConfigOption::ALL.iter().copied().filter(is_field)
}

/// The error for an unknown field, worded like serde's own.
pub(super) struct UnknownField<'a>(pub(super) &'a str);

impl fmt::Display for UnknownField<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown field `{}`", self.0)?;
        let name = in_snake_case(self.0);
        let name = name.strip_prefix("cors_").unwrap_or(&name);
        let Some((method, option)) = nearest(name) else {
            if name == "cors" {
                return write!(
                    f,
                    ", and what stands in such a table is a CorsConfig itself; read a struct of your own that has the \
                     field `{}: CorsConfig`",
                    self.0
                );
            }
            let names: Vec<String> = fields().map(|option| format!("`{option}`")).collect();
            return write!(f, ", expected one of {}", names.join(", "));
        };
        match option {
            None => write!(
                f,
                ", and only the builder has `{method}`; convert the configuration to a builder and call it there"
            ),
            Some(option) if method.contains("_any_") || method.contains("_all_") => {
                write!(f, "; write `{option}` with the value \"*\"")
            }
            Some(option) => write!(f, "; write `{option}`"),
        }
    }
}

/// The field or method of the builder whose name differs least, and the field that it sets, if that is not
/// too far from what was written. A missing verb, as in `origins`, is no difference.
fn nearest(name: &str) -> Option<(&'static str, Option<ConfigOption>)> {
    let methods = fields().flat_map(|option| {
        let methods = iter::once(option.name()).chain(option.methods().iter().copied());
        methods.map(move |method| (method, Some(option)))
    });
    let all = methods.chain(BUILDER_ONLY.map(|method| (method, None)));
    let distance = |method: &str| {
        let is_without_verb = method.split_once('_').is_some_and(|(_, noun)| noun == name);
        if is_without_verb { 0 } else { distance(name, method) }
    };
    let near = all.map(|(method, option)| (distance(method), method, option));
    let near = near.filter(|(distance, method, _)| distance * 4 <= method.len());
    near.min_by_key(|(distance, ..)| *distance).map(|(_, method, option)| (method, option))
}

/// Presets, and methods that take closures.
const BUILDER_ONLY: [&str; 7] = [
    "allow_origin_if",
    "allow_origin_if_async",
    "connect",
    "grpc_web",
    "loopback",
    "mcp",
    "on_decision",
];

/// `allowOrigins` and `allow-origins` become `allow_origins`.
fn in_snake_case(name: &str) -> String {
    let mut snake = String::new();
    let mut is_after_small = false;
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && is_after_small {
            snake.push('_');
        }
        is_after_small = letter.is_ascii_lowercase();
        snake.push(if letter == '-' { '_' } else { letter.to_ascii_lowercase() });
    }
    snake
}

/// The number of letters to insert, remove or replace, to make one text of the other.
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, letter) in one.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (column, counterpart) in other.bytes().enumerate() {
            let replaced = diagonal + usize::from(letter != counterpart);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}
