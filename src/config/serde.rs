//! Reading and writing a configuration. It is written out by hand so that every error names its field:
//! of a typo in an environment variable that is all that people can go by.

use std::{fmt, time::Duration};

use http::StatusCode;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, MapAccess, SeqAccess, Visitor},
    ser::{self, SerializeStruct},
};

use super::CorsConfig;
use crate::danger::Danger;

const FIELDS: [&str; 20] = [
    "allow_origins",
    "allow_credentials",
    "allow_methods",
    "allow_headers",
    "expose_headers",
    "max_age",
    "allow_private_network",
    "allow_timing",
    "refuse_disallowed_origins",
    "own_origins",
    "no_own_origins",
    "vary_on",
    "preflight_status",
    "forward_preflights",
    "allow_methods_of_route",
    "diagnose",
    "report_only",
    "attach_outcome",
    "dangerously_allow",
    "closures",
];

impl<'de> Deserialize<'de> for CorsConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Not `deserialize_struct`: where this is flattened into a larger struct, that would only show the known
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
            let Some(field) = FIELDS.into_iter().find(|field| *field == key) else {
                return Err(de::Error::unknown_field(&key, &FIELDS));
            };
            if seen.contains(&field) {
                return Err(de::Error::duplicate_field(field));
            }
            seen.push(field);
            read_field(&mut config, field, &mut map)
                .map_err(|error| de::Error::custom(format_args!("{field}: {error}")))?;
        }
        Ok(config)
    }
}

fn read_field<'de, A: MapAccess<'de>>(
    config: &mut CorsConfig,
    field: &str,
    map: &mut A,
) -> Result<(), A::Error> {
    match field {
        "allow_origins" => config.allow_origins = map.next_value::<List>()?.0,
        "allow_credentials" => config.allow_credentials = map.next_value()?,
        "allow_methods" => config.allow_methods = map.next_value::<List>()?.0,
        "allow_headers" => config.allow_headers = map.next_value::<List>()?.0,
        "expose_headers" => config.expose_headers = map.next_value::<List>()?.0,
        "max_age" => {
            let seconds = map.next_value::<Number>()?.0;
            config.max_age = Some(Duration::from_secs(seconds));
        }
        "allow_private_network" => config.allow_private_network = map.next_value()?,
        "allow_timing" => config.allow_timing = map.next_value()?,
        "refuse_disallowed_origins" => {
            let name = map.next_value::<String>()?;
            config.refuse_disallowed_origins = Some(name.parse().map_err(de::Error::custom)?);
        }
        "own_origins" => config.own_origins = map.next_value::<List>()?.0,
        "no_own_origins" => config.no_own_origins = map.next_value()?,
        "forward_preflights" => config.forward_preflights = map.next_value()?,
        "allow_methods_of_route" => config.allow_methods_of_route = map.next_value()?,
        "diagnose" => config.diagnose = map.next_value()?,
        "report_only" => config.report_only = map.next_value()?,
        "attach_outcome" => config.attach_outcome = map.next_value()?,
        "vary_on" => config.vary_on = map.next_value::<List>()?.0,
        "preflight_status" => {
            let number = map.next_value::<Number>()?.0;
            let status = u16::try_from(number).ok().map(StatusCode::from_u16);
            let Some(Ok(status)) = status else {
                return Err(de::Error::custom(format_args!("{number} is no status; write 204")));
            };
            config.preflight_status = Some(status);
        }
        "closures" => config.closures = map.next_value::<List>()?.0,
        _ => {
            let names = map.next_value::<List>()?.0;
            let dangers: Result<Vec<Danger>, _> = names.iter().map(|name| name.parse()).collect();
            config.dangerously_allow = dangers.map_err(de::Error::custom)?;
        }
    }
    Ok(())
}

/// A whole number, or one as text. Some formats would round a fraction, and a max-age of 0.4 to none.
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

/// A list of strings, or one string with commas, as environment variables have it.
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

/// Leaves out what is not set.
impl Serialize for CorsConfig {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let dangers: Vec<String> = self.dangerously_allow.iter().map(ToString::to_string).collect();
        let lists = [
            ("allow_origins", &self.allow_origins),
            ("allow_methods", &self.allow_methods),
            ("allow_headers", &self.allow_headers),
            ("expose_headers", &self.expose_headers),
            ("own_origins", &self.own_origins),
            ("vary_on", &self.vary_on),
            ("dangerously_allow", &dangers),
            ("closures", &self.closures),
        ];
        let flags = [
            ("allow_credentials", self.allow_credentials),
            ("allow_private_network", self.allow_private_network),
            ("allow_timing", self.allow_timing),
            ("no_own_origins", self.no_own_origins),
            ("forward_preflights", self.forward_preflights),
            ("allow_methods_of_route", self.allow_methods_of_route),
            ("diagnose", self.diagnose),
            ("report_only", self.report_only),
            ("attach_outcome", self.attach_outcome),
        ];
        if self.max_age.is_some_and(|max_age| max_age.subsec_nanos() > 0) {
            return Err(ser::Error::custom("max_age: a fraction of a second cannot be written"));
        }
        let max_age = self.max_age.map(|max_age| max_age.as_secs());
        let status = self.preflight_status.map(|status| status.as_u16());
        let refuse = self.refuse_disallowed_origins.map(|refuse| refuse.to_string());
        let set = lists.iter().filter(|(_, list)| !list.is_empty()).count()
            + flags.iter().filter(|(_, flag)| flag.is_some()).count()
            + usize::from(max_age.is_some())
            + usize::from(status.is_some())
            + usize::from(refuse.is_some());
        let mut config = serializer.serialize_struct("CorsConfig", set)?;
        for (field, list) in lists {
            if !list.is_empty() {
                config.serialize_field(field, list)?;
            }
        }
        for (field, flag) in flags {
            if let Some(flag) = flag {
                config.serialize_field(field, &flag)?;
            }
        }
        if let Some(seconds) = max_age {
            config.serialize_field("max_age", &seconds)?;
        }
        if let Some(status) = status {
            config.serialize_field("preflight_status", &status)?;
        }
        if let Some(refuse) = refuse {
            config.serialize_field("refuse_disallowed_origins", &refuse)?;
        }
        config.end()
    }
}
