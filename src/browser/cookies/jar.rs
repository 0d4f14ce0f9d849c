//! The stored cookies.

use std::time::Duration;

use http::HeaderValue;
use url::{Host, Url};

use super::{
    line::Line,
    refusal::{CookieRefusal, CookieRefusalReason as Reason},
    same_site::SameSite,
};
use crate::browser::site::{is_public_suffix, is_trustworthy, site_domain};

/// A request that may have cookies, or a response that may set them.
pub(crate) struct Access<'a> {
    pub(crate) url: &'a Url,
    /// `true` if the page is on another site than the URL, or has an opaque origin.
    pub(crate) is_cross_site: bool,
    /// `true` if the browser blocks the cookies as those of a third party.
    pub(crate) is_blocked: bool,
    /// Why the credentials mode allows no cookies. `None` if it does.
    pub(crate) withheld: Option<Reason>,
    /// The time on the browser's clock.
    pub(crate) now: Duration,
    /// The date from which `Expires` counts, in seconds since 1970.
    pub(crate) date: i64,
}

/// The cookies in the order of their creation.
#[derive(Clone, Debug, Default)]
pub(crate) struct CookieJar(Vec<Cookie>);

impl CookieJar {
    /// Returns the `Cookie` header, and the cookies of the host that are not in it. If the credentials mode allows none,
    /// these are the ones that would be in it otherwise. Those that were set for another path are not among them.
    /// <https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#name-retrieval-algorithm>
    pub(crate) fn header(
        &mut self,
        access: &Access<'_>,
    ) -> (Option<HeaderValue>, Vec<CookieRefusal>) {
        self.remove_expired(access.now);
        let host = access.url.host_str().unwrap_or_default();
        let of_host = self.0.iter_mut().filter(|cookie| {
            let is_host = cookie.domain == host;
            is_host || (!cookie.is_host_only && domain_matches(host, &cookie.domain))
        });
        let (mut pairs, mut sent, mut refused) = (Vec::new(), Vec::new(), Vec::new());
        for cookie in of_host {
            let refusal = access.refuses(cookie.is_secure, cookie.same_site);
            if !path_matches(access.url.path().as_bytes(), &cookie.path) {
                // Whoever wrote a Path knows what it does.
                if refusal.is_none() && access.withheld.is_none() && !cookie.has_path {
                    let path = String::from_utf8_lossy(&cookie.path).into_owned();
                    refused.push(CookieRefusal::not_sent(&cookie.name, Reason::DefaultPath(path)));
                }
                continue;
            }
            match (refusal, &access.withheld) {
                (None, None) => {
                    cookie.used = access.now;
                    let equals: &[u8] = if cookie.name.is_empty() { b"" } else { b"=" };
                    let pair = [&cookie.name, equals, &cookie.value].concat();
                    pairs.push((cookie.path.len(), pair));
                    sent.push(String::from_utf8_lossy(&cookie.name).into_owned());
                }
                (Some(reason), None) => refused.push(CookieRefusal::not_sent(&cookie.name, reason)),
                (None, Some(reason)) => {
                    refused.push(CookieRefusal::not_sent(&cookie.name, reason.clone()));
                }
                // Nobody misses a cookie that would not be sent with credentials either.
                (Some(_), Some(_)) => {}
            }
        }
        // Nobody misses a cookie whose name is sent.
        refused.retain(|refusal| {
            let is_path = matches!(refusal.reason(), Reason::DefaultPath(_));
            !is_path || !sent.iter().any(|name| name == refusal.name())
        });
        // The sort is stable: among cookies with equally long paths, the oldest comes first.
        pairs.sort_by_key(|(length, _)| std::cmp::Reverse(*length));
        let pairs: Vec<Vec<u8>> = pairs.into_iter().map(|(_, pair)| pair).collect();
        let header = HeaderValue::from_bytes(&pairs.join(&b"; "[..])).ok();
        (header.filter(|header| !header.is_empty()), refused)
    }

