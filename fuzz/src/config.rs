use tower_cors::{CorsConfig, Policy};

use crate::{
    expected, fetch_standard,
    input::{self, Configuration},
};

/// Texts as configurations: TOML, JSON, and one field a line. A configuration that is written to a file is read back as
/// the same. A policy has its configuration in normal form, which builds an equal policy.
///
/// # Panics
///
/// Panics if something else is read back, and if a mistake has no text of one line.
pub fn config(input: &[u8]) {
    check(&Configuration::read(&input::lines(input)).config);
    let Ok(text) = std::str::from_utf8(input) else { return };
    match toml::from_str(text) {
        Ok(config) => check(&config),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    match serde_json::from_str(text) {
        Ok(config) => check(&config),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

fn check(config: &CorsConfig) {
    check_written(config);
    match Policy::try_from(config.clone()) {
        Ok(policy) => {
            let read_back = policy.config();
            assert_eq!(read_back, normal(config));
            if read_back != *config {
                check_written(&read_back);
            }
            let again = Policy::try_from(read_back.clone()).unwrap();
            assert_eq!(again, policy);
            assert_eq!(again.config(), read_back);
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

/// Lists are sorted and without duplicates, header names are in lower case, and what has no effect is left out.
fn normal(config: &CorsConfig) -> CorsConfig {
    let mut normal = config.clone();
    normal.allow_methods.retain(|name| !["GET", "HEAD", "POST"].contains(&name.as_str()));
    for names in [&mut normal.allow_headers, &mut normal.expose_headers, &mut normal.vary_on] {
        for name in names {
            name.make_ascii_lowercase();
        }
    }
    // Any header includes `authorization` if there are credentials, because browsers get the requested names then.
    if expected::lists_any(&normal.allow_headers) && config.allow_credentials {
        normal.allow_headers.retain(|name| name == "*");
    }
    normal.expose_headers.retain(|name| !fetch_standard::is_safelisted_response_header(name));
    // Nearly all responses vary by `origin` anyway.
    if !expected::is_public(config) {
        normal.vary_on.retain(|name| name != "origin");
    }
    for list in [
        &mut normal.allow_origins,
        &mut normal.allow_methods,
        &mut normal.allow_headers,
        &mut normal.expose_headers,
        &mut normal.own_origins,
        &mut normal.vary_on,
    ] {
        list.sort_unstable();
        list.dedup();
    }
    normal.preflight_status = config.preflight_status.filter(|&status| status != 204);
    normal.dangerously_allow.sort_unstable();
    normal.dangerously_allow.dedup();
    normal
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
