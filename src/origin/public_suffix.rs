//! [Public suffixes](https://publicsuffix.org/): domains below which anyone can have a name.

use super::suffixes_below::SUFFIXES_BELOW;

/// Returns whether anyone can have a name directly below `name`. A single label counts, listed or not,
/// except `localhost`.
pub(super) fn is_public_suffix(name: &str) -> bool {
    if !name.contains('.') {
        return name != "localhost";
    }
    is_listed(name)
}

/// A public suffix below `name`. A wildcard before `name` covers the names below that suffix, which anyone
/// can have.
pub(super) fn suffix_below(name: &str) -> Option<&'static str> {
    // `psl2` looks up single names, and cannot list the suffixes below one.
    SUFFIXES_BELOW
        .into_iter()
        .filter(|suffix| {
            cfg!(feature = "public-suffix")
                && suffix.strip_suffix(name).is_some_and(|labels| labels.ends_with('.'))
        })
        .min_by_key(|suffix| suffix.len())
}

/// Returns whether `name` is the suffix of a registry, such as `co.uk`. Names below a company's own suffix, such as
/// `vercel.app`, go to its customers; with some companies, those are anyone. A single label counts, listed or not, except
/// `localhost`.
pub(super) fn is_registry(name: &str) -> bool {
    is_public_suffix(name) && (!name.contains('.') || is_run_by_registry(name))
}

#[cfg(feature = "public-suffix")]
fn is_run_by_registry(name: &str) -> bool {
    psl2::lookup(name).is_some_and(|domain| domain.is_icann())
}

#[cfg(not(feature = "public-suffix"))]
fn is_run_by_registry(_: &str) -> bool {
    false
}

#[cfg(feature = "public-suffix")]
fn is_listed(name: &str) -> bool {
    psl2::lookup(name).is_some_and(|domain| domain.suffix() == name)
}

#[cfg(not(feature = "public-suffix"))]
fn is_listed(_: &str) -> bool {
    false
}

#[cfg(all(test, feature = "public-suffix"))]
mod tests {
    use super::{super::suffixes_below::VERSION, SUFFIXES_BELOW, is_public_suffix, suffix_below};

    /// If this fails after an update of `psl2`, run `scripts/suffixes-below.py`.
    #[test]
    fn the_table_agrees_with_the_list() {
        assert_eq!(psl2::psl_version().trim(), VERSION);
        for suffix in SUFFIXES_BELOW {
            assert!(is_public_suffix(&suffix.replace('*', "example")), "{suffix}");
            let mut parents = suffix.match_indices('.').map(|(dot, _)| &suffix[dot + 1..]);
            let hidden = parents.find(|parent| !is_public_suffix(parent)).expect(suffix);
            assert!(suffix_below(hidden).is_some(), "{hidden}");
        }
    }
}
