//! Sends requests with many origins, and collects the findings.

use std::{
    cell::Cell,
    cmp::Reverse,
    error::Error,
    hash::{BuildHasher, RandomState},
};

use http::{HeaderName, HeaderValue, Method, Request, Uri};
use serde_json::json;
use tower_cors::{ConfigError, Policy};

use crate::{
    Outcome,
    arguments::AuditArguments,
    checks::{self, Answer},
    client::Client,
    finding::{Finding, Severity, table},
    hostile::{self, Hostile},
    misplaced::{self, Placement},
    origin,
};

/// Returns the text to print, and the outcome.
pub(crate) async fn run(arguments: &AuditArguments) -> Result<(String, Outcome), Box<dyn Error>> {
    let auditor = Auditor::new(arguments)?;
    let findings = auditor.findings().await?;
    let (others, findings): (Vec<_>, Vec<_>) =
        findings.into_iter().partition(|finding| finding.severity < Severity::Low);
    let (gaps, notes): (Vec<_>, Vec<_>) =
        others.into_iter().partition(|finding| finding.severity == Severity::Gap);
    let (outcome, heading) = match (gaps.is_empty(), findings.is_empty()) {
        (false, _) => (Outcome::Incomplete, "the audit is incomplete\n"),
        (true, false) => (Outcome::Bad, ""),
        (true, true) => (Outcome::Good, "nothing found\n"),
    };
    let text = if arguments.common.json {
        let list = |findings: &[Finding]| findings.iter().map(Finding::json).collect::<Vec<_>>();
        serde_json::to_string_pretty(&json!({
            "url": arguments.url.to_string(),
            "findings": list(&findings),
            "gaps": list(&gaps),
            "notes": list(&notes),
        }))?
    } else {
        format!("{heading}{}", table([gaps, findings, notes].iter().flatten()))
    };
    Ok((text.trim_end().to_owned(), outcome))
}

pub(crate) struct Auditor {
    client: Client,
    /// Speaks only HTTP/1.1.
    http1: Client,
    url: Uri,
    /// An origin that is allowed.
    origin: String,
    method: Method,
    /// The last status of a `GET` that a rate limiter or a gateway probably responded to.
    interruption: Cell<Option<u16>>,
}

impl Auditor {
    pub(crate) fn new(arguments: &AuditArguments) -> Result<Self, Box<dyn Error>> {
        let AuditArguments { url, origin, method, common } = arguments;
        origin::check(origin)?;
        Ok(Self {
            client: Client::new(common)?,
            http1: Client::of_http1(common)?,
            url: url.clone(),
            origin: origin.clone(),
            method: method.clone(),
            interruption: Cell::default(),
        })
    }

