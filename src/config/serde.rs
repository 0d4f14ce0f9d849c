//! Reads and writes a configuration. This is written by hand so that every error names its field: with a
//! typo in an environment variable, that is the only clue.

use std::{fmt, time::Duration};

use http::StatusCode;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, MapAccess, SeqAccess, Visitor},
    ser::{self, SerializeMap},
};

use super::{danger::Danger, data::CorsConfig, field::Field, option::ConfigOption};

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
        while let Some(key) = map.next_key::<String>()? {
            let known = ConfigOption::ALL.iter().copied().find(|option| option.name() == key);
            let Some((option, field)) =
                known.and_then(|option| Some((option, config.field(option)?)))
            else {
                return Err(unknown_field(&key));
            };
            if seen.contains(&option) {
                return Err(de::Error::duplicate_field(option.name()));
            }
            seen.push(option);
            field
                .read(&mut map)
                .map_err(|error| de::Error::custom(format_args!("{option}: {error}")))?;
        }
        Ok(config)
    }
}

fn unknown_field<E: de::Error>(key: &str) -> E {
    let is_field = |option: &ConfigOption| CorsConfig::default().field(*option).is_some();
    let fields = ConfigOption::ALL.iter().copied().filter(is_field).map(ConfigOption::name);
    let fields: Vec<String> = fields.map(|name| format!("`{name}`")).collect();
    // Worded like serde's own error, which takes only a static list.
    E::custom(format_args!("unknown field `{key}`, expected one of {}", fields.join(", ")))
}

impl Field<'_> {
    fn read<'de, A: MapAccess<'de>>(self, map: &mut A) -> Result<(), A::Error> {
        match self {
            Self::List(list) => *list = map.next_value::<List>()?.0,
            Self::Flag(flag) => *flag = map.next_value::<Option<bool>>()?.unwrap_or_default(),
            Self::Seconds(duration) => {
                *duration = Some(Duration::from_secs(map.next_value::<Number>()?.0));
            }
            Self::Status(status) => {
                let number = map.next_value::<Number>()?.0;
                let found = u16::try_from(number).ok().map(StatusCode::from_u16);
                let Some(Ok(found)) = found else {
                    return Err(de::Error::custom(format_args!(
                        "{number} is no status; write 204"
                    )));
                };
                *status = Some(found);
            }
            Self::Refuse(refuse) => {
                let name = map.next_value::<String>()?;
                *refuse = Some(name.parse().map_err(de::Error::custom)?);
            }
            Self::Dangers(dangers) => {
                let names = map.next_value::<List>()?.0;
                let read: Result<Vec<Danger>, _> = names.iter().map(|name| name.parse()).collect();
                *dangers = read.map_err(de::Error::custom)?;
            }
        }
        Ok(())
    }
}

/// A whole number, or one as text. Some formats would round a fraction, and so turn a max-age of 0.4 into
/// 0.
struct Number(u64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberVisitor)
    }
}

struct NumberVisitor;

impl Visitor<'_> for NumberVisitor {
    type Value = Number;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number, not below 0")
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Number(number))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Self::Value, E> {
        let unsigned = u64::try_from(number);
        unsigned.map(Number).map_err(|_| E::invalid_value(de::Unexpected::Signed(number), &self))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        let number = text.trim().parse();
        number.map(Number).map_err(|_| E::invalid_value(de::Unexpected::Str(text), &self))
    }
}

/// A list of strings, or one string with commas, as in environment variables.
struct List(Vec<String>);

impl<'de> Deserialize<'de> for List {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ListVisitor)
    }
}

struct ListVisitor;

impl<'de> Visitor<'de> for ListVisitor {
    type Value = List;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of strings, or a string with commas between its entries")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(List(text.split(',').map(|entry| entry.trim().to_owned()).collect()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        while let Some(entry) = sequence.next_element()? {
            list.push(entry);
        }
        Ok(List(list))
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
