//! Validates origins, and finds dangerous ones.

use super::findings::{Findings, take_wildcard};
use crate::{
    config::{ConfigError, ConfigOption, ConfigWarning, Danger},
    origin::{OriginPattern, OriginSet},
    policy::{AllowedOrigins, Listed, Predicate},
};

/// Options with which some origins are dangerous.
#[derive(Clone, Copy)]
pub(super) struct Needs {
    pub(super) credentials: bool,
    pub(super) private_network: bool,
    /// Disallowed origins are refused.
    pub(super) refusing: bool,
}

pub(super) fn check(
    origins: &[String],
    predicate: Option<Predicate>,
    needs: Needs,
    findings: &mut Findings,
) -> AllowedOrigins {
    let Needs { credentials, private_network, refusing } = needs;
    // A list that refuses guards requests that carry cookies, so it counts as one with credentials. A list
    // for private networks may be no more permissive, since those rely on their location for protection.
    let has_cookies = credentials || refusing;
    let option = ConfigOption::AllowOrigins;
    let (any, listed) = take_wildcard(origins, option, findings);
    if any && (!listed.is_empty() || predicate.is_some()) {
        let closure = predicate.as_ref().map(|predicate| predicate.option().to_string());
        let others = listed.iter().copied().map(str::to_owned).chain(closure).collect();
        findings.mistakes.push(ConfigError::AnyOriginBesideOthers { others });
    }
    if any && credentials {
        findings.danger(Danger::AnyOriginWithCredentials, ConfigError::AnyOriginWithCredentials);
        // Accepting this danger has an effect: reflection then allows http origins.
        findings.needed.push(Danger::InsecureOrigins);
    }
    if any && refusing {
        findings.mistakes.push(ConfigError::RefusingWithAnyOrigin);
    }
    if any && private_network {
        findings.mistakes.push(ConfigError::PrivateNetworkWithAnyOrigin);
    }
    let insecure = findings.accepted.contains(&Danger::InsecureOrigins);
    if let Some(predicate) = &predicate
        && (has_cookies || private_network)
    {
        let mistake = if has_cookies {
            ConfigError::PredicateWithCredentials
        } else {
            ConfigError::PrivateNetworkWithPredicate
        };
        findings.danger(Danger::PredicateWithCredentials, mistake);
        if !private_network {
            // Accepting this danger has an effect: the predicate then sees http origins.
            findings.needed.push(Danger::InsecureOrigins);
            if !insecure {
                let closure = predicate.option();
                findings.warnings.push(ConfigWarning::PredicateWithoutHttp { closure });
            }
        }
    }
    let mut null = false;
    let mut set = OriginSet::with_capacity(listed.len());
    let mut patterns = Vec::with_capacity(listed.len());
    for text in listed {
        if text == "null" {
            if null {
                findings.warnings.push(ConfigWarning::Duplicate { option, entry: text.to_owned() });
            }
            null = true;
            continue;
        }
        match text.parse::<OriginPattern>() {
            Ok(pattern) => {
                if private_network && pattern.is_insecure() {
                    let origin = text.to_owned();
                    findings
                        .mistakes
                        .push(ConfigError::PrivateNetworkWithInsecureOrigin { origin });
                }
                if has_cookies && pattern.is_insecure() {
                    let origin = pattern.to_string();
                    let mistake = ConfigError::InsecureOriginWithCredentials { origin };
                    findings.danger(Danger::InsecureOrigins, mistake);
                }
                if has_cookies || private_network {
                    check_suffix(&pattern, has_cookies, findings);
                }
                if set.insert(&pattern) {
                    patterns.push(pattern);
                } else {
                    findings
                        .warnings
                        .push(ConfigWarning::Duplicate { option, entry: text.to_owned() });
                }
            }
            Err(mistake) => findings.mistakes.push(ConfigError::InvalidOrigin(mistake)),
        }
    }
    if null && has_cookies {
        findings.mistakes.push(ConfigError::NullOriginWithCredentials);
    } else if null && private_network {
        findings.mistakes.push(ConfigError::PrivateNetworkWithNullOrigin);
    } else if null {
        findings.danger(Danger::NullOrigin, ConfigError::NullOrigin);
    }
    for pattern in patterns {
        warn_of_pattern(&pattern, &set, findings);
    }
    match (any, credentials) {
        (true, false) => AllowedOrigins::Any,
        (true, true) => AllowedOrigins::Reflected { insecure },
        (false, _) => {
            let insecure = !private_network && (insecure || !has_cookies);
            AllowedOrigins::Listed(Listed { set, null, predicate, insecure })
        }
    }
}