    /// Returns all findings, worst first.
    pub(crate) async fn findings(&self) -> Result<Vec<Finding>, Box<dyn Error>> {
        // A shared cache would now keep a response without CORS headers.
        let none = self.get(&[]).await?;
        let stranger = self.get(&[("origin", checks::STRANGER)]).await?;
        let cached = self.get(&[("origin", &self.origin)]).await?;
        let fresh =
            self.send(&Method::GET, &self.fresh_url()?, &[("origin", &self.origin)]).await?;
        // Another status is that of something else, such as a rate limiter.
        let is_mixed =
            cached.status == fresh.status && !self.allows(&cached) && self.allows(&fresh);
        let own = if is_mixed { fresh } else { cached };

        let plain = self.preflight(&Method::GET, &self.origin, &[]).await?;
        let of_method = self.preflight(&self.method, &self.origin, &[]).await?;
        let strange_preflight = self.preflight(&self.method, checks::STRANGER, &[]).await?;

        let placement = Placement {
            origin: &self.origin,
            method: &self.method,
            actual: &own,
            preflight: &plain,
            of_method: &of_method,
        };
        let preflight = if placement.allows_method() { &of_method } else { &plain };
        let mut findings = placement.findings();
        findings.extend(is_mixed.then(|| Finding {
            severity: Severity::High,
            name: "cache-mixes-responses",
            found: format!(
                "the origin {} is allowed only if a query that is new keeps caches from answering",
                self.origin
            ),
            why: "it looks as if a cache gives a page the response that it kept for another one",
            change: "send Vary: Origin with all responses, let the cache heed it, and then clear the cache",
        }));
        findings.extend(checks::of_answers(&self.origin, &own, &none, &stranger));
        findings.extend(checks::of_preflights(&own, preflight, &strange_preflight));
        // If any origin is allowed, only such a method is refused.
        let unknown = self.preflight(&"PROBE".parse()?, &self.origin, &[]).await?;
        findings.extend(checks::of_reasons(&[&stranger, &strange_preflight, &of_method, &unknown]));
        let reflects_all = stranger.echoes(checks::STRANGER);
        let mut below = Vec::new();
        if !reflects_all {
            for domain in hostile::domains(&self.origin) {
                if self.allows_subdomains(domain).await? {
                    below.push(domain);
                }
            }
        }
        findings.extend(below.last().map(|domain| any_subdomain(domain, &own)));
        for Hostile { name, severity, origins, why, change } in hostile::hostile(&self.origin) {
            // If every origin is reflected, only `null` tells anything new.
            if reflects_all && name != "null-origin" {
                continue;
            }
            for origin in
                origins.iter().filter(|origin| !hostile::is_below(origin, &self.origin, &below))
            {
                let answer = match self.get(&[("origin", origin)]).await {
                    Ok(answer) => answer,
                    Err(error) => {
                        findings.push(not_compared(origin, error.as_ref()));
                        break;
                    }
                };
                if answer.echoes(origin) {
                    let with = if answer.allows_credentials() { ", with credentials" } else { "" };
                    let found = format!("Origin: {origin} is allowed{with}");
                    let severity = hostile::weighed(severity, &answer);
                    findings.push(Finding { severity, name, found, why, change });
                    break;
                }
            }
        }
        findings.extend(self.dependence_on_host(&stranger).await?);
        findings.extend(self.dependence_on_cookies(&stranger).await?);
        if !reflects_all {
            findings.extend(self.several_origins().await?);
        }
        findings.extend(self.private_network().await?);
        findings.extend(self.errors(&own).await?);
        findings.extend(self.interruption(&own));
        findings.sort_by_key(|finding| Reverse(finding.severity));
        Ok(findings)
    }

    async fn allows_subdomains(&self, domain: &str) -> Result<bool, Box<dyn Error>> {
        let Some((scheme, _, port)) = hostile::parts(&self.origin) else { return Ok(false) };
        let origin = format!("{scheme}://tower-cors-probe.{domain}{port}");
        Ok(self.get(&[("origin", &origin)]).await?.echoes(&origin))
    }

    /// Finds a decision that changes with `Host`, which can have another name only in HTTP/1.1, or with what a proxy would
    /// make of it.
    async fn dependence_on_host(
        &self,
        stranger: &Answer,
    ) -> Result<Option<Finding>, Box<dyn Error>> {
        if stranger.echoes(checks::STRANGER) {
            return Ok(None);
        }
        let host = checks::STRANGER.trim_start_matches("https://");
        let origin = ("origin", checks::STRANGER);
        let depends = |name: &str| Finding {
            severity: Severity::High,
            name: "depends-on-host",
            found: format!("with {name}: {host}, another origin is allowed"),
            why: "an attacker's host name can point to this server",
            change: "decide by the list of allowed origins alone",
        };
        let forwarded = self.get(&[origin, ("x-forwarded-host", host)]).await?;
        if forwarded.echoes(checks::STRANGER) {
            return Ok(Some(depends("x-forwarded-host")));
        }
        let result = send_by(&self.http1, &Method::GET, &self.url, &[origin, ("host", host)]).await;
        let seen = match result {
            Ok(answer) if answer.echoes(checks::STRANGER) => return Ok(Some(depends("host"))),
            Ok(answer) if answer.status == stranger.status => return Ok(None),
            // Another finding says so.
            Ok(answer) if self.interruption.get() == Some(answer.status) => return Ok(None),
            Ok(answer) => {
                format!("it gets status {} instead of {}", answer.status, stranger.status)
            }
            Err(error) => error.to_string(),
        };
        Ok(Some(Finding {
            severity: Severity::Note,
            name: "host-not-checked",
            found: format!(
                "a request over HTTP/1.1 with another Host does not reach the application: {seen}"
            ),
            why: "so it is not known whether the application compares the origin with the Host",
            change: "if it matters, repeat the audit where nothing is in front of the application",
        }))
    }

