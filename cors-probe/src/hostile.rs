//! Origins that resemble an allowed one.

use crate::{
    checks::{Answer, STRANGER},
    finding::Severity,
};

/// Origins that resemble an allowed one, and should not be allowed.
pub(crate) struct Hostile {
    pub(crate) name: &'static str,
    /// If credentials are allowed, too.
    pub(crate) severity: Severity,
    pub(crate) origins: Vec<String>,
    pub(crate) why: &'static str,
    pub(crate) change: &'static str,
}

/// Lowers the severity if credentials are not allowed: the page can then read only what anyone could.
pub(crate) fn weighed(severity: Severity, answer: &Answer) -> Severity {
    match severity {
        Severity::High if !answer.allows_credentials() => Severity::Medium,
        severity => severity,
    }
}

/// Splits an origin into scheme, host, and port with its colon.
pub(crate) fn parts(origin: &str) -> Option<(&str, &str, &str)> {
    let (scheme, rest) = origin.split_once("://")?;
    let colon = rest.rfind(':').filter(|&at| !rest[at..].contains(']')).unwrap_or(rest.len());
    let (host, port) = rest.split_at(colon);
    (!scheme.is_empty() && !host.is_empty()).then_some((scheme, host, port))
}

/// The host and the domains above it, down to two labels.
pub(crate) fn domains(origin: &str) -> Vec<&str> {
    let Some((_, mut domain, _)) = parts(origin) else { return Vec::new() };
    let mut domains = Vec::new();
    while domain.contains('.') && domain.bytes().any(|byte| byte.is_ascii_alphabetic()) {
        domains.push(domain);
        domain = domain.split_once('.').map_or("", |(_, parent)| parent);
    }
    domains
}

/// Whether the host of an origin is well-formed, is not `own`'s, and is a subdomain of one of `domains`.
pub(crate) fn is_below(origin: &str, own: &str, domains: &[&str]) -> bool {
    let (Some((_, host, _)), Some((_, own, _))) = (parts(origin), parts(own)) else { return false };
    let is_ordinary = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    host != own
        && host.bytes().all(is_ordinary)
        && domains.iter().any(|domain| host.ends_with(&format!(".{domain}")))
}

pub(crate) fn hostile(origin: &str) -> Vec<Hostile> {
    use Severity::{High, Low, Note};

    let Some((scheme, host, port)) = parts(origin) else { return Vec::new() };
    let stranger = STRANGER.trim_start_matches("https://");
    let is_name = !host.starts_with('[') && host.bytes().any(|byte| byte.is_ascii_alphabetic());
    // The parent domain, too, because a suffix match may compare only that.
    let parent = host.split_once('.').map(|(_, parent)| parent).filter(|it| it.contains('.'));
    let with =
        |severity, name, origins, why, change| Hostile { name, severity, origins, why, change };
    let mut all = vec![with(
        High,
        "null-origin",
        vec![String::from("null")],
        "the page of any site can have the origin null, in a sandboxed frame",
        "do not allow null",
    )];
    if is_name {
        let dots = host
            .match_indices('.')
            .map(|(at, _)| format!("{scheme}://{}x{}{port}", &host[..at], &host[at + 1..]));
        all.extend([
            with(
                High,
                "prefix-match",
                vec![
                    format!("{scheme}://{host}.{stranger}{port}"),
                    format!("{scheme}://{host}{stranger}{port}"),
                ],
                "an attacker's domain can begin with yours",
                "compare whole origins, and not their beginnings",
            ),
            with(
                High,
                "suffix-match",
                [Some(host), parent]
                    .into_iter()
                    .flatten()
                    .map(|host| format!("{scheme}://tower-cors-probe{host}{port}"))
                    .collect(),
                "an attacker's domain can end with yours",
                "compare whole origins; for subdomains, compare from a dot on",
            ),
            with(
                High,
                "substring-match",
                vec![
                    format!("{scheme}://tower-cors-probe-{host}.{stranger}{port}"),
                    format!("{scheme}://{stranger}/{host}"),
                    format!("{scheme}://{stranger}?{host}"),
                ],
                "an attacker's origin can contain yours",
                "compare whole origins, and do not search in them",
            ),
            with(
                High,
                "unescaped-dot",
                dots.collect(),
                "a dot in a regular expression matches any character, so an attacker's domain can match",
                "escape the dots, or list the origins instead of a regular expression",
            ),
            with(
                High,
                "odd-bytes",
                ["{", "%60", "`", "/", "?", "!", " "]
                    .into_iter()
                    .flat_map(|byte| {
                        [Some(host), parent]
                            .into_iter()
                            .flatten()
                            .map(move |host| format!("{scheme}://{stranger}{byte}.{host}{port}"))
                    })
                    .collect(),
                "a browser can read the text as a host of somebody else",
                "parse the origin before it is compared, and refuse odd characters",
            ),
        ]);
    }
    // What is served on this machine is reached without a network.
    let is_own = host == "localhost" || host.starts_with("127.") || host == "[::1]";
    let insecure = if scheme == "https" && !is_own {
        vec![format!("http://{host}{port}")]
    } else {
        Vec::new()
    };
    let other_port = if port == ":8081" { ":8082" } else { ":8081" };
    all.extend([
        with(
            High,
            "insecure-origin",
            insecure,
            "anyone on the visitor's network can serve a page of that origin over http",
                "allow only https",
        ),
        with(
            Note,
            "any-port",
            vec![format!("{scheme}://{host}{other_port}")],
            "pages of every server on that host can read the response, whatever its port",
                "list the ports if somebody else can run a server there",
        ),
        with(
            Low,
            "loose-comparison",
            vec![
                format!("{scheme}://{host}{port}/"),
                format!("{}://{host}{port}", scheme.to_ascii_uppercase()),
                format!("{scheme}://{}{port}", host.to_ascii_uppercase()),
                format!("{scheme}://user@{host}{port}"),
            ]
            .into_iter()
            .filter(|hostile| hostile != origin)
            .collect(),
            "no browser sends such an origin, so the comparison does more than it has to, and may match too much",
                "compare byte by byte",
        ),
    ]);
    all
}
