use std::fmt;

/// The reason why a text is no origin, or no origin pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OriginFault {
    /// An empty text.
    Empty,
    /// More than 326 bytes.
    TooLong,
    /// White space or a control character.
    WhiteSpace,
    /// A quotation mark.
    Quotes,
    /// A list: `,`, `;` or `|` between several origins in one text, or after one.
    List,
    /// A JSON array, such as `["https://example.com"]`, or an object.
    Json,
    /// A word that allows any origin elsewhere: `all`, `any` or `true`.
    WordForAny,
    /// A placeholder that nothing has filled in, such as `https://${HOST}`.
    Placeholder,
    /// A regular expression, such as `https://.*\.example\.com`.
    RegularExpression,
    /// A range of addresses, such as `http://192.168.1.0/24`.
    AddressRange,
    /// No `://`.
    NoScheme,
    /// A scheme that is not of the form `[a-z][a-z0-9+.-]*`.
    SchemeForm,
    /// A `*` in the scheme, such as `*://example.com`.
    WildcardScheme,
    /// A scheme of more than 64 bytes.
    SchemeTooLong,
    /// A scheme that is one slip away from the given one, such as `htps`.
    MisspelledScheme(&'static str),
    /// A scheme that no page's origin has, such as `ws` or `file`.
    SchemeWithoutPages(&'static str),
    /// A user name or password before the host.
    UserInfo,
    /// A path, or only a trailing slash.
    Path,
    /// A query.
    Query,
    /// A fragment.
    Fragment,
    /// An empty host.
    EmptyHost,
    /// A host of more than 253 bytes, or of more than 251 after `*.`.
    HostTooLong,
    /// An empty label: two dots in a row, or a dot first.
    EmptyLabel,
    /// A label of more than 63 bytes.
    LabelTooLong,
    /// A scheme or a host with upper-case letters.
    UpperCase,
    /// A host that is not ASCII.
    NonAscii,
    /// A byte that no host can have, other than those above.
    HostByte(u8),
    /// An `xn--` label that does not decode, or does not encode to the same text.
    Punycode,
    /// A host that browsers read as an IPv4 address, but not in the form that they send.
    Ipv4Form,
    /// An IPv6 address without brackets.
    Ipv6WithoutBrackets,
    /// Brackets that hold no IPv6 address.
    Ipv6Form,
    /// An IPv6 address that is not in its compressed, lower-case form.
    Ipv6NotCompressed,
    /// An IPv6 address with a zone.
    Ipv6Zone,
    /// An IPv4 address in brackets.
    BracketedIpv4,
    /// An IPv4 address mapped into IPv6.
    MappedIpv4,
    /// A byte that the host of an application's own scheme cannot have.
    OpaqueHostByte(u8),
    /// A port that is no number.
    PortForm,
    /// Port 0.
    PortZero,
    /// A port above 65535.
    PortTooLarge,
    /// A port with leading zeros.
    PortLeadingZero,
    /// The scheme's default port, written out in a pattern.
    DefaultPort,
    /// A `*` that is neither the whole first label nor the whole port.
    WildcardPlace,
    /// A `*` for a part of the first label, which only a [`LabelPattern`](crate::LabelPattern) can have.
    WildcardInLabel,
    /// A `*` in place of the host.
    WildcardHost,
    /// A `*.` before an IP address.
    WildcardBeforeIp,
    /// A `*` in the host of an application's own scheme.
    WildcardInOpaqueHost,
}

impl OriginFault {
    /// The advice on what to write, where the text itself suggests no correction.
    pub(super) fn advice(self) -> &'static str {
        match self {
            Self::Empty => "remove it, or write an origin such as \"https://example.com\"",
            Self::SchemeWithoutPages("ws" | "wss") => {
                "write the page's own origin, with http or https"
            }
            Self::SchemeWithoutPages("about" | "blob") => "write that page's origin",
            Self::SchemeWithoutPages("data" | "file") => {
                "write the origin of a server or of an application's scheme"
            }
            Self::Json | Self::List => {
                "write each origin as an entry of its own (in an environment variable, with commas between them)"
            }
            Self::Placeholder => "write the origin that it stands for",
            Self::RegularExpression | Self::WildcardPlace => {
                "write each origin by itself, with `*.` before a domain for its subdomains, and `:*` for any port"
            }
            Self::AddressRange => {
                "write each address by itself (in code, allow_origin_if can decide about a range)"
            }
            Self::NonAscii | Self::Punycode => {
                "write the host in Punycode, as the browser's address bar gives it when copied"
            }
            Self::Ipv4Form => "write four decimal numbers from 0 to 255",
            Self::Ipv6WithoutBrackets => {
                "write brackets around the address, such as \"http://[::1]:3000\""
            }
            Self::PortForm | Self::PortZero | Self::PortTooLarge => {
                "write a port from 1 to 65535, or `:*` for any"
            }
            Self::WildcardHost => {
                "write `*` alone for any origin, `*.` before a domain, or each origin by itself"
            }
            Self::WildcardBeforeIp => "write each address by itself",
            Self::WildcardInLabel | Self::WildcardInOpaqueHost => "write each origin by itself",
            Self::WildcardScheme => "write an origin for each scheme",
            Self::OpaqueHostByte(_) => {
                "write a scheme and a plain host, such as \"tauri://localhost\""
            }
            _ => "write an origin such as \"https://example.com\"",
        }
    }
}

