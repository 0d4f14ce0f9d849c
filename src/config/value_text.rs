//! Texts about values in a file that a field cannot have: each says what to write instead.

use std::fmt;

use super::{data::LONGEST_MAX_AGE, option::ConfigOption};

/// A value that is neither `true` nor `false`.
pub(super) struct WrongFlag<'a> {
    pub(super) option: ConfigOption,
    pub(super) found: &'a dyn fmt::Debug,
}

impl fmt::Display for WrongFlag<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { option, found } = self;
        let advice = match unquoted(*found).to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => "true",
            "false" | "no" | "off" | "0" => "false",
            _ => "one of them",
        };
        write!(f, "{option}: {found:?} is neither true nor false; write {advice}")
    }
}

/// A value that is no whole number of seconds.
pub(super) struct WrongSeconds<'a> {
    pub(super) option: ConfigOption,
    pub(super) found: &'a dyn fmt::Debug,
}

impl fmt::Display for WrongSeconds<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { option, found } = self;
        write!(f, "{option}: {found:?} is no whole number of seconds")?;
        let longest = LONGEST_MAX_AGE.as_secs();
        match seconds(&unquoted(*found)) {
            None => f.write_str("; write one, such as 3600"),
            Some(seconds) if seconds.is_sign_negative() => f.write_str(
                " from 0 on; write 0 if browsers are to keep nothing, or one such as 3600",
            ),
            Some(seconds) if seconds <= LONGEST_MAX_AGE.as_secs_f64() => {
                write!(f, "; write {}", seconds.ceil())
            }
            Some(_) => write!(f, "; write at most {longest}, as no browser keeps it for longer"),
        }
    }
}

/// A value that is no status.
pub(super) struct WrongStatus<'a> {
    pub(super) option: ConfigOption,
    pub(super) found: &'a dyn fmt::Debug,
}

impl fmt::Display for WrongStatus<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { option, found } = self;
        write!(f, "{option}: {found:?} is no status; write one from 200 to 299, such as 204")
    }
}

fn unquoted(found: &dyn fmt::Debug) -> String {
    format!("{found:?}").trim_matches(['"', ' ']).to_owned()
}

/// The seconds of a text with a fraction or with a unit, such as `1.5` or `1h`.
fn seconds(text: &str) -> Option<f64> {
    let is_of_number = |char: char| char.is_ascii_digit() || ".-+".contains(char);
    let end = text.find(|char| !is_of_number(char)).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let factor = match unit.trim() {
        "ms" => 0.001,
        "" | "s" | "sec" | "secs" | "second" | "seconds" => 1.0,
        "m" | "min" | "mins" | "minute" | "minutes" => 60.0,
        "h" | "hr" | "hrs" | "hour" | "hours" => 60.0 * 60.0,
        "d" | "day" | "days" => 24.0 * 60.0 * 60.0,
        _ => return None,
    };
    // To milliseconds, because `1.1 * 3600.0` is a little more than 3960.
    number.parse::<f64>().ok().map(|number| (number * factor * 1000.0).round() / 1000.0)
}