    /// Finds a decision that changes with cookies.
    async fn dependence_on_cookies(
        &self,
        stranger: &Answer,
    ) -> Result<Option<Finding>, Box<dyn Error>> {
        if stranger.echoes(checks::STRANGER) {
            return Ok(None);
        }
        let headers = [("origin", checks::STRANGER), ("cookie", "session=1")];
        Ok(self.get(&headers).await?.echoes(checks::STRANGER).then(|| Finding {
            severity: Severity::High,
            name: "depends-on-cookies",
            found: String::from("with cookie: session=1, another origin is allowed"),
            why: "a page can have cookies sent, and is then allowed to read the response",
            change: "make the same decision with and without cookies",
        }))
    }

    async fn several_origins(&self) -> Result<Option<Finding>, Box<dyn Error>> {
        let list = format!("{} {}", self.origin, checks::STRANGER);
        let lists = [
            vec![("origin", self.origin.as_str()), ("origin", checks::STRANGER)],
            vec![("origin", checks::STRANGER), ("origin", self.origin.as_str())],
            vec![("origin", list.as_str())],
        ];
        for headers in lists {
            let answer = self.get(&headers).await?;
            let allowed = answer.allow_origin().unwrap_or_default();
            if allowed.contains(checks::STRANGER) {
                return Ok(Some(Finding {
                    severity: Severity::Medium,
                    name: "several-origins",
                    found: format!(
                        "Access-Control-Allow-Origin: {allowed} for more than one Origin"
                    ),
                    why: "an origin that is not allowed is sent back, because only a part of the header was compared",
                    change: "refuse an Origin header that is not exactly one origin",
                }));
            }
        }
        Ok(None)
    }

    async fn private_network(&self) -> Result<Option<Finding>, Box<dyn Error>> {
        let asks = [("access-control-request-private-network", "true")];
        let answer = self.preflight(&self.method, checks::STRANGER, &asks).await?;
        let is_allowed =
            answer.allow_origin().is_some_and(|it| it == "*" || it == checks::STRANGER);
        let is_granted =
            answer.combined("access-control-allow-private-network").as_deref() == Some("true");
        // If any origin is allowed, another finding says so.
        Ok((is_granted && !is_allowed).then(|| Finding {
            severity: Severity::Medium,
            name: "private-network",
            found: String::from(
                "Access-Control-Allow-Private-Network for an origin that is not allowed",
            ),
            why: "pages of every site can try to reach this server in a private network",
            change: "send it to allowed origins only, or not at all",
        }))
    }

    /// Finds an error response that a page cannot read.
    async fn errors(&self, own: &Answer) -> Result<Option<Finding>, Box<dyn Error>> {
        let path = format!("{}/tower-cors-probe", self.url.path().trim_end_matches('/'));
        let mut parts = self.url.clone().into_parts();
        parts.path_and_query = Some(path.parse()?);
        let url = Uri::from_parts(parts)?;
        let answer = self.send(&Method::GET, &url, &[("origin", &self.origin)]).await?;
        let is_hidden = answer.status >= 400 && answer.allow_origin().is_none();
        Ok((is_hidden && own.allow_origin().is_some()).then(|| misplaced::hidden_error(&answer)))
    }

