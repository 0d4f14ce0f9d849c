use std::{fmt, str::FromStr};

use crate::meant;

/// The requests to refuse if their origin is not allowed. As text, also in files, it is its name in lower
/// case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Refuse {
    /// All requests.
    All,
    /// Requests for another protocol, such as WebSocket handshakes: those with an `Upgrade` header
    /// (HTTP/1.1) or with the method `CONNECT` (HTTP/2 and 3, for any protocol). Browsers send a WebSocket
    /// handshake without a preflight, and let any page use the connection.
    Upgrades,
}

impl Refuse {
    fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Upgrades => "upgrades",
        }
    }
}

impl fmt::Display for Refuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Refuse {
    type Err = UnknownRefuse;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = [Self::All, Self::Upgrades].into_iter().find(|refuse| refuse.name() == text);
        known.ok_or_else(|| UnknownRefuse(text.to_owned()))
    }
}

/// A text that names no [`Refuse`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownRefuse(String);

impl fmt::Display for UnknownRefuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = [Refuse::All, Refuse::Upgrades].map(Refuse::name);
        let meant = meant::name_among(&self.0, &names);
        let advice = meant.unwrap_or("all or upgrades");
        write!(f, "{:?} is nothing that can be refused; write {advice}", self.0)
    }
}

impl std::error::Error for UnknownRefuse {}
