//! A policy for people, and for whoever wants its configuration back.

use std::fmt;

use super::{
    AllowedHeaders, AllowedMethods, AllowedOrigins, Closures, Policy, Refuse, Refusing,
    allowed_origins::Listed, response_rules::Exposed,
};
use crate::config::CorsConfig;

/// A longer list is cut where people read it.
const LONGEST_LIST: usize = 20;

impl Policy {
    /// The configuration in its normal form: lists sorted and without repetitions, header names in
    /// lower case, without safelisted methods and exposed headers. A policy that is
    /// built from it equals this one, but for closures, which are no data: their names are there, and
    /// without them it does not build.
    #[must_use]
    pub fn config(&self) -> CorsConfig {
        let rules = &*self.0;
        let responses = &rules.responses;
        let mut allow_origins = match &rules.origins {
            AllowedOrigins::Any | AllowedOrigins::Reflected { .. } => vec![String::from("*")],
            AllowedOrigins::Listed(Listed { set, null, .. }) => {
                set.patterns().chain(null.then(|| String::from("null"))).collect()
            }
        };
        allow_origins.sort_unstable();
        let mut config = CorsConfig {
            allow_origins,
            allow_credentials: rules.credentials.then_some(true),
            allow_methods: match &rules.methods {
                AllowedMethods::Any => vec![String::from("*")],
                AllowedMethods::Listed(methods) => {
                    methods.iter().map(ToString::to_string).collect()
                }
            },
            max_age: rules.max_age,
            allow_private_network: rules.private_network.then_some(true),
            allow_timing: responses.timing.then_some(true),
            vary_on: responses
                .varies_by
                .iter()
                // All but a static policy vary by the origin, first of all, without being told.
                .skip(usize::from(!matches!(rules.origins, AllowedOrigins::Any)))
                .map(ToString::to_string)
                .collect(),
            preflight_status: Some(rules.preflight_status)
                .filter(|&status| status != http::StatusCode::NO_CONTENT),
            dangerously_allow: rules.dangers.clone(),
            refuse_disallowed_origins: rules.refusing.as_ref().map(|refusing| refusing.refuse),
            no_own_origins: rules
                .refusing
                .as_ref()
                .and_then(|refusing| refusing.no_own_origins.then_some(true)),
            forward_preflights: rules.forward_preflights.then_some(true),
            allow_methods_of_route: rules.methods_of_route.then_some(true),
            diagnose: rules.diagnose.then_some(true),
            report_only: rules.report_only.then_some(true),
            attach_outcome: rules.attach_outcome.then_some(true),
            closures: self.closures().names().into_iter().map(String::from).collect(),
            ..CorsConfig::default()
        };
        if let Some(refusing) = &rules.refusing {
            config.own_origins = refusing.own_origins.patterns().collect();
            config.own_origins.sort_unstable();
        }
        config.allow_headers = match &rules.headers {
            AllowedHeaders::Any { authorization } => {
                let names = ["*", "authorization"].into_iter();
                names.take(1 + usize::from(*authorization)).map(str::to_owned).collect()
            }
            AllowedHeaders::Echoed => vec![String::from("*")],
            AllowedHeaders::Listed { names, .. } => names.clone(),
        };
        config.expose_headers = match &responses.exposed {
            Exposed::Safelisted => Vec::new(),
            Exposed::Listed(names) => {
                names.to_str().unwrap_or_default().split(',').map(str::to_owned).collect()
            }
            Exposed::Carried => vec![String::from("*")],
        };
        config
    }

    fn closures(&self) -> Closures {
        let predicate = match &self.0.origins {
            AllowedOrigins::Listed(listed) => listed.predicate.clone(),
            AllowedOrigins::Any | AllowedOrigins::Reflected { .. } => None,
        };
        Closures { predicate, hook: self.0.hook.clone() }
    }
}

/// Two policies are equal if their configurations are, in their normal form, and their closures are
/// the same ones.
impl PartialEq for Policy {
    fn eq(&self, other: &Self) -> bool {
        self.closures().are(&other.closures()) && self.config() == other.config()
    }
}

impl Eq for Policy {}

/// What each kind of request gets, line by line.
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
        let rules = &*self.0;
        let origins = match &rules.origins {
            AllowedOrigins::Any => String::from("any"),
            AllowedOrigins::Reflected { insecure: true } => String::from("any but null"),
            AllowedOrigins::Reflected { insecure: false } => {
                String::from("any but null and those over plain http (loopback aside)")
            }
            AllowedOrigins::Listed(Listed { predicate: Some(predicate), .. }) => {
                let patterns = config.allow_origins.iter().cloned();
                let asked = format!("those that {} allows", predicate.name());
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
                let methods: Vec<String> = ["GET", "HEAD", "POST"]
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
        let status = rules.preflight_status.as_u16();
        // What browsers take where nothing is said: https://fetch.spec.whatwg.org/#cors-preflight-fetch
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
        if let Some(Refusing { refuse, .. }) = &rules.refusing {
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
