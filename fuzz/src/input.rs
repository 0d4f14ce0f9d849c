//! Reads inputs: blocks of lines, with an empty line between two blocks. Nearly every text means something, because
//! what is not understood is left out.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri};
use tower_cors::{CorsConfig, CorsLayerBuilder, Danger, Policy};

pub(crate) fn lines(input: &[u8]) -> Vec<&[u8]> {
    input.split(|&byte| byte == b'\n').collect()
}

pub(crate) fn blocks(input: &[u8]) -> Vec<Vec<&[u8]>> {
    lines(input).split(|line| line.is_empty()).map(<[_]>::to_vec).collect()
}

/// The first line of a block, and the others.
pub(crate) fn first<'a, 'b>(lines: &'b [&'a [u8]]) -> (&'a [u8], &'b [&'a [u8]]) {
    lines.split_first().map_or((b"", lines), |(first, others)| (*first, others))
}

/// Takes a method and a target from the first line, and headers from the others.
pub(crate) fn request(lines: &[&[u8]]) -> Request<()> {
    let (first, headers) = first(lines);
    let mut words = first.split(|&byte| byte == b' ');
    let mut request = Request::new(());
    let method = words.next().map(Method::from_bytes);
    *request.method_mut() = method.and_then(Result::ok).unwrap_or_default();
    let target = words.next().map(Uri::try_from);
    *request.uri_mut() = target.and_then(Result::ok).unwrap_or_default();
    *request.headers_mut() = header_map(headers);
    request
}

/// Takes a status from the first line, and headers from the others.
pub(crate) fn response(lines: &[&[u8]]) -> Response<String> {
    let (first, headers) = first(lines);
    let mut response = Response::new(String::from("the items"));
    *response.status_mut() = StatusCode::from_bytes(first).unwrap_or_default();
    *response.headers_mut() = header_map(headers);
    response
}

fn header_map(lines: &[&[u8]]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in lines.iter().filter_map(|line| field(line)) {
        let name = HeaderName::from_bytes(name);
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(value)) {
            headers.append(name, value);
        }
    }
    headers
}

/// Splits a line such as `vary: origin`. The value keeps its white space.
fn field(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = line.windows(2).position(|pair| pair == b": ")?;
    Some((&line[..colon], &line[colon + 2..]))
}

/// A configuration, and perhaps a predicate.
#[derive(Clone, Debug, Default)]
pub(crate) struct Configuration {
    pub(crate) config: CorsConfig,
    pub(crate) predicate: Option<String>,
}

impl Configuration {
    /// Takes a field, an entry of a list or the predicate's domain from each line. A flag needs no value.
    pub(crate) fn read(lines: &[&[u8]]) -> Self {
        let mut configuration = Self::default();
        let texts = lines.iter().filter_map(|line| std::str::from_utf8(line).ok());
        for (name, value) in texts.map(|line| line.split_once(": ").unwrap_or((line, ""))) {
            configuration.set(name, value);
        }
        configuration
    }

    fn set(&mut self, name: &str, value: &str) {
        let config = &mut self.config;
        let entry = || value.to_owned();
        match name {
            "allow_origins" => config.allow_origins.push(entry()),
            "allow_credentials" => config.allow_credentials = true,
            "allow_methods" => config.allow_methods.push(entry()),
            "allow_headers" => config.allow_headers.push(entry()),
            "expose_headers" => config.expose_headers.push(entry()),
            "max_age" => config.max_age = value.parse().ok().map(Duration::from_secs),
            "echo_beside_wildcard" => config.echo_beside_wildcard = true,
            "allow_private_network" => config.allow_private_network = true,
            "allow_timing" => config.allow_timing = true,
            "refuse_disallowed_origins" => config.refuse_disallowed_origins = value.parse().ok(),
            "own_origins" => config.own_origins.push(entry()),
            "no_own_origins" => config.no_own_origins = true,
            "vary_on" => config.vary_on.push(entry()),
            "preflight_status" => config.preflight_status = value.parse().ok(),
            "forward_preflights" => config.forward_preflights = true,
            "allow_methods_of_route" => config.allow_methods_of_route = true,
            "diagnose" => config.diagnose = true,
            "report_only" => config.report_only = true,
            "attach_outcome" => config.attach_outcome = true,
            "dangerously_allow" => config.dangerously_allow.extend(value.parse::<Danger>().ok()),
            "predicate" => self.predicate = Some(entry()),
            _ => {}
        }
    }

    /// The builder without the predicate.
    pub(crate) fn builder(&self) -> CorsLayerBuilder {
        CorsLayerBuilder::from(self.config.clone())
    }

    /// `None` if it does not build.
    pub(crate) fn policy(&self) -> Option<Policy> {
        let builder = match self.predicate.clone() {
            Some(domain) => {
                self.builder().allow_origin_if(move |origin, _| origin.is_subdomain_of(&domain))
            }
            None => self.builder(),
        };
        builder.build_policy().ok()
    }
}
