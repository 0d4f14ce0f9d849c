use std::time::Duration;

use http::StatusCode;

/// What a builder was told, word for word: nothing in it is known to be right. `"*"` in a list stands
/// for the option that allows all.
#[derive(Clone, Debug, Default)]
pub(crate) struct CorsConfig {
    pub(crate) allow_origins: Vec<String>,
    pub(crate) allow_credentials: Option<bool>,
    pub(crate) allow_methods: Vec<String>,
    pub(crate) allow_headers: Vec<String>,
    pub(crate) expose_headers: Vec<String>,
    pub(crate) max_age: Option<Duration>,
    pub(crate) preflight_status: Option<StatusCode>,
    pub(crate) dangerously_allow: Vec<Danger>,
}

impl CorsConfig {
    pub(crate) fn accepts(&self, danger: Danger) -> bool {
        self.dangerously_allow.contains(&danger)
    }
}

/// An attack that a configuration knowingly leaves open.
///
/// Each only lifts the check that would not let the configuration build. It grants nothing by itself:
/// what is allowed still has to be listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Danger {
    /// Anyone can make a page whose origin is `null`: it takes a sandboxed frame, a `data:` URL or a
    /// redirect across origins. To allow `null` is to let every site read the responses.
    ///
    /// Lets `"null"` be listed, without credentials. With credentials nothing does.
    NullOrigin,
    /// Whoever sits on the network between a user and `http://example.com` (a hotel's wireless, a
    /// proxy) can answer in its place, with a script of their own. If that origin may make requests
    /// with credentials, the script reads what the user's cookies open, even where this server itself
    /// is only reached over https.
    ///
    /// Lets http origins other than loopback ones be allowed with credentials.
    InsecureOrigins,
    /// Every site that a logged-in user visits can act as that user, and read all that the user can:
    /// the browser sends the cookies along, and hands the responses over.
    ///
    /// Lets any origin be allowed with credentials, by sending each origin back its own name; `null`
    /// and http origins stay refused.
    AnyOriginWithCredentials,
}
