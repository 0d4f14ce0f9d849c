//! Validates a configuration, and finds its mistakes and warnings.

mod findings;
mod names;
mod origins;
mod spelling;

use std::time::Duration;

use http::{HeaderName, Method, StatusCode};

use findings::Findings;
pub(super) use names::List;
use names::{check_exposed, check_headers, check_methods, check_vary_on};

use crate::{
    config::{
        ConfigError, ConfigErrors, ConfigWarning, CorsConfig, Danger, LONGEST_MAX_AGE, Refuse,
    },
    origin::OriginSet,
    policy::{AllowedOrigins, Closures, Hook},
};

/// A configuration without mistakes.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option by itself")]
pub(super) struct Valid {
    pub(super) origins: AllowedOrigins,
    pub(super) credentials: bool,
    pub(super) methods: List<Method>,
    pub(super) headers: List<String>,
    pub(super) exposed: List<String>,
    pub(super) timing: bool,
    pub(super) private_network: bool,
    pub(super) vary_on: Vec<HeaderName>,
    pub(super) max_age: Option<Duration>,
    pub(super) echo_beside_wildcard: bool,
    /// `None` is 204.
    pub(super) preflight_status: Option<StatusCode>,
    pub(super) forward_preflights: bool,
    pub(super) methods_of_route: bool,
    pub(super) refuse: Option<Refuse>,
    pub(super) own_origins: OriginSet,
    pub(super) no_own_origins: bool,
    pub(super) report_only: bool,
    pub(super) diagnose: bool,
    pub(super) attach_outcome: bool,
    pub(super) hook: Option<Hook>,
    pub(super) dangers: Vec<Danger>,
    pub(super) warnings: Vec<ConfigWarning>,
}

/// Validates a configuration. `mistakes` are those that the builder's setters found.
pub(super) fn validate(
    config: &CorsConfig,
    closures: Closures,
    mistakes: Vec<ConfigError>,
) -> Result<Valid, ConfigErrors> {
    let mut findings = Findings {
        mistakes,
        warnings: Vec::new(),
        accepted: Danger::ALL
            .into_iter()
            .filter(|danger| config.dangerously_allow.contains(danger))
            .collect(),
        needed: Vec::new(),
    };
    let given = closures.options();
    for &closure in config.closures.iter().filter(|closure| !given.contains(closure)) {
        findings.mistakes.push(ConfigError::MissingClosure { closure });
    }
    let had_predicate = || config.closures.iter().any(|closure| closure.is_predicate());
    if config.allow_origins.is_empty() && closures.predicate.is_none() && !had_predicate() {
        findings.mistakes.push(ConfigError::NoOrigin);
    }
    let credentials = config.allow_credentials;
    let private_network = config.allow_private_network;
    let refuse = config.refuse_disallowed_origins;
    let needs = origins::Needs { credentials, private_network, refusing: refuse.is_some() };
    let origins = origins::check(&config.allow_origins, closures.predicate, needs, &mut findings);
    let methods = check_methods(&config.allow_methods, &mut findings);
    let headers = check_headers(&config.allow_headers, &mut findings);
    let exposed = check_exposed(&config.expose_headers, &mut findings);
    let vary_on = check_vary_on(&config.vary_on, &mut findings);
    check_max_age(config.max_age, &mut findings);
    let echo_beside_wildcard = config.echo_beside_wildcard;
    if echo_beside_wildcard {
        let has_wildcard = matches!(methods, List::All(_)) || matches!(headers, List::All(_));
        check_echo(has_wildcard, credentials, &mut findings);
    }
    let preflight_status = config.preflight_status;
    findings.mistakes.extend(
        preflight_status
            .filter(|status| !status.is_success())
            .map(|status| ConfigError::PreflightStatus { status }),
    );
    let no_own_origins = config.no_own_origins;
    let own_origins =
        origins::check_own(&config.own_origins, no_own_origins, refuse.is_some(), &mut findings);
    let forward_preflights = config.forward_preflights;
    let methods_of_route = config.allow_methods_of_route;
    if forward_preflights && preflight_status.is_some() {
        findings.mistakes.push(ConfigError::ForwardedPreflightStatus);
    }
    if forward_preflights && methods_of_route {
        findings.mistakes.push(ConfigError::ForwardedPreflightMethods);
    }
    if !findings.mistakes.is_empty() {
        return Err(ConfigErrors::new(findings.mistakes));
    }
    let report_only = config.report_only;
    findings.warnings.extend(report_only.then_some(ConfigWarning::ReportOnly));
    let diagnose = config.diagnose;
    findings.warnings.extend(diagnose.then_some(ConfigWarning::Diagnose));
    let unneeded = findings.accepted.iter().filter(|danger| !findings.needed.contains(danger));
    let unneeded = unneeded.map(|&danger| ConfigWarning::UnneededDanger { danger });
    findings.warnings.extend(unneeded);
    Ok(Valid {
        origins,
        credentials,
        methods,
        headers,
        exposed,
        timing: config.allow_timing,
        private_network,
        vary_on,
        max_age: config.max_age,
        echo_beside_wildcard,
        preflight_status,
        forward_preflights,
        methods_of_route,
        refuse,
        own_origins,
        no_own_origins,
        report_only,
        diagnose,
        attach_outcome: config.attach_outcome,
        hook: closures.hook,
        dangers: findings.accepted,
        warnings: findings.warnings,
    })
}

fn check_max_age(max_age: Option<Duration>, findings: &mut Findings) {
    let Some(max_age) = max_age else { return };
    if max_age > LONGEST_MAX_AGE {
        findings.mistakes.push(ConfigError::MaxAgeTooLong { max_age });
    } else if max_age.subsec_nanos() != 0 {
        findings.mistakes.push(ConfigError::MaxAgeFraction { max_age });
    } else if max_age > CHROMIUM_MAX_AGE {
        findings.warnings.push(ConfigWarning::MaxAgeAboveChromium { max_age });
    }
}

fn check_echo(has_wildcard: bool, credentials: bool, findings: &mut Findings) {
    if !has_wildcard {
        findings.mistakes.push(ConfigError::EchoWithoutWildcard);
    } else if credentials {
        findings.mistakes.push(ConfigError::EchoWithCredentials);
    }
}

/// Chromium's limit.
const CHROMIUM_MAX_AGE: Duration = Duration::from_secs(7_200);
