//! Configurations read by the crate `config`.

use tower_cors::CorsConfig;

pub(crate) fn from_toml(text: &str) -> Result<CorsConfig, config::ConfigError> {
    config::Config::builder()
        .add_source(config::File::from_str(text, config::FileFormat::Toml))
        .build()?
        .try_deserialize()
}

pub(crate) fn from_environment(
    variables: &[(&str, &str)],
) -> Result<CorsConfig, config::ConfigError> {
    let source =
        variables.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
    config::Config::builder()
        .add_source(config::Environment::with_prefix("CORS").source(Some(source)))
        .build()?
        .try_deserialize()
}
