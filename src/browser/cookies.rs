//! The cookies of a browser.

use std::collections::BTreeMap;

use http::{HeaderMap, HeaderValue, header::SET_COOKIE};

/// The values of cookies by host and name.
///
/// The jar ignores `Domain`, `Path`, `SameSite` and `Secure`: CORS only needs cookies that follow the credentials
/// mode. It also ignores `Expires`, and any `Max-Age` that does not delete the cookie.
#[derive(Clone, Debug, Default)]
pub(super) struct CookieJar(BTreeMap<String, BTreeMap<String, String>>);

impl CookieJar {
    pub(super) fn header(&self, host: &str) -> Option<HeaderValue> {
        let cookies = self.0.get(host).filter(|cookies| !cookies.is_empty())?;
        let pairs: Vec<String> =
            cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        HeaderValue::try_from(pairs.join("; ")).ok()
    }

    pub(super) fn store(&mut self, host: &str, response: &HeaderMap) {
        let cookies = self.0.entry(host.to_owned()).or_default();
        for line in response.get_all(SET_COOKIE) {
            let text = String::from_utf8_lossy(line.as_bytes());
            let mut parts = text.split(';');
            let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else {
                continue;
            };
            let expires =
                parts.filter_map(|attribute| attribute.split_once('=')).any(|(name, age)| {
                    let is_over = age.trim().parse::<i64>().is_ok_and(|seconds| seconds <= 0);
                    name.trim().eq_ignore_ascii_case("max-age") && is_over
                });
            if expires {
                cookies.remove(name.trim());
            } else {
                cookies.insert(name.trim().to_owned(), value.trim().to_owned());
            }
        }
    }
}
