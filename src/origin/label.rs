use std::{fmt, str::FromStr};

use super::{
    Origin, OriginFault,
    grammar::{OriginView, Scheme},
    looks, public_suffix, suggestion, varying,
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
/// | `https://shop-*-acme.vercel.app:*` | the port cannot vary |
/// | `https://shop-[a-z]+-acme.vercel.app` | patterns are no regular expressions |
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

    /// The pattern that a text is, or probably was meant to be.
    pub(super) fn meant_by(text: &str) -> Option<Self> {
        Self::parse(text).or_else(|_| Self::parse(&varying::suggest(text).unwrap_or_default())).ok()
    }

    fn parse(text: &str) -> Result<Self, Fault> {
        check(text).map(|wildcard| Self { text: text.into(), wildcard })
    }
}

impl FromStr for LabelPattern {
    type Err = InvalidLabelPattern;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text).map_err(|fault| {
            let suggestion = varying::suggest(text).filter(|text| check(text).is_ok());
            InvalidLabelPattern { text: text.to_owned(), fault, suggestion }
        })
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

/// A text that is no [`LabelPattern`], with the reason and a suggestion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidLabelPattern {
    text: String,
    fault: Fault,
    suggestion: Option<String>,
}

impl InvalidLabelPattern {
    /// The text as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The pattern that was probably meant, if there is a likely one.
    #[must_use]
    pub fn suggestion(&self) -> Option<&str> {
        self.suggestion.as_deref()
    }
}

impl fmt::Display for InvalidLabelPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {}; ", self.text, self.fault)?;
        match &self.suggestion {
            Some(suggestion) => write!(f, "write {suggestion:?}"),
            None => f.write_str(self.fault.advice()),
        }
    }
}

impl std::error::Error for InvalidLabelPattern {}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Fault {
    NoWildcard,
    SeveralWildcards,
    VaryingPort,
    OnlyVaryingPort,
    OtherPlace,
    NoDomain,
    NothingFixed,
    PublicSuffix(String),
    Punycode,
    Origin(OriginFault),
}

impl Fault {
    /// The advice on what to write, where the text itself suggests no correction.
    fn advice(&self) -> &'static str {
        match self {
            Self::NoWildcard | Self::OnlyVaryingPort => "give it to allow_origin",
            Self::SeveralWildcards => "write one, and what your names have in common",
            Self::VaryingPort => "write the port, or leave it out for the default one",
            Self::OtherPlace => "write it within that label, such as \"https://pr-*.example.com\"",
            Self::NoDomain => "write one, such as \"https://pr-*.example.com\"",
            Self::NothingFixed => {
                "write what your names have in common, or give a `*.` to allow_origin if all the names are yours"
            }
            Self::PublicSuffix(_) => "write the `*` before a domain of yours, or list the names",
            Self::Punycode => "list the names",
            Self::Origin(OriginFault::List | OriginFault::Json) => "parse each pattern by itself",
            Self::Origin(_) => "write a pattern such as \"https://pr-*.example.com\"",
        }
    }
}

/// Describes what was found and why it cannot work. The offending text comes before it in messages.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoWildcard => "has no `*`, so it is a single origin",
            Self::SeveralWildcards => {
                "has more than one `*`, and only one part of the first label can vary"
            }
            Self::VaryingPort => {
                "has a `*` for its port too, and only a part of the first label can vary"
            }
            Self::OnlyVaryingPort => "has its `*` for the port, and no part of its host varies",
            Self::OtherPlace => "has its `*` outside of the first label",
            Self::NoDomain => {
                "has no domain after the label with the `*`, so every network has its own such hosts"
            }
            Self::NothingFixed => {
                "has no letter or digit beside the `*` in its label, so it matches every name there"
            }
            Self::PublicSuffix(suffix) => {
                return write!(
                    f,
                    "matches names directly below the public suffix {suffix:?}, which anyone can register"
                );
            }
            Self::Punycode => {
                "has its `*` in a label in Punycode, where each letter depends on all others"
            }
            Self::Origin(OriginFault::Placeholder) => {
                "has a placeholder, and a pattern has a `*` for the part that varies"
            }
            Self::Origin(fault) => return fault.fmt(f),
        })
    }
}

impl From<OriginFault> for Fault {
    fn from(fault: OriginFault) -> Self {
        Self::Origin(fault)
    }
}

/// Returns the place of the `*`.
fn check(text: &str) -> Result<usize, Fault> {
    place(text).map_err(|fault| match looks::like(text) {
        // That is what a label pattern looks like.
        None | Some(OriginFault::WildcardInLabel) => fault,
        Some(fault) => fault.into(),
    })
}

fn place(text: &str) -> Result<usize, Fault> {
    let Some(wildcard) = text.find('*') else {
        check_exact(text)?;
        return Err(Fault::NoWildcard);
    };
    if let Some(without_port) = text.strip_suffix(":*") {
        return Err(match check_exact(without_port) {
            _ if without_port.contains('*') => Fault::VaryingPort,
            Ok(OriginView { scheme: Scheme::Other, .. }) => {
                OriginFault::WildcardInOpaqueHost.into()
            }
            Ok(_) => Fault::OnlyVaryingPort,
            Err(fault) => fault.into(),
        });
    }
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
    let origin = check_exact(&shortest)?;
    if origin.scheme == Scheme::Other {
        let known = suggestion::misspelled(&text[..start - 3]);
        let fault = known.map_or(OriginFault::WildcardInOpaqueHost, OriginFault::MisspelledScheme);
        return Err(fault.into());
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

/// Checks an origin as a list would. A default port, which browsers leave out, is a fault.
fn check_exact(text: &str) -> Result<OriginView<'_>, OriginFault> {
    let origin = OriginView::parse(text.as_bytes())?;
    match (origin.scheme, origin.port) {
        (Scheme::Http, Some(80)) | (Scheme::Https, Some(443)) => Err(OriginFault::DefaultPort),
        _ => Ok(origin),
    }
}
