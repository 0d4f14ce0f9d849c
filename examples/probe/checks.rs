//! Checks the headers of the answers for mistakes.

use std::collections::BTreeSet;

use http::{HeaderMap, Method, Response};

use super::audit::{Finding, Severity};

/// An origin that no server allows by name: `.invalid` is reserved.
pub(crate) const STRANGER: &str = "https://tower-cors-probe.invalid";

/// Status and headers of a response.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: HeaderMap,
}

impl Answer {
    pub(crate) fn new<B>(response: &Response<B>) -> Self {
        Self { status: response.status().as_u16(), headers: response.headers().clone() }
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.headers.contains_key(name)
    }

    /// All lines of a header, joined with commas.
    fn combined(&self, name: &str) -> Option<String> {
        let lines = self.headers.get_all(name).iter();
        let lines: Vec<String> =
            lines.map(|line| line.as_bytes().trim_ascii().escape_ascii().to_string()).collect();
        (!lines.is_empty()).then(|| lines.join(", "))
    }

    pub(crate) fn allow_origin(&self) -> Option<String> {
        self.combined("access-control-allow-origin")
    }

    pub(crate) fn allows_credentials(&self) -> bool {
        self.combined("access-control-allow-credentials").is_some_and(|value| value == "true")
    }

    /// Whether the origin is allowed by name, and not by `*`.
    pub(crate) fn echoes(&self, origin: &str) -> bool {
        self.allow_origin().is_some_and(|allowed| allowed == origin)
    }

    fn varies_by_origin(&self) -> bool {
        let vary = self.combined("vary").unwrap_or_default();
        vary.split(',')
            .map(str::trim)
            .any(|name| name == "*" || name.eq_ignore_ascii_case("origin"))
    }
}

/// Origins that resemble an allowed one, and should not be allowed.
pub(crate) struct Hostile {
    pub(crate) name: &'static str,
    /// If credentials are allowed, too.
    pub(crate) severity: Severity,
    pub(crate) origins: Vec<String>,
    pub(crate) advice: &'static str,
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
    let with = |severity, name, origins, advice| Hostile { name, severity, origins, advice };
    let mut all = vec![with(
        High,
        "null-origin",
        vec![String::from("null")],
        "do not allow null: any page can have it, by a sandboxed frame",
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
                "compare whole origins: an attacker's domain can begin with yours",
            ),
            with(
                High,
                "suffix-match",
                [Some(host), parent]
                    .into_iter()
                    .flatten()
                    .map(|host| format!("{scheme}://tower-cors-probe{host}{port}"))
                    .collect(),
                "compare whole origins: an attacker's domain can end with yours",
            ),
            with(
                High,
                "substring-match",
                vec![
                    format!("{scheme}://tower-cors-probe-{host}.{stranger}{port}"),
                    format!("{scheme}://{stranger}/{host}"),
                    format!("{scheme}://{stranger}?{host}"),
                ],
                "compare whole origins: an attacker's origin can contain yours",
            ),
            with(
                High,
                "unescaped-dot",
                dots.collect(),
                "use no regular expressions, or escape the dots",
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
                "parse the origin before it is compared: some of these are another's host to a browser",
            ),
        ]);
    }
    let insecure =
        if scheme == "https" { vec![format!("http://{host}{port}")] } else { Vec::new() };
    let other_port = if port == ":8081" { ":8082" } else { ":8081" };
    all.extend([
        with(
            High,
            "insecure-origin",
            insecure,
            "allow only https: over http, anyone on the network can serve a page of that origin",
        ),
        with(
            Note,
            "any-port",
            vec![format!("{scheme}://{host}{other_port}")],
            "any server on another port of that host is allowed",
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
            "compare byte for byte: no browser sends such an origin",
        ),
    ]);
    all
}

