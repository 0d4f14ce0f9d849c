//! Reads and writes a configuration. This is written by hand, because a derived one would not show unknown
//! fields when flattened into a larger struct, and would not read lists and numbers from text.
//!
//! Every error is made while its key or its value is read, as formats then add the place where it stands.
//! It also names its field: with a typo in an environment variable, that is the only clue.

use std::{fmt, str::FromStr, time::Duration};

use http::StatusCode;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, DeserializeSeed, Error, MapAccess, SeqAccess, Unexpected, Visitor},
    ser::{self, SerializeMap},
};

use super::{
    data::CorsConfig,
    field::Field,
    field_name::{self, UnknownField},
    option::ConfigOption,
    value_text::{WrongFlag, WrongSeconds, WrongStatus},
};
use crate::meant;

impl<'de> Deserialize<'de> for CorsConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Not `deserialize_struct`: when flattened into a larger struct, it would show only the known
        // fields, and a misspelled one would be lost.
        deserializer.deserialize_any(ConfigVisitor)
    }
}

struct ConfigVisitor;

impl<'de> Visitor<'de> for ConfigVisitor {
    type Value = CorsConfig;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the fields of a CORS configuration")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut config = CorsConfig::default();
        let mut seen = Vec::new();
        while let Some(option) = map.next_key_seed(Key { seen: &seen })? {
            seen.push(option);
            if let Some(field) = config.field(option) {
                map.next_value_seed(Value { option, field })?;
            }
        }
        Ok(config)
    }
}

/// Reads the name of a field that was not seen before.
struct Key<'a> {
    seen: &'a [ConfigOption],
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = ConfigOption;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = ConfigOption;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field of a CORS configuration")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<Self::Value, E> {
        match field_name::fields().find(|option| option.name() == name) {
            Some(option) if self.seen.contains(&option) => Err(E::duplicate_field(option.name())),
            Some(option) => Ok(option),
            None => Err(E::custom(UnknownField(name))),
        }
    }
}

/// Reads the value of a field. What is null, or blank in YAML, counts as absent.
struct Value<'a> {
    option: ConfigOption,
    field: Field<'a>,
}

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let option = self.option;
        match self.field {
            Field::List(_) | Field::Dangers(_) => write!(
                f,
                "a list of strings for `{option}`, or a string with commas between its entries"
            ),
            Field::Flag(_) => write!(f, "`true` or `false` for `{option}`"),
            Field::Seconds(_) => write!(f, "a whole number of seconds for `{option}`, not below 0"),
            Field::Status(_) => write!(f, "a status for `{option}`, such as 204"),
            Field::Refuse(_) => write!(f, "\"all\" or \"upgrades\" for `{option}`"),
        }
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_none<E: de::Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_bool<E: de::Error>(mut self, value: bool) -> Result<(), E> {
        let option = self.option;
        match &mut self.field {
            Field::Flag(flag) => **flag = value,
            Field::List(_) if value => {
                return Err(E::custom(format_args!(
                    "{option}: `true` is no list; write \"*\" for any"
                )));
            }
            Field::Refuse(_) => {
                return Err(E::custom(format_args!(
                    "{option}: `{value}` does not say which requests to refuse; write \"all\" or \
                     \"upgrades\", or leave it out for none"
                )));
            }
            _ => return Err(E::invalid_type(Unexpected::Bool(value), &self)),
        }
        Ok(())
    }

    fn visit_u64<E: de::Error>(mut self, number: u64) -> Result<(), E> {
        match &mut self.field {
            Field::Seconds(duration) => **duration = Some(Duration::from_secs(number)),
            Field::Status(status) => {
                let found = u16::try_from(number).ok().map(StatusCode::from_u16);
                let Some(Ok(found)) = found else {
                    return Err(E::custom(WrongStatus { option: self.option, found: &number }));
                };
                **status = Some(found);
            }
            Field::Flag(_) => {
                return Err(E::custom(WrongFlag { option: self.option, found: &number }));
            }
            _ => return Err(E::invalid_type(Unexpected::Unsigned(number), &self)),
        }
        Ok(())
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<(), E> {
        match u64::try_from(number) {
            Ok(number) => self.visit_u64(number),
            Err(_) => Err(self.wrong(&number, Unexpected::Signed(number))),
        }
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<(), E> {
        Err(self.wrong(&number, Unexpected::Float(number)))
    }

    fn visit_str<E: de::Error>(mut self, text: &str) -> Result<(), E> {
        let option = self.option;
        let trimmed = text.trim();
        match &mut self.field {
            // JSON stays in one piece, so that the mistake shows what was written.
            Field::List(list) if meant::is_json(text) => list.push(text.to_owned()),
            Field::List(list) => return Entry { option, list }.add_all(text),
            Field::Dangers(list) => return Entry { option, list }.add_all(text),
            Field::Flag(flag) => match trimmed.parse() {
                Ok(value) => **flag = value,
                Err(_) => return Err(self.wrong(&text, Unexpected::Str(text))),
            },
            Field::Seconds(_) | Field::Status(_) => {
                let number = trimmed.parse().ok().filter(|_| !trimmed.starts_with('+'));
                return match number {
                    Some(number) => self.visit_u64(number),
                    None => Err(self.wrong(&text, Unexpected::Str(text))),
                };
            }
            Field::Refuse(refuse) => match trimmed.parse() {
                Ok(value) => **refuse = Some(value),
                Err(error) => return Err(E::custom(format_args!("{option}: {error}"))),
            },
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, sequence: A) -> Result<(), A::Error> {
        let option = self.option;
        match &mut self.field {
            Field::List(list) => add_each(sequence, option, list),
            Field::Dangers(list) => add_each(sequence, option, list),
            _ => Err(A::Error::invalid_type(Unexpected::Seq, &self)),
        }
    }
}

impl Value<'_> {
    /// The error for a value that the field cannot have.
    fn wrong<E: de::Error>(&self, found: &dyn fmt::Debug, unexpected: Unexpected<'_>) -> E {
        let option = self.option;
        match self.field {
            Field::Flag(_) => E::custom(WrongFlag { option, found }),
            Field::Seconds(_) => E::custom(WrongSeconds { option, found }),
            Field::Status(_) => E::custom(WrongStatus { option, found }),
            _ => E::invalid_type(unexpected, self),
        }
    }
}

fn add_each<'de, A: SeqAccess<'de>, T>(
    mut sequence: A,
    option: ConfigOption,
    list: &mut Vec<T>,
) -> Result<(), A::Error>
where
    T: FromStr<Err: fmt::Display>,
{
    while sequence.next_element_seed(Entry { option, list })?.is_some() {}
    Ok(())
}

/// Reads an entry of a list.
struct Entry<'a, T> {
    option: ConfigOption,
    list: &'a mut Vec<T>,
}

