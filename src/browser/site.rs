//! The origins and sites of pages and URLs.

use url::{Host, Url};

use super::error::NetworkErrorCause;

/// The origin of a page.
#[derive(Clone, Debug)]
pub(super) struct PageOrigin {
    serialized: String,
    /// `None` for an opaque origin, which is not same origin with any URL.
    url: Option<Url>,
    site: Site,
}

impl PageOrigin {
    /// Takes a URL or `null`. The origin of a URL without a host, such as `data:,a`, is opaque. The number
    /// identifies an opaque origin, because each is same origin only with itself.
    pub(super) fn new(text: &str, number: u64) -> Result<Self, NetworkErrorCause> {
        let url = match text {
            "null" => None,
            _ => match Url::parse(text) {
                Ok(url) => Some(url).filter(Url::has_host),
                Err(_) => return Err(NetworkErrorCause::InvalidPage(text.to_owned())),
            },
        };
        let serialized = url.as_ref().map_or_else(|| String::from("null"), serialize);
        let site = url.as_ref().map_or(Site::Opaque(number), Site::of);
        Ok(Self { serialized, url, site })
    }

    pub(super) fn as_str(&self) -> &str {
        &self.serialized
    }

    pub(super) fn site(&self) -> &Site {
        &self.site
    }

    /// <https://html.spec.whatwg.org/#same-origin>
    pub(super) fn is_same_origin(&self, url: &Url) -> bool {
        self.url.is_some() && self.serialized == serialize(url)
    }

    pub(super) fn is_https(&self) -> bool {
        self.url.as_ref().is_some_and(|url| url.scheme() == "https")
    }

    /// <https://html.spec.whatwg.org/#same-site>
    pub(super) fn is_same_site(&self, url: &Url) -> bool {
        self.site == Site::of(url)
    }

    /// <https://html.spec.whatwg.org/#schemelessly-same-site>
    pub(super) fn is_schemelessly_same_site(&self, url: &Url) -> bool {
        match (&self.site, Site::of(url)) {
            (Site::Named { domain, .. }, Site::Named { domain: other, .. }) => *domain == other,
            _ => false,
        }
    }
}

/// A [site](https://html.spec.whatwg.org/#site).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Site {
    /// The number of an opaque origin.
    Opaque(u64),
    Named {
        scheme: String,
        /// The registrable domain, or the host if it has none.
        domain: String,
    },
}

impl Site {
    /// The site of a URL, which must have a host.
    fn of(url: &Url) -> Self {
        Self::Named { scheme: url.scheme().to_owned(), domain: site_domain(url) }
    }
}

/// The registrable domain of a URL, or its host if it has none.
pub(super) fn site_domain(url: &Url) -> String {
    let registrable = url.domain().and_then(psl2::lookup).and_then(|it| it.registrable_domain());
    registrable.or(url.host_str()).unwrap_or_default().to_owned()
}

/// `true` if anyone can register names below this one, such as `com` and `github.io`.
pub(super) fn is_public_suffix(name: &str) -> bool {
    psl2::lookup(name).is_some_and(|name| name.is_public_suffix())
}

/// The [serialized](https://html.spec.whatwg.org/#ascii-serialisation-of-an-origin) origin of a URL.
///
/// In the standard, a URL with the scheme of an application, such as `tauri`, has an opaque origin. Web views
/// send scheme and host instead of `null`, and so does the model.
pub(super) fn serialize(url: &Url) -> String {
    let origin = url.origin();
    if origin.is_tuple() {
        return origin.ascii_serialization();
    }
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    match url.host_str() {
        Some(host) => format!("{}://{host}{port}", url.scheme()),
        None => String::from("null"),
    }
}

/// <https://w3c.github.io/webappsec-secure-contexts/#is-url-trustworthy>
pub(super) fn is_trustworthy(url: &Url) -> bool {
    let is_loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "https" || is_loopback
}

/// `true` for a URL that can be fetched over HTTP.
pub(super) fn is_http(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
}
