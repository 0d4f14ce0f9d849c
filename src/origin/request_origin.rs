use std::fmt;

use http::HeaderValue;

use super::{fault::OriginFault, grammar::OriginView};

/// The well-formed [origin](https://fetch.spec.whatwg.org/#origin-header) of a request: scheme, host
/// and port.
///
/// It shares the header's value, so cloning it is cheap. `null` is no origin. It compares with texts byte for byte.
///
/// ```
/// use http::HeaderValue;
/// use tower_cors::Origin;
///
/// let origin = Origin::try_from(HeaderValue::from_static("https://a.example.com:8443"))?;
/// assert_eq!(origin.scheme(), "https");
/// assert_eq!(origin.host(), "a.example.com");
/// assert_eq!(origin.port(), Some(8443));
/// assert!(origin.is_subdomain_of("example.com"));
/// assert!(origin == "https://a.example.com:8443");
/// # Ok::<(), tower_cors::OriginFault>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Origin {
    value: HeaderValue,
    scheme_end: usize,
    host_end: usize,
    port: Option<u16>,
}

impl Origin {
    /// The scheme, without `://`.
    #[must_use]
    pub fn scheme(&self) -> &str {
        &self.as_str()[..self.scheme_end]
    }

    /// The host: a domain name, an IPv4 address, an IPv6 address in brackets, or the opaque host of an
    /// application's own scheme.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.as_str()[self.scheme_end + 3..self.host_end]
    }

    /// The port, if it is not the scheme's default one.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// Returns whether the host is one or more labels before `domain`. `a.example.com` is a subdomain of
    /// `example.com`; `example.com` and `notexample.com` are not. `domain` is compared byte for byte: write
    /// it in lower case and in Punycode. IP addresses and opaque hosts are never subdomains.
    #[must_use]
    pub fn is_subdomain_of(&self, domain: &str) -> bool {
        let is_domain_name =
            OriginView::parse(self.value.as_bytes()).is_ok_and(|origin| origin.has_domain_name());
        is_domain_name
            && !domain.is_empty()
            && self.host().strip_suffix(domain).is_some_and(|labels| labels.ends_with('.'))
    }

    /// The origin as it was sent.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.value.as_bytes()
    }

    pub(crate) fn into_value(self) -> HeaderValue {
        self.value
    }

    /// The origin as it was sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // A well-formed origin is ASCII.
        self.value.to_str().unwrap_or_default()
    }
}

/// Fails if the value is no well-formed origin, `null` included.
impl TryFrom<HeaderValue> for Origin {
    type Error = OriginFault;

    fn try_from(value: HeaderValue) -> Result<Self, Self::Error> {
        let view = OriginView::parse(value.as_bytes())?;
        let host_end = view.without_port.len();
        let (scheme_end, port) = (host_end - view.host.len() - 3, view.port);
        Ok(Self { value, scheme_end, host_end, port })
    }
}

impl PartialEq<str> for Origin {
    fn eq(&self, text: &str) -> bool {
        self.as_bytes() == text.as_bytes()
    }
}

impl PartialEq<&str> for Origin {
    fn eq(&self, text: &&str) -> bool {
        self == *text
    }
}

impl PartialEq<String> for Origin {
    fn eq(&self, text: &String) -> bool {
        self == text.as_str()
    }
}

impl PartialEq<Origin> for str {
    fn eq(&self, origin: &Origin) -> bool {
        origin == self
    }
}

impl PartialEq<Origin> for &str {
    fn eq(&self, origin: &Origin) -> bool {
        origin == *self
    }
}

impl PartialEq<Origin> for String {
    fn eq(&self, origin: &Origin) -> bool {
        origin == self.as_str()
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Origin").field(&self.as_str()).finish()
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
