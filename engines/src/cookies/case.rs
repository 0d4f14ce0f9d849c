//! A case for cookies: fetches, and the cookies that their responses set.

use crate::case::Hosts;

/// Fetches with credentials, one after the other, in a browser that has no cookies before.
#[derive(Clone, Debug)]
pub(crate) struct CookieCase {
    /// `true` if the browser blocks third-party cookies.
    pub(crate) blocks_third_parties: bool,
    /// `true` if a cookie gets another value, although it is not the newest one.
    pub(crate) changes_a_value: bool,
    pub(crate) steps: Vec<Step>,
}

/// A fetch of a page, and the response to it.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    /// The origin of the page without its port, or `null`.
    pub(crate) page: &'static str,
    /// The URL without its port.
    pub(crate) url: &'static str,
    /// The values of `Set-Cookie`.
    pub(crate) set: Vec<String>,
    /// The value of `Date`, if it is not the time of day.
    pub(crate) date: Option<&'static str>,
    /// `true` if the response redirects to the next step, which is then not fetched by itself.
    pub(crate) redirects: bool,
}

impl CookieCase {
    /// The URL of a step, which names the case and the step for the server.
    pub(crate) fn url(&self, hosts: Hosts, case: usize, step: usize) -> String {
        let url = with_port(self.steps[step].url, hosts);
        format!("{url}?case={case}&step={step}")
    }

    /// The numbers of the steps that are fetched.
    pub(crate) fn fetched(&self) -> impl Iterator<Item = usize> {
        (0..self.steps.len()).filter(|&step| step == 0 || !self.steps[step - 1].redirects)
    }
}

/// The URL of a page to open.
pub(crate) fn address(page: &str, hosts: Hosts) -> String {
    match page {
        "null" => with_port("http://localhost/sandboxed", hosts),
        origin => format!("{}/page", with_port(origin, hosts)),
    }
}

pub(crate) fn case(steps: impl Into<Vec<Step>>) -> CookieCase {
    CookieCase { blocks_third_parties: false, changes_a_value: false, steps: steps.into() }
}

pub(crate) fn set(page: &'static str, url: &'static str, lines: &[&str]) -> Step {
    let set = lines.iter().map(|line| (*line).to_owned()).collect();
    Step { page, url, set, date: None, redirects: false }
}

pub(crate) fn get(page: &'static str, url: &'static str) -> Step {
    set(page, url, &[])
}

fn with_port(url: &str, hosts: Hosts) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let port = if scheme == "https" { hosts.tls } else { hosts.first };
    format!("{scheme}://{host}:{port}{path}")
}
