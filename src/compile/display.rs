//! Describes a policy in words.

use std::fmt;

use crate::{
    config::{CorsConfig, Refuse},
    fetch::SAFELISTED_METHODS,
    policy::{AllowedHeaders, AllowedMethods, AllowedOrigins, Listed, Policy, Rules},
    response::Timing,
};

/// Describes what each kind of request gets.
///
/// ```
/// use tower_cors::Policy;
///
/// let policy = Policy::builder()
///     .allow_origins(["https://example.com", "https://*.example.com"])
///     .allow_credentials(true)
///     .allow_method("PUT")
///     .allow_header("content-type")
///     .build_policy()?;
/// assert_eq!(
///     policy.to_string(),
///     "\
/// origins: https://*.example.com, https://example.com
///   responses: readable, with credentials too
///   readable headers: the safelisted ones
///   preflights: 204, kept for 5 s
///   methods: GET, HEAD, POST, PUT
///   request headers: the safelisted ones, content-type
/// other origins
///   responses: not readable
///   preflights: 403
/// every response: at least `vary: origin`",
/// );
/// # Ok::<(), tower_cors::ConfigErrors>(())
/// ```
impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (config, rules) = (self.config(), self.rules());
        if rules.report_only {
            f.write_str("report only: responses stay as they are, and this would apply\n")?;
        }
        write_allowed_origins(f, &config, rules)?;
        if !matches!(rules.origins, AllowedOrigins::Any) {
            write_other_origins(f, rules)?;
        }
        if !config.own_origins.is_empty() {
            let own_origins = written(&config.own_origins);
            write!(
                f,
                "\nown origins: {own_origins}\n  requests: not refused, and not reported as CORS requests"
            )?;
        }
        let varies_by: Vec<String> =
            rules.responses.to_most.vary.names().iter().map(ToString::to_string).collect();
        if !varies_by.is_empty() {
            write!(f, "\nevery response: at least `vary: {}`", varies_by.join(", "))?;
        }
        if rules.diagnose {
            f.write_str("\nrefusals: say why in `x-cors-refusal`")?;
        }
        Ok(())
    }
}

/// Describes the allowed origins, and what they get.
fn write_allowed_origins(
    f: &mut fmt::Formatter<'_>,
    config: &CorsConfig,
    rules: &Rules,
) -> fmt::Result {
    let origins = origins(config, rules);
    if origins.is_empty() {
        return f.write_str("origins: none");
    }
    writeln!(f, "origins: {origins}")?;
    let credentials =
        if rules.credentials { "with credentials too" } else { "without credentials" };
    writeln!(f, "  responses: readable, {credentials}")?;
    let exposed = match &config.expose_headers[..] {
        [all] if all == "*" => String::from("all"),
        names => and_safelisted(names),
    };
    writeln!(f, "  readable headers: {exposed}")?;
    if rules.responses.to_most.timing == Timing::Written {
        writeln!(f, "  timing: readable")?;
    }
    // Without a max-age, browsers keep it for 5 seconds: https://fetch.spec.whatwg.org/#cors-preflight-fetch
    let max_age = rules.max_age.map_or(5, |max_age| max_age.as_secs());
    let status = rules.allowed_preflight.status().as_u16();
    if rules.forward_preflights {
        writeln!(f, "  preflights: forwarded, kept for {max_age} s")?;
    } else {
        writeln!(f, "  preflights: {status}, kept for {max_age} s")?;
    }
    let methods = match &rules.methods {
        AllowedMethods::Any if rules.echo_beside_wildcard => {
            String::from("any, and the requested one by name")
        }
        AllowedMethods::Any => String::from("any"),
        AllowedMethods::Listed(_) => {
            let safelisted = SAFELISTED_METHODS.map(String::from).into_iter();
            written(&safelisted.chain(config.allow_methods.clone()).collect::<Vec<_>>())
        }
    };
    let of_route = if rules.methods_of_route { ", as far as the route takes them" } else { "" };
    writeln!(f, "  methods: {methods}{of_route}")?;
    let headers = match &rules.headers {
        AllowedHeaders::Any { authorization: false } => String::from("any but authorization"),
        AllowedHeaders::Any { authorization: true } | AllowedHeaders::Echoed => String::from("any"),
        AllowedHeaders::Listed { names, .. } => and_safelisted(names),
    };
    let by_name = match &rules.headers {
        AllowedHeaders::Any { .. } if rules.echo_beside_wildcard => {
            ", and the requested ones by name"
        }
        _ => "",
    };
    write!(f, "  request headers: {headers}{by_name}")?;
    if rules.private_network {
        f.write_str("\n  private network: allowed")?;
    }
    Ok(())
}

fn origins(config: &CorsConfig, rules: &Rules) -> String {
    match &rules.origins {
        AllowedOrigins::Any => String::from("any"),
        AllowedOrigins::Reflected { insecure: true } => String::from("any but null"),
        AllowedOrigins::Reflected { insecure: false } => {
            String::from("any but null and those over plain http (loopback aside)")
        }
        AllowedOrigins::Listed(Listed { predicate: Some(predicate), insecure, .. }) => {
            let kind = if *insecure { "" } else { " (but none over plain http, loopback aside)" };
            let others = format!("those that {} allows{kind}", predicate.option());
            written(&config.allow_origins.iter().cloned().chain([others]).collect::<Vec<_>>())
        }
        AllowedOrigins::Listed(_) => written(&config.allow_origins),
    }
}

fn write_other_origins(f: &mut fmt::Formatter<'_>, rules: &Rules) -> fmt::Result {
    f.write_str("\nother origins\n  responses: not readable\n  preflights: 403")?;
    if let Some(refusing) = &rules.refusing {
        let refused = match refusing.refuse {
            Refuse::All => "requests",
            Refuse::Upgrades => "upgrades",
        };
        write!(f, "\n  {refused}: 403, but for the server's own pages")?;
    }
    Ok(())
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut config = self.config();
        let more = config.allow_origins.len().saturating_sub(LONGEST_LIST);
        config.allow_origins.truncate(LONGEST_LIST);
        let mut policy = f.debug_struct("Policy");
        policy.field("config", &config);
        if more > 0 {
            policy.field("more_origins", &more);
        }
        policy.finish()
    }
}

fn and_safelisted(names: &[String]) -> String {
    match names {
        [] => String::from("the safelisted ones"),
        names => format!("the safelisted ones, {}", written(names)),
    }
}

fn written(list: &[String]) -> String {
    let shown = &list[..list.len().min(LONGEST_LIST)];
    match list.len() - shown.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// Longer lists are cut.
const LONGEST_LIST: usize = 20;
