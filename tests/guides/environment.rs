//! Environment variables, as the crate `config` reads them.
#![cfg(feature = "serde")]

use config::{Config, Environment};
use tower_cors::{CorsConfig, Policy};

#[test]
fn an_empty_variable_is_a_list_with_an_empty_entry() {
    let read = |ignore_empty| {
        let variables = [("CORS_ALLOW_ORIGINS", "https://example.com"), ("CORS_ALLOW_HEADERS", "")];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let source = Environment::with_prefix("CORS").source(Some(variables.into()));
        let config = Config::builder().add_source(source.ignore_empty(ignore_empty)).build();
        let config: CorsConfig = config.unwrap().try_deserialize().unwrap();
        Policy::try_from(config).map_err(|error| error.to_string())
    };
    assert_eq!(
        read(false).unwrap_err(),
        "allow_headers: \"\" is an empty entry, perhaps after a trailing comma or from an empty variable; remove it",
    );
    assert!(read(true).unwrap().config().allow_headers.is_empty());
}