    /// Stores the cookie of a `Set-Cookie` line.
    /// <https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#name-storage-model>
    pub(crate) fn store(&mut self, text: &[u8], access: &Access<'_>) -> Result<(), CookieRefusal> {
        self.remove_expired(access.now);
        let accepted = Line::parse(text).and_then(|line| self.accept(line, access));
        let allowed = accepted.and_then(|cookie| access.withheld.clone().map_or(Ok(cookie), Err));
        let cookie = allowed.map_err(|reason| CookieRefusal::not_stored(text, reason))?;
        match self.0.iter_mut().find(|other| other.is_replaced_by(&cookie)) {
            Some(old) => *old = cookie,
            None => self.0.push(cookie),
        }
        self.remove_expired(access.now);
        self.remove_excess(&site_domain(access.url));
        Ok(())
    }

    /// Runs all checks of the storage model.
    fn accept(&self, line: Line, access: &Access<'_>) -> Result<Cookie, Reason> {
        let host = access.url.host_str().unwrap_or_default();
        let (domain, is_host_only) = match &line.domain {
            Some(domain) if is_public_suffix(domain) && domain != host => {
                return Err(Reason::PublicSuffix(domain.clone()));
            }
            Some(domain) if is_public_suffix(domain) => (domain.clone(), true),
            Some(domain) if is_ip(access.url) && domain == host => (domain.clone(), true),
            Some(domain) if !is_ip(access.url) && domain_matches(host, domain) => {
                (domain.clone(), false)
            }
            Some(domain) => return Err(Reason::OtherDomain(domain.clone())),
            None => (host.to_owned(), true),
        };
        if line.same_site == SameSite::None && !line.is_secure {
            return Err(Reason::NoneWithoutSecure);
        }
        if let Some(reason) = access.refuses(line.is_secure, line.same_site) {
            return Err(reason);
        }
        check_prefix(&line)?;
        let lifetime = match (line.max_age, line.expires) {
            (Some(seconds), _) => Some(seconds),
            (None, Some(expires)) => Some(expires.saturating_sub(access.date)),
            (None, None) => None,
        };
        let lifetime = lifetime.map(|seconds| {
            Duration::from_secs(u64::try_from(seconds).unwrap_or(0)).min(LONGEST_LIFETIME)
        });
        let cookie = Cookie {
            has_path: line.path.is_some(),
            path: line.path.unwrap_or_else(|| default_path(access.url)),
            name: line.name,
            value: line.value,
            domain,
            site: site_domain(access.url),
            is_host_only,
            is_secure: line.is_secure,
            same_site: line.same_site,
            expires: lifetime.map(|lifetime| access.now.saturating_add(lifetime)),
            used: access.now,
        };
        let is_insecure = !cookie.is_secure && !is_trustworthy(access.url);
        if is_insecure && self.0.iter().any(|other| other.is_hidden_by(&cookie)) {
            return Err(Reason::HidesSecureCookie);
        }
        Ok(cookie)
    }

    fn remove_expired(&mut self, now: Duration) {
        self.0.retain(|cookie| cookie.expires.is_none_or(|expires| expires > now));
    }

    /// Above Chromium's limit for a site, removes those cookies first that are not `Secure`, and of these the least
    /// recently used.
    fn remove_excess(&mut self, site: &str) {
        let count = self.0.iter().filter(|cookie| cookie.site == site).count();
        if count <= MOST_COOKIES {
            return;
        }
        for _ in KEPT_COOKIES..count {
            let candidates = self.0.iter().enumerate().filter(|(_, cookie)| cookie.site == site);
            let first = candidates.min_by_key(|(_, cookie)| (cookie.is_secure, cookie.used));
            if let Some(index) = first.map(|(index, _)| index) {
                self.0.remove(index);
            }
        }
    }
}