/// Validates the server's own origins, which have to be exact.
pub(super) fn check_own(
    origins: &[String],
    none: bool,
    refusing: bool,
    findings: &mut Findings,
) -> OriginSet {
    let option = ConfigOption::OwnOrigins;
    if refusing && origins.is_empty() && !none {
        findings.warnings.push(ConfigWarning::NoOwnOrigins);
    }
    if none && !origins.is_empty() {
        findings.mistakes.push(ConfigError::OwnOriginsBesideNone);
    }
    let mut set = OriginSet::with_capacity(origins.len());
    for text in origins {
        match text.parse::<OriginPattern>() {
            _ if text == "*" || text == "null" => {
                findings.mistakes.push(ConfigError::InexactOwnOrigin { origin: text.clone() });
            }
            Ok(pattern) if !pattern.is_exact() => {
                findings.mistakes.push(ConfigError::InexactOwnOrigin { origin: text.clone() });
            }
            Ok(pattern) if set.insert(&pattern) => warn_of_bind_address(&pattern, option, findings),
            Ok(_) => {
                findings.warnings.push(ConfigWarning::Duplicate { option, entry: text.clone() });
            }
            Err(mistake) if mistake.means_several() => {
                findings.mistakes.push(ConfigError::InexactOwnOrigin { origin: text.clone() });
            }
            Err(mistake) => findings.mistakes.push(ConfigError::InvalidOwnOrigin(mistake)),
        }
    }
    if none && !refusing {
        findings.mistakes.push(ConfigError::NoOwnOriginsWithoutRefusing);
    }
    set
}

/// Notes a danger if anyone can have one of the names that the wildcard covers.
fn check_suffix(pattern: &OriginPattern, has_cookies: bool, findings: &mut Findings) {
    if pattern.is_beyond_the_list() {
        // Only the list could tell whether the danger is needed, so nothing may warn that it is not.
        findings.needed.push(Danger::PublicSuffixes);
    }
    if let Some(suffix) = pattern.public_suffix() {
        let (pattern, suffix) = (pattern.to_string(), suffix.to_owned());
        let mistake = if has_cookies {
            ConfigError::PublicSuffixWithCredentials { pattern, suffix }
        } else {
            ConfigError::PrivateNetworkWithPublicSuffix { pattern, suffix }
        };
        findings.danger(Danger::PublicSuffixes, mistake);
    }
}

fn warn_of_pattern(pattern: &OriginPattern, set: &OriginSet, findings: &mut Findings) {
    if let Some(by) = set.covering(pattern) {
        let pattern = pattern.to_string();
        findings.warnings.push(ConfigWarning::CoveredPattern { pattern, by });
    }
    if pattern.has_trailing_dot() {
        findings.warnings.push(ConfigWarning::TrailingDot { pattern: pattern.to_string() });
    }
    warn_of_bind_address(pattern, ConfigOption::AllowOrigins, findings);
}

fn warn_of_bind_address(pattern: &OriginPattern, option: ConfigOption, findings: &mut Findings) {
    if pattern.has_bind_address() {
        let pattern = pattern.to_string();
        findings.warnings.push(ConfigWarning::BindAddress { option, pattern });
    }
}