/// Describes what was found and why it cannot work. The offending text comes before it in messages.
impl fmt::Display for OriginFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "is an empty entry, perhaps after a trailing comma or from an empty variable",
            Self::TooLong => "has more than 326 bytes, which no origin has",
            Self::WhiteSpace => "has white space or a control character, which no origin has",
            Self::Quotes => "has a quotation mark, which no origin has",
            Self::List => "looks like a list, and is read as one origin",
            Self::Json => "looks like JSON, and is read as one origin",
            Self::WordForAny => "is read as one origin, not as any",
            Self::Placeholder => "has a placeholder that nothing has filled in",
            Self::RegularExpression => "looks like a regular expression, and patterns are none",
            Self::AddressRange => "is a range of addresses, and an origin has a single one",
            Self::NoScheme => "has no scheme, and an origin is scheme, host and port",
            Self::SchemeForm => {
                "has a scheme that is not a lower-case letter followed by a-z, 0-9, `+`, `.` or `-`"
            }
            Self::WildcardScheme => "has a `*` in its scheme, and no scheme has a wildcard",
            Self::SchemeTooLong => "has a scheme longer than 64 bytes",
            Self::SchemeWithoutPages("file") => {
                "has the scheme `file`, and pages from files send `null` as their origin"
            }
            Self::SchemeWithoutPages("data") => {
                "has the scheme `data`, and such pages send `null` as their origin"
            }
            Self::SchemeWithoutPages(scheme @ ("about" | "blob")) => {
                return write!(
                    f,
                    "has the scheme `{scheme}`, and such a page has the origin of the page that made it"
                );
            }
            Self::MisspelledScheme(known) => {
                return write!(f, "has a scheme that is one slip away from `{known}`");
            }
            Self::SchemeWithoutPages(scheme) => {
                return write!(f, "has the scheme `{scheme}`, which is no page's");
            }
            Self::UserInfo => "has a user name, and browsers leave it out of origins",
            Self::Path => "has a path or a trailing slash, and browsers send origins without",
            Self::Query => "has a query, and browsers send origins without",
            Self::Fragment => "has a fragment, and browsers send origins without",
            Self::EmptyHost => "has no host",
            Self::HostTooLong => "has a host longer than the 253 bytes of a domain name",
            Self::EmptyLabel => "has an empty label, and no host has two dots in a row or a dot first",
            Self::LabelTooLong => "has a label longer than the 63 bytes of a domain name's",
            Self::UpperCase => "has upper-case letters, and browsers send origins in lower case",
            Self::NonAscii => "is not all ASCII, and browsers send such hosts in Punycode",
            Self::HostByte(byte) => {
                return write!(
                    f,
                    "has `{}` in its host, which can only have a-z, 0-9, `-`, `.` and `_`",
                    byte.escape_ascii()
                );
            }
            Self::Punycode => "has an `xn--` label that is no Punycode, so no browser sends it",
            Self::Ipv4Form => {
                "has a host that ends in a number, which browsers take for an IPv4 address and send otherwise"
            }
            Self::Ipv6WithoutBrackets => "has an IPv6 address without brackets",
            Self::Ipv6Form => "has brackets that hold no IPv6 address",
            Self::Ipv6NotCompressed => {
                "has an IPv6 address that browsers send in its shortest, lower-case form"
            }
            Self::Ipv6Zone => "has an IPv6 address with a zone, and no origin has one",
            Self::BracketedIpv4 => "has an IPv4 address in brackets, which are for IPv6",
            Self::MappedIpv4 => "has an IPv4 address mapped into IPv6",
            Self::OpaqueHostByte(byte) => {
                return write!(
                    f,
                    "has `{}` after a scheme other than http and https, where only A-Z, a-z, 0-9, `-`, `.`, `_` and `~` can stand",
                    byte.escape_ascii()
                );
            }
            Self::PortForm => "has a port that is no number",
            Self::PortZero => "has port 0, which no server has",
            Self::PortTooLarge => "has a port above 65535",
            Self::PortLeadingZero => "has a port with leading zeros, which browsers do not send",
            Self::DefaultPort => "has its scheme's default port, which browsers leave out",
            Self::WildcardPlace => "has a `*` that is neither the whole first label nor the whole port",
            Self::WildcardInLabel => {
                "has a `*` for a part of the first label, and in a list it stands for the whole label"
            }
            Self::WildcardHost => "has a `*` in place of the host, so it would match the pages of anyone",
            Self::WildcardBeforeIp => "has a `*.` before an IP address, which has no subdomains",
            Self::WildcardInOpaqueHost => {
                "has a `*` in the host of an application's own scheme, which is matched as a whole"
            }
        })
    }
}

impl std::error::Error for OriginFault {}