impl<T: FromStr<Err: fmt::Display>> Entry<'_, T> {
    fn add_all<E: de::Error>(&mut self, text: &str) -> Result<(), E> {
        text.split(',').try_for_each(|entry| self.add(entry.trim()))
    }

    fn add<E: de::Error>(&mut self, text: &str) -> Result<(), E> {
        let option = self.option;
        let entry = text.parse().map_err(|error| E::custom(format_args!("{option}: {error}")))?;
        self.list.push(entry);
        Ok(())
    }
}

impl<'de, T: FromStr<Err: fmt::Display>> DeserializeSeed<'de> for Entry<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<T: FromStr<Err: fmt::Display>> Visitor<'_> for Entry<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "strings in `{}`", self.option)
    }

    fn visit_str<E: de::Error>(mut self, text: &str) -> Result<(), E> {
        self.add(text)
    }
}

/// Leaves out options that are not set. Fails if the policy had a closure, since closures cannot be stored.
impl Serialize for CorsConfig {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Some(closure) = self.closures.first() {
            return Err(ser::Error::custom(format_args!(
                "closures cannot be stored, and the policy has one from {closure}; convert the configuration to a \
                 builder and call {closure} again"
            )));
        }
        let mut config = self.clone();
        let mut map = serializer.serialize_map(None)?;
        for &option in ConfigOption::ALL {
            let name = option.name();
            match config.field(option) {
                Some(Field::List(list)) if !list.is_empty() => map.serialize_entry(name, list)?,
                Some(Field::Flag(true)) => map.serialize_entry(name, &true)?,
                Some(Field::Seconds(Some(duration))) => {
                    if duration.subsec_nanos() > 0 {
                        return Err(ser::Error::custom(format_args!(
                            "{name}: a fraction of a second cannot be written"
                        )));
                    }
                    map.serialize_entry(name, &duration.as_secs())?;
                }
                Some(Field::Status(Some(status))) => map.serialize_entry(name, &status.as_u16())?,
                Some(Field::Refuse(Some(refuse))) => {
                    map.serialize_entry(name, &refuse.to_string())?;
                }
                Some(Field::Dangers(dangers)) if !dangers.is_empty() => {
                    let names: Vec<String> = dangers.iter().map(ToString::to_string).collect();
                    map.serialize_entry(name, &names)?;
                }
                _ => {}
            }
        }
        map.end()
    }
}
