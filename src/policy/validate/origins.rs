//! Origins, and what makes one a danger.

use super::{Findings, take_wildcard};
use crate::{
    danger::Danger,
    error::{ConfigError, ConfigOption},
    origin::{OriginPattern, OriginSet},
    policy::allowed_origins::{AllowedOrigins, Listed, Predicate},
    warning::ConfigWarning,
};

/// What else is allowed, and makes origins dangers.
#[derive(Clone, Copy)]
pub(super) struct Needs {
    pub(super) credentials: bool,
    pub(super) private_network: bool,
}

pub(super) fn check(
    origins: &[String],
    predicate: Option<Predicate>,
    needs: Needs,
    findings: &mut Findings,
) -> AllowedOrigins {
    let Needs { credentials, private_network } = needs;
    let option = ConfigOption::AllowOrigins;
    let (any, listed) = take_wildcard(origins, option, findings);
    if any && (!listed.is_empty() || predicate.is_some()) {
        let closure = predicate.is_some().then_some("allow_origin_if");
        let others = listed.iter().copied().chain(closure).map(str::to_owned).collect();
        findings.mistakes.push(ConfigError::AnyOriginBesideOthers { others });
    }
    if any && credentials {
        findings.danger(Danger::AnyOriginWithCredentials, ConfigError::AnyOriginWithCredentials);
        // Reflection allows http origins once this danger is accepted.
        findings.needed.insert(Danger::InsecureOrigins);
    }
    if any && private_network {
        findings.mistakes.push(ConfigError::PrivateNetworkWithAnyOrigin);
    }
    let insecure = findings.accepted.contains(&Danger::InsecureOrigins);
    if predicate.is_some() && credentials {
        let danger = Danger::PredicateWithCredentials;
        findings.danger(danger, ConfigError::PredicateWithCredentials);
        // The predicate is asked about http origins once this danger is accepted.
        findings.needed.insert(Danger::InsecureOrigins);
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
                if credentials {
                    check_credentialed(&pattern, findings);
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
    if null && credentials {
        findings.mistakes.push(ConfigError::NullOriginWithCredentials);
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
            let insecure = !private_network && (insecure || !credentials);
            AllowedOrigins::Listed(Listed { set, null, predicate, insecure })
        }
    }
}

fn check_credentialed(pattern: &OriginPattern, findings: &mut Findings) {
    if pattern.is_insecure() {
        let origin = pattern.to_string();
        let mistake = ConfigError::InsecureOriginWithCredentials { origin };
        findings.danger(Danger::InsecureOrigins, mistake);
    }
    if pattern.is_beyond_the_list() {
        // Whether this needs the danger, the list would say.
        findings.needed.insert(Danger::PublicSuffixes);
    }
    if let Some(suffix) = pattern.public_suffix() {
        let (pattern, suffix) = (pattern.to_string(), suffix.to_owned());
        let mistake = ConfigError::PublicSuffixWithCredentials { pattern, suffix };
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
}
