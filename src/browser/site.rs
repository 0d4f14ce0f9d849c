//! The origins and sites of pages and URLs.

use url::{Host, Url};

use super::error::NetworkErrorCause;

/// The origin of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PageOrigin {
    serialized: String,
    /// `None` for an opaque origin, which is not same origin with any URL.
    url: Option<Url>,
}

impl PageOrigin {
    /// Takes a URL or `null`. The origin of a URL without a host, such as `data:,a`, is opaque.
    pub(super) fn new(text: &str) -> Result<Self, NetworkErrorCause> {
        let url = match text {
            "null" => None,
            _ => match Url::parse(text) {
                Ok(url) => Some(url).filter(Url::has_host),
                Err(_) => return Err(NetworkErrorCause::InvalidPage(text.to_owned())),
            },
        };
        Ok(Self { serialized: url.as_ref().map_or_else(|| String::from("null"), serialize), url })
    }

    pub(super) fn as_str(&self) -> &str {
        &self.serialized
    }

    /// <https://html.spec.whatwg.org/#same-origin>
    pub(super) fn is_same_origin(&self, url: &Url) -> bool {
        self.url.is_some() && self.serialized == serialize(url)
    }

    pub(super) fn is_https(&self) -> bool {
        self.url.as_ref().is_some_and(|url| url.scheme() == "https")
    }

    /// <https://html.spec.whatwg.org/#same-site>
    pub(super) fn is_same_site(&self, other: &Url) -> bool {
        self.url.as_ref().is_some_and(|url| {
            url.scheme() == other.scheme()
                && (url.host() == other.host()
                    || matches!(
                        (registrable_domain(url), registrable_domain(other)),
                        (Some(one), Some(other)) if one == other
                    ))
        })
    }
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

fn registrable_domain(url: &Url) -> Option<String> {
    let name = url.domain()?;
    psl2::lookup(name)?.registrable_domain().map(str::to_owned)
}
