use std::{fmt, str::FromStr};

use crate::meant;

/// An attack that a configuration knowingly leaves open.
///
/// Accepting one only lifts the check that keeps such a configuration from building: the origins still have
/// to be listed. 'With credentials' includes lists that
/// [refuse](crate::CorsLayerBuilder::refuse_disallowed_origins). As text, also in files, a danger is its
/// name in kebab case, such as `null-origin`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Danger {
    /// Anyone can make a page whose origin is `null`, with a sandboxed frame, a `data:` URL or a redirect
    /// across origins. Allowing `null` lets every site read the responses.
    ///
    /// Lets `"null"` build, but never with credentials or private networks.
    NullOrigin,
    /// Anyone on the network between a user and `http://example.com`, such as a hotel's wireless or a
    /// proxy, can respond in its place, with a script of their own. If that origin may send credentials,
    /// the script reads what the user's cookies open. It does so even if this server itself uses https
    /// only.
    ///
    /// Lets http origins build with credentials. Loopback ones need no danger. With private networks, http
    /// origins never build.
    InsecureOrigins,
    /// Anyone can have a name below a public suffix: `evil.github.io` takes minutes, `evil.com` a few
    /// coins. If all names below one may send credentials, the owner of any such name reads what your
    /// users' cookies open. With private networks, that owner reaches into your users' networks.
    ///
    /// Lets `*.` build with credentials or private networks before a [public
    /// suffix](https://publicsuffix.org/), such as `com` or `github.io`. The same goes for a name with a
    /// public suffix below it, such as `amazonaws.com`.
    PublicSuffixes,
    /// A slip in a predicate lets a stranger in. Common ones are a comparison without a dot
    /// (`evil-example.com`), one at the wrong end (`example.com.evil.net`), and a look-up that returns
    /// `true` when it fails. With credentials, the stranger reads what the user's cookies open. With
    /// private networks, the stranger reaches into them.
    ///
    /// A predicate without a slip can still let strangers in, if they can get a name that it allows. Where many customers
    /// share a host, anyone with an account can call a project `shop-evil-acme`, and so get
    /// `https://shop-evil-acme.vercel.app`. A [`LabelPattern`](crate::LabelPattern) for the previews of a project `shop`
    /// cannot tell the two apart.
    ///
    /// Lets [`allow_origin_if`](crate::CorsLayerBuilder::allow_origin_if) and
    /// [`allow_origin_if_async`](crate::CorsLayerBuilder::allow_origin_if_async) build with credentials or
    /// private networks.
    PredicateWithCredentials,
    /// Every site that a logged-in user visits can act as that user, and read all that the user can. The
    /// browser sends the cookies, and lets the site read the responses. Browsers refuse `*` with credentials
    /// for this reason. They cannot see that an origin is sent back because every one is.
    ///
    /// Lets any origin build with credentials, but never with private networks. Each origin is sent back
    /// its own name. `null` stays refused, and so do http origins, loopback ones aside, without
    /// [`InsecureOrigins`](Self::InsecureOrigins).
    #[doc(alias = "mirror_request")]
    #[doc(alias = "very_permissive")]
    AnyOriginWithCredentials,
}

impl Danger {
    pub(crate) const ALL: [Self; 5] = [
        Self::NullOrigin,
        Self::InsecureOrigins,
        Self::PublicSuffixes,
        Self::PredicateWithCredentials,
        Self::AnyOriginWithCredentials,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::NullOrigin => "null-origin",
            Self::InsecureOrigins => "insecure-origins",
            Self::PublicSuffixes => "public-suffixes",
            Self::PredicateWithCredentials => "predicate-with-credentials",
            Self::AnyOriginWithCredentials => "any-origin-with-credentials",
        }
    }
}

impl fmt::Display for Danger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Danger {
    type Err = UnknownDanger;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|danger| danger.name() == text)
            .ok_or_else(|| UnknownDanger(text.to_owned()))
    }
}

/// A text that names no [`Danger`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownDanger(String);

impl fmt::Display for UnknownDanger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = Danger::ALL.map(Danger::name);
        write!(f, "{:?} is no danger; write ", self.0)?;
        match (meant::name_among(&self.0, &names), names) {
            (Some(name), _) => f.write_str(name),
            (None, [others @ .., last]) => write!(f, "{} or {last}", others.join(", ")),
        }
    }
}

impl std::error::Error for UnknownDanger {}