    /// Finds that something else began to respond in place of the application.
    fn interruption(&self, own: &Answer) -> Option<Finding> {
        let status = self.interruption.get().filter(|status| *status != own.status)?;
        Some(Finding {
            severity: Severity::Gap,
            name: "interrupted",
            found: format!(
                "a request for the same URL first got status {}, and then {status}",
                own.status
            ),
            why: "it looks as if a rate limiter or a gateway began to respond, and the origins of these requests were not compared",
            change: "repeat the audit when the limit is over, or where nothing is in front of the application",
        })
    }

    fn allows(&self, answer: &Answer) -> bool {
        answer.echoes("*") || answer.echoes(&self.origin)
    }

    /// The URL with a query that no cache has seen.
    fn fresh_url(&self) -> Result<Uri, Box<dyn Error>> {
        let number = RandomState::new().hash_one(&self.origin);
        let join = if self.url.query().is_some() { '&' } else { '?' };
        let path = self.url.path_and_query().map_or("/", |path| path.as_str());
        let mut parts = self.url.clone().into_parts();
        parts.path_and_query = Some(format!("{path}{join}tower-cors-probe={number}").parse()?);
        Ok(Uri::from_parts(parts)?)
    }

    async fn get(&self, headers: &[(&str, &str)]) -> Result<Answer, Box<dyn Error>> {
        let answer = self.send(&Method::GET, &self.url, headers).await?;
        if answer.is_interrupted() {
            self.interruption.set(Some(answer.status));
        }
        Ok(answer)
    }

    async fn preflight(
        &self,
        method: &Method,
        origin: &str,
        further: &[(&str, &str)],
    ) -> Result<Answer, Box<dyn Error>> {
        let mut headers =
            vec![("origin", origin), ("access-control-request-method", method.as_str())];
        headers.extend(further);
        self.send(&Method::OPTIONS, &self.url, &headers).await
    }

    async fn send(
        &self,
        method: &Method,
        url: &Uri,
        headers: &[(&str, &str)],
    ) -> Result<Answer, Box<dyn Error>> {
        send_by(&self.client, method, url, headers).await
    }
}

async fn send_by(
    client: &Client,
    method: &Method,
    url: &Uri,
    headers: &[(&str, &str)],
) -> Result<Answer, Box<dyn Error>> {
    let mut request = Request::builder().method(method).uri(url).body(String::new())?;
    for (name, value) in headers {
        let name: HeaderName = name.parse()?;
        request.headers_mut().append(name, HeaderValue::from_bytes(value.as_bytes())?);
    }
    let response = client.send(request).await.map_err(|error| error.to_string())?;
    Ok(Answer::new(&response))
}

/// Below a public suffix, anyone can have a subdomain.
fn any_subdomain(domain: &str, own: &Answer) -> Finding {
    let pattern = format!("https://*.{domain}");
    let policy = Policy::builder().allow_origin(pattern).allow_credentials(true).build_policy();
    let is_public = policy.is_err_and(|mistakes| {
        mistakes.iter().any(|it| matches!(it, ConfigError::PublicSuffixWithCredentials { .. }))
    });
    let found = format!("any subdomain of {domain} is allowed");
    if is_public {
        return Finding {
            severity: hostile::weighed(Severity::High, own),
            name: "any-site",
            found,
            why: "it is a public suffix, so anyone can register a name below it, and read the response",
            change: "list the allowed origins",
        };
    }
    Finding {
        severity: Severity::Note,
        name: "any-subdomain",
        found,
        why: "whoever takes over one of the subdomains can read the response",
        change: "list the subdomains that need it, if they are known",
    }
}

fn not_compared(origin: &str, error: &dyn Error) -> Finding {
    Finding {
        severity: Severity::Gap,
        name: "no-response",
        found: format!("a request with Origin: {origin} got no response: {error}"),
        why: "it looks as if a firewall ends such requests, and it is not known how the server compares the origin",
        change: "repeat the audit where nothing is in front of the application",
    }
}
