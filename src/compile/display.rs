//! Describes a policy in words.

use std::fmt;

use crate::{
    config::Refuse,
    fetch::SAFELISTED_METHODS,
    policy::{AllowedHeaders, AllowedMethods, AllowedOrigins, Listed, Policy, Refusing},
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
///   responses: readable, with credentials too; of the headers, the safelisted
///   preflights: 204, allowing the methods GET, HEAD, POST, PUT and the headers content-type, kept for 5 s
/// other origins
///   responses: not readable
///   preflights: 403
/// no origin
///   responses: as the service makes them, with `vary: origin`",
/// );
/// # Ok::<(), tower_cors::ConfigErrors>(())
/// ```
impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let config = self.config();
        let rules = self.rules();
        let origins = match &rules.origins {
            AllowedOrigins::Any => String::from("any"),
            AllowedOrigins::Reflected { insecure: true } => String::from("any but null"),
            AllowedOrigins::Reflected { insecure: false } => {
                String::from("any but null and those over plain http (loopback aside)")
            }
            AllowedOrigins::Listed(Listed { predicate: Some(predicate), .. }) => {
                let patterns = config.allow_origins.iter().cloned();
                let asked = format!("those that {} allows", predicate.option());
                written(&patterns.chain([asked]).collect::<Vec<_>>())
            }
            AllowedOrigins::Listed(_) => written(&config.allow_origins),
        };
        writeln!(f, "origins: {origins}")?;
        let credentials =
            if rules.credentials { "with credentials too" } else { "without credentials" };
        let exposed = match &config.expose_headers[..] {
            [] => String::from("of the headers, the safelisted"),
            [all] if all == "*" => String::from("with all headers"),
            names => format!("of the headers, the safelisted and {}", written(names)),
        };
        writeln!(f, "  responses: readable, {credentials}; {exposed}")?;
        let methods = match &rules.methods {
            AllowedMethods::Any => String::from("any method"),
            AllowedMethods::Listed(_) => {
                let methods: Vec<String> = SAFELISTED_METHODS
                    .map(String::from)
                    .into_iter()
                    .chain(config.allow_methods)
                    .collect();
                format!("the methods {}", written(&methods))
            }
        };
        let headers = match &rules.headers {
            AllowedHeaders::Any { authorization: false } => {
                String::from("any header but authorization")
            }
            AllowedHeaders::Any { authorization: true } | AllowedHeaders::Echoed => {
                String::from("any header")
            }
            AllowedHeaders::Listed { names, .. } if names.is_empty() => String::from("no headers"),
            AllowedHeaders::Listed { names, .. } => format!("the headers {}", written(names)),
        };
        let status = rules.allowed_preflight.status().as_u16();
        // Without a max-age, browsers keep it for 5 seconds:
        // https://fetch.spec.whatwg.org/#cors-preflight-fetch
        let max_age = rules.max_age.map_or(5, |max_age| max_age.as_secs());
        let answer = match (rules.forward_preflights, rules.methods_of_route) {
            (true, _) => format!("forwarded, allowing {methods}"),
            (_, true) => format!("{status}, allowing {methods}, as far as the route takes them,"),
            (false, false) => format!("{status}, allowing {methods}"),
        };
        write!(f, "  preflights: {answer} and {headers}, kept for {max_age} s")?;
        if rules.report_only {
            f.write_str("\nall of this is only reported, and nothing done")?;
        }
        if let AllowedOrigins::Any = rules.origins {
            return f.write_str("\nno origin\n  responses: as for any origin");
        }
        f.write_str("\nother origins\n  responses: not readable\n  preflights: 403")?;
        if let Some(Refusing { refuse, .. }) = rules.refusing.as_deref() {
            let what = match refuse {
                Refuse::All => "requests",
                Refuse::Upgrades => "upgrades",
            };
            let own = match &config.own_origins[..] {
                [] => String::new(),
                own => format!(": {}", written(own)),
            };
            write!(f, "\n  {what}: 403, but for the server's own pages{own}")?;
        }
        f.write_str("\nno origin\n  responses: as the service makes them, with `vary: origin`")
    }
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

fn written(list: &[String]) -> String {
    let shown = &list[..list.len().min(LONGEST_LIST)];
    match list.len() - shown.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// Longer lists are cut.
const LONGEST_LIST: usize = 20;
