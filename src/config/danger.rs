use std::{fmt, str::FromStr};

/// An attack that a configuration knowingly leaves open.
///
/// Each only lifts the check that would not let the configuration build. It grants nothing by itself:
/// what is allowed still has to be listed. Its text, in a file too, is its name in kebab case, such as
/// `null-origin`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Danger {
    /// Anyone can make a page whose origin is `null`: it takes a sandboxed frame, a `data:` URL or a
    /// redirect across origins. To allow `null` is to let every site read the responses.
    ///
    /// Lets `"null"` be listed, without credentials. Nothing does with credentials, nor with private networks.
    NullOrigin,
    /// Whoever sits on the network between a user and `http://example.com` (a hotel's wireless, a
    /// proxy) can answer in its place, with a script of their own. If that origin may make requests
    /// with credentials, the script reads what the user's cookies open, even where this server itself
    /// is only reached over https.
    ///
    /// Lets http origins other than loopback ones be allowed with credentials.
    InsecureOrigins,
    /// Anyone can have a name below a public suffix: `evil.github.io` takes minutes, `evil.com` a few
    /// coins. If all the names below one may make requests with credentials, whoever has one reads
    /// what the cookies of your users open.
    ///
    /// Lets `*.` stand before a [public suffix](https://publicsuffix.org/), such as `com` or
    /// `github.io`, or before a name with one below it, such as `amazonaws.com`, with credentials or with
    /// private networks.
    PublicSuffixes,
    /// Predicates are written by hand, and most of those that were found wrong let a stranger in: a
    /// comparison without a dot (`evil-example.com`), one that begins at the wrong end
    /// (`example.com.evil.net`), a look-up that answers yes when it fails. With credentials, the stranger
    /// then reads what the user's cookies open.
    ///
    /// Lets [`allow_origin_if`](crate::CorsLayerBuilder::allow_origin_if) decide with credentials or with
    /// private networks.
    PredicateWithCredentials,
    /// Every site that a logged-in user visits can act as that user, and read all that the user can:
    /// the browser sends the cookies along, and hands the responses over.
    ///
    /// Lets any origin be allowed with credentials, by sending each origin back its own name; `null`
    /// and http origins (loopback ones aside) stay refused.
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
        let [others @ .., last] = Danger::ALL.map(Danger::name);
        write!(f, "{:?} is no danger; write {} or {last}", self.0, others.join(", "))
    }
}

impl std::error::Error for UnknownDanger {}
