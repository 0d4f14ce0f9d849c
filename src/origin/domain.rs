//! The domain names that patterns put behind a `*.`, as a tree.

use std::collections::{BTreeSet, HashMap};

use foldhash::fast::RandomState;

use super::{
    OriginPattern,
    grammar::{OriginView, Scheme},
    pattern::PortPattern,
};

/// A domain name in the tree, the root's children being last labels. A walk ends at the first label
/// that no pattern has, so a long host costs no more.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Domain {
    children: HashMap<Box<[u8]>, Domain, RandomState>,
    /// What patterns say of the subdomains' scheme and port.
    subdomains: BTreeSet<(Scheme, PortPattern)>,
}

impl Domain {
    pub(super) fn is_empty(&self) -> bool {
        self.children.is_empty() && self.subdomains.is_empty()
    }

    pub(super) fn has_subdomain(&self, origin: &OriginView<'_>) -> bool {
        let mut domain = self;
        for label in labels(origin.host) {
            // Asked with a label still to go: the bare domain is not its own subdomain.
            if domain.allows(origin.scheme, origin.port) {
                return true;
            }
            match domain.children.get(label) {
                Some(child) => domain = child,
                None => return false,
            }
        }
        false
    }

    fn allows(&self, scheme: Scheme, port: Option<u16>) -> bool {
        self.subdomains.contains(&(scheme, PortPattern::Any))
            || self.subdomains.contains(&(scheme, PortPattern::Exact(port)))
    }

    /// `false` if the pattern was there already.
    pub(super) fn insert(&mut self, pattern: &OriginPattern) -> bool {
        let mut domain = self;
        for label in labels(pattern.host()) {
            domain = domain.children.entry(label.into()).or_default();
        }
        domain.subdomains.insert((pattern.scheme, pattern.port))
    }

    /// Another pattern that matches all that `pattern` does.
    pub(super) fn covering(&self, pattern: &OriginPattern) -> Option<String> {
        let mut domain = self;
        // The end of the host that was walked, with the dot that stands before it. At the root it is
        // nothing, and there no pattern ends.
        let mut walked = 0;
        for label in labels(pattern.host()) {
            for port in [PortPattern::Any, pattern.port] {
                if domain.subdomains.contains(&(pattern.scheme, port)) {
                    let name = &pattern.host()[pattern.host().len() + 1 - walked..];
                    return Some(written(pattern.scheme, &String::from_utf8_lossy(name), port));
                }
            }
            domain = domain.children.get(label)?;
            walked += label.len() + 1;
        }
        let covers = pattern.subdomains
            && pattern.port != PortPattern::Any
            && domain.subdomains.contains(&(pattern.scheme, PortPattern::Any));
        let name = String::from_utf8_lossy(pattern.host());
        covers.then(|| written(pattern.scheme, &name, PortPattern::Any))
    }

    pub(super) fn patterns(&self) -> impl Iterator<Item = String> + use<> {
        let mut patterns = Vec::new();
        self.collect(None, &mut patterns);
        patterns.into_iter()
    }

    /// No deeper than a host has labels, which is 127 at the most.
    fn collect(&self, name: Option<&str>, patterns: &mut Vec<String>) {
        patterns.extend(
            self.subdomains
                .iter()
                .map(|&(scheme, port)| written(scheme, name.unwrap_or_default(), port)),
        );
        for (label, child) in &self.children {
            child.collect(Some(&child_name(label, name)), patterns);
        }
    }
}

/// The last label first. A host that ends in a dot has an empty last label.
fn labels(host: &[u8]) -> impl Iterator<Item = &[u8]> {
    host.rsplit(|&byte| byte == b'.')
}

/// The root has no name.
fn child_name(label: &[u8], parent: Option<&str>) -> String {
    let label = String::from_utf8_lossy(label);
    parent.map_or_else(|| label.to_string(), |parent| format!("{label}.{parent}"))
}

fn written(scheme: Scheme, name: &str, port: PortPattern) -> String {
    let scheme = if scheme == Scheme::Http { "http" } else { "https" };
    let port = match port {
        PortPattern::Any => String::from(":*"),
        PortPattern::Exact(None) => String::new(),
        PortPattern::Exact(Some(port)) => format!(":{port}"),
    };
    format!("{scheme}://*.{name}{port}")
}
