//! Runs the cases in the model.

use std::{
    collections::BTreeMap, convert::Infallible, error::Error, future::ready, net::SocketAddr,
    time::Duration,
};

use http::{HeaderName, HeaderValue, Method, Request, Response};
use hyper::body::Incoming;
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::{
    client::legacy::{Client, Error as ClientError, connect::HttpConnector},
    rt::TokioExecutor,
};
use rustls::{RootCertStore, pki_types::CertificateDer};
use tower::{service_fn, util::BoxCloneService};
use tower_cors::browser::{
    Browser, Credentials, FetchResponse, Mode, NetworkError, Redirect, ReferrerPolicy, ResponseKind,
};

use crate::{
    address,
    case::{Api, Case, Hosts, Outcome, Page},
};

pub(crate) type HttpClient = BoxCloneService<Request<String>, Response<Incoming>, ClientError>;

/// A client that trusts this certificate.
pub(crate) fn client(certificate: CertificateDer<'static>) -> Result<HttpClient, Box<dyn Error>> {
    let mut roots = RootCertStore::empty();
    roots.add(certificate)?;
    let tls = rustls::ClientConfig::builder_with_provider(
        rustls::crypto::ring::default_provider().into(),
    )
    .with_safe_default_protocol_versions()?
    .with_root_certificates(roots)
    .with_no_client_auth();
    // As in Chromium, all names are this machine.
    let here = service_fn(|_| {
        ready(Ok::<_, Infallible>([SocketAddr::from(([127, 0, 0, 1], 0))].into_iter()))
    });
    let mut http = HttpConnector::new_with_resolver(here);
    http.enforce_http(false);
    let connector = HttpsConnectorBuilder::new()
        .with_tls_config(tls)
        .https_or_http()
        .enable_all_versions()
        .wrap_connector(http);
    Ok(BoxCloneService::new(Client::builder(TokioExecutor::new()).build::<_, String>(connector)))
}

pub(crate) async fn fetch_all(
    hosts: Hosts,
    client: HttpClient,
    cases: &[Case],
) -> Result<Vec<Vec<Outcome>>, Box<dyn Error>> {
    let browser = Browser::new(client);
    let cookie = format!("{}/cookie", Page::Localhost.origin(hosts));
    let request = Request::get(cookie).body(String::new())?;
    browser.page(&address(Page::Localhost, hosts)).fetch(request).await?;

    let mut all = Vec::new();
    for case in cases {
        let address = match case.page {
            Page::Sandboxed => String::from("null"),
            page => address(page, hosts),
        };
        let mut page = browser.page(&address);
        let mut outcomes = Vec::new();
        for (wait, case) in &case.fetches() {
            browser.advance(Duration::from_millis(*wait));
            let mut fetch = page
                .fetch(request_of(case)?)
                .upload_listener(case.upload_listener)
                .upload_stream(case.api == Api::Stream);
            fetch = match case.credentials {
                "omit" => fetch.credentials(Credentials::Omit),
                "include" => fetch.credentials(Credentials::Include),
                _ => fetch,
            };
            fetch = match case.mode {
                "no-cors" => fetch.mode(Mode::NoCors),
                "same-origin" => fetch.mode(Mode::SameOrigin),
                _ => fetch,
            };
            fetch = match case.redirect {
                "error" => fetch.redirect(Redirect::Error),
                "manual" => fetch.redirect(Redirect::Manual),
                _ => fetch,
            };
            if let Some(policy) = referrer_policy(case.referrer_policy) {
                fetch = fetch.referrer_policy(policy);
            }
            outcomes.push(outcome(case, fetch.await));
        }
        all.push(outcomes);
    }
    Ok(all)
}

fn referrer_policy(name: &str) -> Option<ReferrerPolicy> {
    Some(match name {
        "no-referrer" => ReferrerPolicy::NoReferrer,
        "no-referrer-when-downgrade" => ReferrerPolicy::NoReferrerWhenDowngrade,
        "same-origin" => ReferrerPolicy::SameOrigin,
        "origin" => ReferrerPolicy::Origin,
        "strict-origin" => ReferrerPolicy::StrictOrigin,
        "origin-when-cross-origin" => ReferrerPolicy::OriginWhenCrossOrigin,
        "strict-origin-when-cross-origin" => ReferrerPolicy::StrictOriginWhenCrossOrigin,
        "unsafe-url" => ReferrerPolicy::UnsafeUrl,
        _ => return None,
    })
}

fn request_of(case: &Case) -> Result<Request<String>, Box<dyn Error>> {
    let mut request = Request::new(case.body.unwrap_or_default().to_owned());
    *request.method_mut() = Method::from_bytes(case.method.as_bytes())?;
    *request.uri_mut() = case.url.parse()?;
    for (name, value) in &case.headers {
        let name: HeaderName = name.parse()?;
        // The text of a script has a character for each byte.
        let bytes: Vec<u8> = value.chars().map(u8::try_from).collect::<Result<_, _>>()?;
        request.headers_mut().append(name, HeaderValue::from_bytes(&bytes)?);
    }
    // The interfaces of a browser add this header to a string.
    let has_type = request.headers().contains_key("content-type");
    if case.body.is_some() && case.api != Api::Stream && !has_type {
        let text = HeaderValue::from_static("text/plain;charset=UTF-8");
        request.headers_mut().insert("content-type", text);
    }
    Ok(request)
}

fn outcome<C>(case: &Case, result: Result<FetchResponse<C>, NetworkError>) -> Outcome {
    let Ok(response) = result else {
        return Outcome { ok: false, kind: None, status: 0, headers: BTreeMap::new() };
    };
    let kind = match response.kind() {
        ResponseKind::Basic => "basic",
        ResponseKind::Cors => "cors",
        ResponseKind::Opaque => "opaque",
        ResponseKind::OpaqueRedirect => "opaqueredirect",
        _ => "unknown",
    };
    let mut headers: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in response.headers() {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        headers
            .entry(name.to_string())
            .and_modify(|values| *values = format!("{values}, {value}"))
            .or_insert(value);
    }
    Outcome {
        ok: true,
        kind: (case.api != Api::Xhr).then(|| kind.to_owned()),
        status: response.status().map_or(0, |status| status.as_u16()),
        headers,
    }
}
