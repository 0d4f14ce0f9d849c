//! The texts of mistakes: what was found, why it cannot work, and what to write instead.

use std::fmt;

use super::{
    danger::Danger, data::LONGEST_MAX_AGE, error::ConfigError, name_text::InvalidName,
    option::ConfigOption,
};

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.option())?;
        match self {
            Self::SetTwice { option, first, second } => {
                write!(f, "is set to {first} and to {second}, and only one can hold; set it once")?;
                if *option == ConfigOption::RefuseDisallowedOrigins {
                    f.write_str(" (the preset mcp sets it to All)")?;
                }
                Ok(())
            }
            Self::NoOrigin => f.write_str(
                "no origin is listed, so no page could read any response; \
                 list one, such as \"https://example.com\", or allow any with \"*\"",
            ),
            Self::InvalidOrigin(mistake) | Self::InvalidOwnOrigin(mistake) => mistake.fmt(f),
            Self::AnyOriginBesideOthers { others } => write!(
                f,
                "any origin is allowed, so {} would have no effect; \
                 remove the \"*\" (or allow_any_origin), or the rest",
                Quoted(others)
            ),
            Self::NullOrigin => write!(
                f,
                "\"null\" is the origin of any page that wants it, from a sandboxed frame or after a redirect; \
                 serve the page from an origin of its own, or accept {}",
                Accepted(Danger::NullOrigin)
            ),
            Self::NullOriginWithCredentials => f.write_str(
                "\"null\" is the origin of any page that wants it, so where requests carry cookies (with \
                 credentials, or when disallowed origins are refused) it would give away what they open; \
                 remove it",
            ),
            Self::AnyOriginWithCredentials => f.write_str(
                "any origin is allowed, and so are credentials, which browsers refuse together; \
                 list the origins, or do not allow credentials \
                 (a bearer token needs none, only \"authorization\" among allow_headers)",
            ),
            Self::SecondClosure { closure } => {
                write!(f, "{closure} is given two closures, and only one can be called; join them")
            }
            Self::MissingClosure { closure } => write!(
                f,
                "the configuration was read back from a policy with a closure, and closures cannot be stored; \
                 convert it to a builder and call {closure} again"
            ),
            Self::PredicateWithCredentials => write!(
                f,
                "requests carry cookies (with credentials, or when disallowed origins are refused), and a predicate \
                 decides who may use them: a mistake in it, or a name that strangers can get (such as a preview at a \
                 shared host), gives away what the cookies open; list patterns, or accept {}",
                Accepted(Danger::PredicateWithCredentials)
            ),
            Self::InsecureOriginWithCredentials { origin } => write!(
                f,
                "{origin:?} is not encrypted, so anyone on the network could use its users' credentials; \
                 serve it over https and write {:?}, or accept {}",
                encrypted(origin),
                Accepted(Danger::InsecureOrigins)
            ),
            Self::PublicSuffixWithCredentials { pattern, suffix } => write!(
                f,
                "{pattern:?} covers the names below the public suffix {suffix:?}, which anyone can have, \
                 and they could use your users' credentials; \
                 list the names that are yours, or accept {}",
                Accepted(Danger::PublicSuffixes)
            ),
            Self::PrivateNetworkWithAnyOrigin => f.write_str(
                "any origin is allowed, and so are private networks, so every site could reach into them; \
                 list the origins, or do not allow private networks",
            ),
            Self::PrivateNetworkWithInsecureOrigin { origin } => write!(
                f,
                "{origin:?} is not encrypted, so anyone on the network could reach into private ones; \
                 serve it over https and write {:?}, or do not allow private networks",
                encrypted(origin)
            ),
            Self::PrivateNetworkWithNullOrigin => f.write_str(
                "\"null\" is the origin of any page that wants it, and private networks are allowed, so every site \
                 could reach into them; remove it, or do not allow private networks",
            ),
            Self::PrivateNetworkWithPublicSuffix { pattern, suffix } => write!(
                f,
                "{pattern:?} covers the names below the public suffix {suffix:?}, which anyone can have, and private \
                 networks are allowed, so they could reach into them; list the names that are yours, or accept {}",
                Accepted(Danger::PublicSuffixes)
            ),
            Self::PrivateNetworkWithPredicate => write!(
                f,
                "a predicate decides, and private networks are allowed, so a slip in it lets a stranger reach into \
                 them; list patterns, or accept {}",
                Accepted(Danger::PredicateWithCredentials)
            ),
            Self::InvalidMethod { method, suggestion } => {
                InvalidName { option: self.option(), text: method, suggestion }.fmt(f)
            }
            Self::MethodTooLong { method } => write!(
                f,
                "{method:?} is longer than the 64 bytes that a requested method may have, so no preflight for it \
                 would be allowed; write a shorter one"
            ),
            Self::ForbiddenMethod { method } => {
                write!(f, "{method:?} is a method that no script can send; remove it")
            }
            Self::MisspelledMethod { method, suggestion } => write!(
                f,
                "{method:?} is not how the method is spelled, and methods are compared byte for byte; \
                 write {suggestion:?}"
            ),
            Self::WildcardBesideOthers { others, .. } => write!(
                f,
                "\"*\" stands for all, so {} would have no effect; \
                 write \"*\" alone, or only the names",
                Quoted(others)
            ),
            Self::InvalidHeaderName { option, name, suggestion } => {
                InvalidName { option: *option, text: name, suggestion }.fmt(f)
            }
            Self::MisspelledHeader { name, suggestion, .. } => write!(
                f,
                "{name:?} is probably misspelled, and another spelling is another header; \
                 write {suggestion:?}"
            ),
            Self::ForbiddenRequestHeader { name } if name == "cookie" => f.write_str(
                "\"cookie\" is a header that no script can set, so no preflight asks for it; \
                 remove it, and allow credentials for cookies to be sent",
            ),
            Self::ForbiddenRequestHeader { name } => write!(
                f,
                "{name:?} is a header that no script can set, so no preflight asks for it; remove it"
            ),
            Self::ResponseHeaderAllowed { name } => write!(
                f,
                "{name:?} is a header of responses, which no request needs; remove it"
            ),
            Self::UnreadableHeaderExposed { name } => write!(
                f,
                "{name:?} is a header that no script can read on the response to its request; remove it"
            ),
            Self::MaxAgeTooLong { max_age } => {
                write!(
                    f,
                    "{max_age:?} is longer than any browser keeps the response to a preflight; \
                     write at most 86400 seconds (Firefox's limit; Chromium's is 7200)"
                )?;
                let seconds = max_age.as_secs() / 1_000;
                // Whole minutes in milliseconds. Long times in seconds, such as 30 days, are rarely that.
                if max_age.as_secs() % 60_000 == 0 && seconds <= LONGEST_MAX_AGE.as_secs() {
                    write!(f, ", or {seconds} if milliseconds were meant")?;
                }
                Ok(())
            }
            Self::MaxAgeFraction { max_age } => {
                write!(
                    f,
                    "{max_age:?} has a fraction of a second, and the header holds whole ones; \
                     write Duration::from_secs({})",
                    max_age.as_secs() + 1
                )?;
                match (max_age.as_millis(), max_age.subsec_nanos() % 1_000_000) {
                    (number, 0) if number <= LONGEST_MAX_AGE.as_secs().into() => {
                        write!(f, ", or Duration::from_secs({number}) if seconds were meant")
                    }
                    _ => Ok(()),
                }
            }
            Self::EchoWithoutWildcard => f.write_str(
                "neither allow_methods nor allow_headers has \"*\", so it has no effect; remove it, or add \"*\" to \
                 one of them",
            ),
            Self::EchoWithCredentials => f.write_str(
                "credentials are allowed, so the requested method and headers are sent instead of \"*\", and \
                 it has no effect; remove it",
            ),
            Self::RefusingWithAnyOrigin => f.write_str(
                "any origin is allowed, so there is none to refuse; list the origins, or do not refuse",
            ),
            Self::OwnOriginsBesideNone => f.write_str(
                "own origins are listed, and no_own_origins says that there are none; remove one of the two",
            ),
            Self::InexactOwnOrigin { origin } => write!(
                f,
                "{origin:?} is not one origin, and a server's own pages have known ones; \
                 list each, such as \"https://example.com\""
            ),
            Self::NoOwnOriginsWithoutRefusing => f.write_str(
                "no origin is refused, so it has no effect; remove it, or add refuse_disallowed_origins",
            ),
            Self::ForwardedPreflightStatus => f.write_str(
                "the inner service answers the preflights that are allowed, so preflight_status would have \
                 no effect; remove one of the two",
            ),
            Self::ForwardedPreflightMethods => f.write_str(
                "the inner service answers the preflights that are allowed, so it would not be asked for the \
                 methods of the route; remove forward_preflights or allow_methods_of_route",
            ),
            Self::NoPolicy => {
                f.write_str("there is no policy, so nothing would match; give one or more")
            }
            Self::AnyOriginBeforeLast { place } => write!(
                f,
                "policy {place} allows any origin, so those after it would never be asked; make it the last"
            ),
            Self::PartsDiffer { place, option } => {
                let closure = match option {
                    ConfigOption::OnDecision => " (a closure is the same if one call of on_decision gave it)",
                    _ => "",
                };
                write!(
                    f,
                    "policy {place} differs from policy 1 in {option}{closure}, and all need the same, since it also \
                     applies to origins that none of them allows; set it once on a builder, and build each policy \
                     from a clone of that builder"
                )
            }
            Self::RefusingBeforeAnyOrigin => f.write_str(
                "the last policy allows any origin, so there is none left that the others could refuse; list its \
                 origins, or do not refuse (the preset mcp does)",
            ),
            Self::CoveredByPart { place, origin, by_place, by } if origin == by => write!(
                f,
                "policies {by_place} and {place} both list {origin:?}, and policy {by_place}, which is asked first, \
                 always decides; remove one of the two"
            ),
            Self::CoveredByPart { place, origin, by_place, by } => write!(
                f,
                "policy {place} lists {origin:?}, and policy {by_place}, which is asked before, allows it already \
                 with {by:?}; put policy {place} first, or remove the entry"
            ),
            Self::PreflightStatus { status } => write!(
                f,
                "{} is not in 200 to 299, so browsers would refuse every preflight; \
                 write 204, or 200 for old clients",
                status.as_u16()
            ),
        }
    }
}

struct Quoted<'a>(&'a [String]);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, text) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            write!(f, "{separator}{text:?}")?;
        }
        Ok(())
    }
}

/// The same origin over https. `:443` is dropped, since it is the default port there.
fn encrypted(origin: &str) -> String {
    let origin = origin.replacen("http:", "https:", 1);
    origin.strip_suffix(":443").unwrap_or(&origin).to_owned()
}

/// A danger as it is written in code and in files.
struct Accepted(Danger);

impl fmt::Display for Accepted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Danger::{:?} (in a file, \"{}\")", self.0, self.0)
    }
}