impl Access<'_> {
    /// The checks that a cookie has to pass both to be stored and to be sent.
    fn refuses(&self, is_secure: bool, same_site: SameSite) -> Option<Reason> {
        if is_secure && !is_trustworthy(self.url) {
            Some(Reason::InsecureUrl)
        } else if self.is_cross_site && same_site != SameSite::None {
            Some(Reason::CrossSite(same_site))
        } else {
            self.is_blocked.then_some(Reason::ThirdParty)
        }
    }
}

#[derive(Clone, Debug)]
struct Cookie {
    name: Vec<u8>,
    value: Vec<u8>,
    domain: String,
    /// The registrable domain of the host that set the cookie, or the host itself.
    site: String,
    is_host_only: bool,
    path: Vec<u8>,
    /// `false` if the path is that of the URL that set the cookie.
    has_path: bool,
    is_secure: bool,
    same_site: SameSite,
    /// The time on the browser's clock. `None` for a session cookie, which lasts as long as the browser.
    expires: Option<Duration>,
    /// The time on the browser's clock at which the cookie was last stored or sent.
    used: Duration,
}

impl Cookie {
    fn is_replaced_by(&self, new: &Self) -> bool {
        self.name == new.name
            && self.domain == new.domain
            && self.is_host_only == new.is_host_only
            && self.path == new.path
    }

    fn is_hidden_by(&self, new: &Self) -> bool {
        self.is_secure
            && self.name == new.name
            && (domain_matches(&self.domain, &new.domain)
                || domain_matches(&new.domain, &self.domain))
            && path_matches(&new.path, &self.path)
    }
}

/// Checks the attributes that a prefix of the name requires. If the name is empty, the value's prefix counts, because
/// a server cannot tell the two apart.
fn check_prefix(line: &Line) -> Result<(), Reason> {
    let text = if line.name.is_empty() { &line.value } else { &line.name };
    let has_prefix = |prefix: &&str| {
        text.get(..prefix.len()).is_some_and(|it| it.eq_ignore_ascii_case(prefix.as_bytes()))
    };
    let prefixes = ["__Host-Http-", "__Host-", "__Http-", "__Secure-"];
    let Some(prefix) = prefixes.into_iter().find(has_prefix) else { return Ok(()) };
    let is_for_host = line.domain.is_none() && line.path.as_deref() == Some(b"/");
    let is_valid = !line.name.is_empty()
        && line.is_secure
        && (is_for_host || !prefix.starts_with("__Host-"))
        && (line.is_http_only || !prefix.ends_with("Http-"));
    if is_valid { Ok(()) } else { Err(Reason::Prefix(prefix)) }
}

/// <https://www.rfc-editor.org/rfc/rfc6265#section-5.1.3>
fn domain_matches(host: &str, domain: &str) -> bool {
    host == domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
}

/// <https://www.rfc-editor.org/rfc/rfc6265#section-5.1.4>
fn path_matches(path: &[u8], cookie: &[u8]) -> bool {
    let Some(rest) = path.strip_prefix(cookie) else { return false };
    rest.is_empty() || cookie.ends_with(b"/") || rest.starts_with(b"/")
}

/// <https://www.rfc-editor.org/rfc/rfc6265#section-5.1.4>
fn default_path(url: &Url) -> Vec<u8> {
    let folder = url.path().rsplit_once('/').map_or("", |(folder, _)| folder);
    if folder.is_empty() { b"/".to_vec() } else { folder.as_bytes().to_vec() }
}

fn is_ip(url: &Url) -> bool {
    matches!(url.host(), Some(Host::Ipv4(_) | Host::Ipv6(_)))
}

/// The longest lifetime of a cookie, from RFC 6265bis.
const LONGEST_LIFETIME: Duration = Duration::from_secs(400 * 24 * 60 * 60);

/// Chromium's limit for a site, and the number of cookies that are left when it is exceeded.
const MOST_COOKIES: usize = 180;
const KEPT_COOKIES: usize = 150;
