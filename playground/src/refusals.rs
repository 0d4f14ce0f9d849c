//! Why a policy refuses the request that is typed, at the option that could allow it.

use std::convert::Infallible;

use axum::http::{Request, Response};
use tower::{Layer, service_fn};
use tower_cors::{
    CorsLayer, Policy, Refusal,
    browser::{Browser, NetworkErrorCause},
};

use crate::{fetch::Fetch, servers::Addresses, settings::Mistake};

/// Asks the policy alone, whatever the stack is. Empty if the page can read the response, or if there is no such request.
pub(crate) async fn of(policy: &Policy, fetch: &Fetch, addresses: &Addresses) -> Vec<Mistake> {
    let Ok(request) = fetch.request(&addresses.api) else { return Vec::new() };
    let api = CorsLayer::new(policy.clone()).layer(service_fn(respond));
    let mut page = Browser::new(api).page(fetch.page.address(addresses));
    let result = page
        .fetch(request)
        .credentials(fetch.credentials.into())
        .upload_listener(fetch.upload_listener)
        .await;
    let mut refusals: Vec<Mistake> = Vec::new();
    for exchange in page.exchanges() {
        let mut request = Request::new(());
        request.method_mut().clone_from(exchange.method());
        request.uri_mut().clone_from(exchange.uri());
        request.headers_mut().clone_from(exchange.request_headers());
        let outcome = policy.explain(&request);
        let Some(refusal) = outcome.refusal else { continue };
        let near_miss = outcome.hint.map_or_else(String::new, |hint| format!("; {hint}"));
        refusals.push(refused(option_of(&refusal), &format!("{refusal}{near_miss}")));
    }
    // The policy cannot know what else a browser checks.
    if let (true, Err(error)) = (refusals.is_empty(), &result) {
        refusals.extend(of_browser(error.cause()));
    }
    refusals
}

fn of_browser(cause: &NetworkErrorCause) -> Option<Mistake> {
    let (option, why) = match cause {
        NetworkErrorCause::MissingAllowCredentials { .. } => {
            ("allow_credentials", "it has credentials")
        }
        NetworkErrorCause::WildcardWithCredentials { .. } => {
            ("allow_origins", "it has credentials, and `*` is for requests without")
        }
        NetworkErrorCause::HeaderNotAllowed { .. } => {
            ("allow_headers", "`*` does not cover the header `authorization`")
        }
        _ => return None,
    };
    Some(refused(option, why))
}

async fn respond(_: Request<String>) -> Result<Response<()>, Infallible> {
    Ok(Response::new(()))
}

fn refused(option: &str, why: &str) -> Mistake {
    Mistake { option: Some(option.to_owned()), text: format!("It refuses this request: {why}") }
}

fn option_of(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::SeveralMethods
        | Refusal::ImpossibleMethod(_)
        | Refusal::MethodTooLong(_)
        | Refusal::MethodNotAllowed(_)
        | Refusal::MethodNotOfRoute(_) => "allow_methods",
        Refusal::RequestHeadersTooLong
        | Refusal::MalformedRequestHeaders
        | Refusal::ImpossibleHeader(_)
        | Refusal::HeaderNotAllowed(_) => "allow_headers",
        _ => "allow_origins",
    }
}