/// Checks the answers to an allowed origin, to no origin and to `STRANGER`.
pub(crate) fn of_answers(
    origin: &str,
    own: &Answer,
    none: &Answer,
    stranger: &Answer,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut add = |severity, name, found: String, advice| {
        findings.push(Finding { severity, name, found, advice });
    };
    if stranger.echoes(STRANGER) {
        let with = if stranger.allows_credentials() { ", with credentials" } else { "" };
        add(
            weighed(Severity::High, stranger),
            "any-origin-reflected",
            format!("Origin: {STRANGER} is allowed{with}"),
            "list the allowed origins; if anyone may read the response without cookies, send *",
        );
    }
    let allowed = own.allow_origin();
    match allowed.as_deref() {
        Some("*") if own.allows_credentials() => add(
            Severity::Medium,
            "wildcard-with-credentials",
            String::from(
                "Access-Control-Allow-Origin: * with Access-Control-Allow-Credentials: true",
            ),
            "browsers reject that: list the origins, or do not allow credentials",
        ),
        Some("*") => add(
            Severity::Note,
            "any-origin",
            String::from("Access-Control-Allow-Origin: *"),
            "pages of every site can read it: serve nothing here that only the network protects",
        ),
        Some(allowed) if allowed == origin => {}
        Some(allowed) => add(
            Severity::Medium,
            "invalid-allow-origin",
            format!("Access-Control-Allow-Origin: {allowed} for the origin {origin}"),
            "send one line with the request's own origin: browsers refuse anything else",
        ),
        None => add(
            Severity::Note,
            "not-allowed",
            format!("the origin {origin} is not allowed"),
            "give --origin an allowed one, and the audit checks more",
        ),
    }
    let depends = [own, none, stranger].map(Answer::allow_origin);
    let depends = depends.iter().collect::<BTreeSet<_>>().len() > 1;
    for (answer, to) in
        [(own, "an allowed origin"), (none, "no origin"), (stranger, "another origin")]
    {
        if depends && !answer.varies_by_origin() {
            add(
                Severity::High,
                "missing-vary",
                format!("the response to {to} has no Vary: Origin, but responses differ by origin"),
                "send Vary: Origin on all responses: without it, a cache gives one page's response to another",
            );
            break;
        }
    }
    if let Some(value) = own.combined("access-control-allow-credentials").filter(|it| it != "true")
    {
        add(
            Severity::Low,
            "invalid-credentials",
            format!("Access-Control-Allow-Credentials: {value}"),
            "send true, in lower case, or nothing",
        );
    }
    if stranger.allow_origin().is_none() {
        let leaked: Vec<&str> = stranger
            .headers
            .keys()
            .map(http::HeaderName::as_str)
            .filter(|name| name.starts_with("access-control-"))
            .collect();
        if !leaked.is_empty() {
            add(
                Severity::Low,
                "headers-for-refused",
                format!("{} for an origin that is not allowed", leaked.join(", ")),
                "send a refused origin nothing but Vary",
            );
        }
    }
    let of_preflights =
        ["access-control-allow-methods", "access-control-allow-headers", "access-control-max-age"];
    let misplaced: Vec<&str> = of_preflights.into_iter().filter(|name| own.has(name)).collect();
    if !misplaced.is_empty() {
        add(
            Severity::Low,
            "preflight-headers",
            format!("{} on a response to a request that is not a preflight", misplaced.join(", ")),
            "send them only in answers to preflights: browsers ignore them elsewhere",
        );
    }
    findings
}

/// Checks the answers to preflights.
pub(crate) fn of_preflights(
    method: &Method,
    own: &Answer,
    preflight: &Answer,
    stranger: &Answer,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut add = |severity, name, found: String, advice| {
        findings.push(Finding { severity, name, found, advice });
    };
    let is_allowed = own.allow_origin().is_some();
    if is_allowed && !(200..300).contains(&preflight.status) {
        add(
            Severity::Medium,
            "preflight-status",
            format!("a preflight for {method} gets status {}", preflight.status),
            "answer it with 2xx before authentication, redirects and routes: browsers refuse anything else",
        );
    } else if is_allowed && preflight.allow_origin().is_none() {
        add(
            Severity::Medium,
            "preflight-without-cors",
            format!("a preflight for {method} gets no Access-Control-Allow-Origin"),
            "let the CORS layer answer it",
        );
    }
    let is_wrong = |answer: &Answer, origin: &str| {
        answer.echoes(origin) && !answer.allows_credentials() && own.allows_credentials()
    };
    if own.allow_origin().is_some_and(|origin| is_wrong(preflight, &origin)) {
        add(
            Severity::Medium,
            "preflight-without-credentials",
            String::from("responses allow credentials, and preflights do not"),
            "send Access-Control-Allow-Credentials with both",
        );
    }
    if stranger.echoes(STRANGER) && stranger.allows_credentials() {
        add(
            Severity::High,
            "preflight-of-any-origin",
            format!("a preflight of Origin: {STRANGER} is allowed, with credentials"),
            "list the origins that are allowed",
        );
    }
    let has_wildcard = |name: &str| {
        let list = preflight.combined(name).unwrap_or_default();
        list.split(',').any(|element| element.trim() == "*")
    };
    for name in ["access-control-allow-methods", "access-control-allow-headers"] {
        if preflight.allows_credentials() && has_wildcard(name) {
            add(
                Severity::Low,
                "literal-wildcard",
                format!("{name}: * with credentials, where browsers do not treat it as a wildcard"),
                "list the names",
            );
        }
    }
    let max_age = preflight.combined("access-control-max-age");
    if let Some(value) = &max_age {
        let seconds = value.parse::<u64>().ok();
        if seconds.is_none_or(|seconds| seconds > 86_400) {
            add(
                Severity::Low,
                "invalid-max-age",
                format!("Access-Control-Max-Age: {value}"),
                "send whole seconds, 86400 at most: no browser keeps an answer for longer",
            );
        }
    }
    if is_allowed && max_age.is_none() && (200..300).contains(&preflight.status) {
        add(
            Severity::Note,
            "no-max-age",
            String::from(
                "preflights have no Access-Control-Max-Age, so browsers keep their answers for 5 seconds",
            ),
            "send it, and fewer are sent",
        );
    }
    findings
}
