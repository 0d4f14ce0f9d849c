use tower_cors::{CorsConfig, Policy};

use crate::input::{self, Configuration};

/// Texts as configurations: TOML, JSON, and one field a line. A configuration that is written to a file is read back as
/// the same, and so is that of a policy.
///
/// # Panics
///
/// Panics if something else is read back, and if a mistake has no text of one line.
pub fn config(input: &[u8]) {
    check(Configuration::read(&input::lines(input)).config);
    let Ok(text) = std::str::from_utf8(input) else { return };
    match toml::from_str(text) {
        Ok(config) => check(config),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    match serde_json::from_str(text) {
        Ok(config) => check(config),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

fn check(config: CorsConfig) {
    check_written(&config);
    match Policy::try_from(config) {
        Ok(policy) => {
            let config = policy.config();
            check_written(&config);
            let again = Policy::try_from(config.clone()).unwrap();
            assert_eq!(again, policy);
            assert_eq!(again.config(), config);
            assert_eq!(again.to_string(), policy.to_string());
        }
        Err(mistakes) => {
            for mistake in &mistakes {
                let message = mistake.to_string();
                assert!(!message.chars().any(char::is_control), "{message:?}");
            }
        }
    }
}

fn check_written(config: &CorsConfig) {
    let json = serde_json::to_string(config).unwrap();
    assert_eq!(serde_json::from_str::<CorsConfig>(&json).unwrap(), *config, "{json}");
    // The integers of TOML have a sign.
    if config.max_age.is_none_or(|max_age| i64::try_from(max_age.as_secs()).is_ok()) {
        let toml = toml::to_string(config).unwrap();
        assert_eq!(toml::from_str::<CorsConfig>(&toml).unwrap(), *config, "{toml}");
    }
}
