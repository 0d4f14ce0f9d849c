use std::{fmt, str::FromStr};

use super::{
    Origin, OriginFault,
    grammar::{OriginView, Scheme},
    looks, public_suffix, suggestion,
};

/// A pattern with one `*` within the first label of a host, such as those of preview deployments. It is for
/// [`allow_origin_if`](crate::CorsLayerBuilder::allow_origin_if), and no list takes it.
///
/// The `*` stands for one or more of `a-z`, `0-9` and `-`, so never for a dot. The scheme, the port and everything else
/// are compared byte for byte.
///
/// ```
/// use tower_cors::{CorsLayer, LabelPattern};
///
/// let previews: LabelPattern = "https://shop-*-acme.vercel.app".parse()?;
/// let cors = CorsLayer::builder()
///     .allow_origin("https://shop.example.com")
///     .allow_origin_if(move |origin, _request| previews.matches(origin))
///     .build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// **Others can get names that match.** Whoever has an account at the same host can call a project `shop-evil-acme`, and
/// so get `https://shop-evil-acme.vercel.app`. Without credentials, such a page can only read what every program on the
/// internet can. With credentials, it reads what your users' cookies open. So this needs
/// [`Danger::PredicateWithCredentials`](crate::Danger::PredicateWithCredentials), as every predicate does. A domain of your
/// own for previews is safer: then give `https://*.preview.example.com` to `allow_origin`.
///
/// Names directly below a registry's suffix, such as those of `https://*-shop.com`, do not parse, because anyone can
/// register them. Without the feature `public-suffix`, only those directly below a single label are known.
///
/// | permitted | matches |
/// |---|---|
/// | `https://shop-*-acme.vercel.app` | `https://shop-git-main-acme.vercel.app` |
/// | `https://*--shop.netlify.app` | `https://deploy-preview-7--shop.netlify.app` |
/// | `https://pr-*.shop.example.com` | `https://pr-7.shop.example.com`, not `https://pr-7.a.shop.example.com` |
/// | `https://pr-*.example.com:8443` | `https://pr-7.example.com:8443`, on no other port |
///
/// | prohibited | because |
/// |---|---|
/// | `https://*.vercel.app` | the `*` is the whole label |
/// | `https://*-.vercel.app` | no letter or digit of the label is fixed |
/// | `https://*-shop.com` | anyone can register `evil-shop.com` |
/// | `https://shop-*-*.vercel.app` | there are two `*` |
/// | `https://shop.*-acme.vercel.app` | the `*` is not in the first label |
/// | `https://shop-*-acme.vercel.app/` | origins have no path |
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct LabelPattern {
    text: Box<str>,
    /// The place of the `*`.
    wildcard: usize,
}

impl LabelPattern {
    /// Returns whether the origin matches.
    #[must_use]
    pub fn matches(&self, origin: &Origin) -> bool {
        let (start, end) = (&self.text[..self.wildcard], &self.text[self.wildcard + 1..]);
        let middle = origin.as_str().strip_prefix(start).and_then(|rest| rest.strip_suffix(end));
        middle.is_some_and(|middle| {
            let is_part = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
            let is_punycode = origin.host().starts_with("xn--");
            !middle.is_empty() && middle.bytes().all(is_part) && !is_punycode
        })
    }

    /// The pattern as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl FromStr for LabelPattern {
    type Err = InvalidLabelPattern;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        check(text)
            .map(|wildcard| Self { text: text.into(), wildcard })
            .map_err(|fault| InvalidLabelPattern { text: text.to_owned(), fault })
    }
}

impl fmt::Debug for LabelPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("LabelPattern").field(&self.text).finish()
    }
}

impl fmt::Display for LabelPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A text that is no [`LabelPattern`]. Its text says why, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidLabelPattern {
    text: String,
    fault: Fault,
}

impl InvalidLabelPattern {
    /// The text as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for InvalidLabelPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} ", self.text)?;
        match &self.fault {
            Fault::NoWildcard => {
                f.write_str("has no `*`, so it is a single origin; give it to allow_origin")
            }
            Fault::SeveralWildcards => f.write_str(
                "has more than one `*`, and only one part of the first label can vary; write one",
            ),
            Fault::OtherPlace => f.write_str(
                "has its `*` outside of the first label; write it within that label, such as \
                 \"https://pr-*.example.com\"",
            ),
            Fault::NoDomain => f.write_str(
                "has no domain after the label with the `*`, so every network has its own such hosts; write one, \
                 such as \"https://pr-*.example.com\"",
            ),
            Fault::NothingFixed => f.write_str(
                "has no letter or digit beside the `*` in its label, so it matches every name there; write what your \
                 names have in common, or give a `*.` to allow_origin if all the names are yours",
            ),
            Fault::PublicSuffix(suffix) => write!(
                f,
                "matches names directly below the public suffix {suffix:?}, which anyone can register; write the \
                 `*` before a domain of yours, or list the names"
            ),
            Fault::Punycode => f.write_str(
                "has its `*` in a label in Punycode, where each letter depends on all others; list the names",
            ),
            Fault::Origin(fault) => {
                write!(f, "{fault}; write a pattern such as \"https://pr-*.example.com\"")
            }
        }
    }
}

impl std::error::Error for InvalidLabelPattern {}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Fault {
    NoWildcard,
    SeveralWildcards,
    OtherPlace,
    NoDomain,
    NothingFixed,
    PublicSuffix(String),
    Punycode,
    Origin(OriginFault),
}

impl From<OriginFault> for Fault {
    fn from(fault: OriginFault) -> Self {
        Self::Origin(fault)
    }
}

/// Returns the place of the `*`.
fn check(text: &str) -> Result<usize, Fault> {
    let wildcard = text.find('*').ok_or(Fault::NoWildcard)?;
    if text[wildcard + 1..].contains('*') {
        return Err(Fault::SeveralWildcards);
    }
    let start = text.find("://").map_or(0, |end| end + 3);
    let label_end = text[start..].find(['.', ':', '/']).map_or(text.len(), |end| start + end);
    if !(start..label_end).contains(&wildcard) {
        return Err(Fault::OtherPlace);
    }
    // The shortest origin that it could match.
    let shortest = text.replace('*', "a");
    let origin = OriginView::parse(shortest.as_bytes())
        .map_err(|fault| looks::like(&shortest).unwrap_or(fault))?;
    let has_default_port = match origin.scheme {
        Scheme::Http => origin.port == Some(80),
        Scheme::Https => origin.port == Some(443),
        Scheme::Other => {
            let known = suggestion::misspelled(&text[..start - 3]);
            let fault =
                known.map_or(OriginFault::WildcardInOpaqueHost, OriginFault::MisspelledScheme);
            return Err(fault.into());
        }
    };
    if has_default_port {
        return Err(OriginFault::DefaultPort.into());
    }
    let host_end = origin.without_port.len();
    let host = &text[host_end - origin.host.len()..host_end];
    let (label, domain) = host.split_once('.').ok_or(Fault::NoDomain)?;
    if !label.bytes().any(|byte| byte.is_ascii_alphanumeric()) {
        return Err(Fault::NothingFixed);
    }
    if label.starts_with("xn--") {
        return Err(Fault::Punycode);
    }
    let domain = domain.trim_end_matches('.');
    let name = format!("{}.{domain}", label.replace('*', "a"));
    if [domain, &name].into_iter().any(public_suffix::is_registry) {
        return Err(Fault::PublicSuffix(domain.to_owned()));
    }
    Ok(wildcard)
}
