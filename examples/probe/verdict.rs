//! Makes one request as a browser would, and says whether the page can read the response.

use std::{convert::Infallible, error::Error};

use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use serde_json::{Value, json};
use tower::service_fn;
use tower_cors::browser::{
    Browser, Credentials, Exchange, FetchResponse, NetworkError, NetworkErrorCause,
};

use super::{Arguments, Outcome, client};

/// Returns the text to print, and whether the page can read the response.
pub(crate) async fn run(arguments: &Arguments) -> Result<(String, Outcome), Box<dyn Error>> {
    let mut request = Request::new(arguments.body.clone());
    *request.method_mut() = arguments.method.clone();
    *request.uri_mut() = arguments.url.clone();
    for (name, value) in &arguments.headers {
        request.headers_mut().append(name, value.clone());
    }
    let dropped = dropped(arguments).await;
    let mut page = Browser::new(client::new()?).page(&arguments.origin);
    let mut fetch = page.fetch(request).upload_listener(arguments.upload_listener);
    if arguments.credentials {
        fetch = fetch.credentials(Credentials::Include);
    }
    let result = fetch.await;
    let exchanges = page.exchanges();
    let verdict = match &result {
        Ok(response) => {
            let status = response.status().map_or(0, |status| status.as_u16());
            let names: Vec<&str> = response.headers().keys().map(HeaderName::as_str).collect();
            format!(
                "the page can read the response: status {status}, headers {}",
                if names.is_empty() { String::from("none") } else { names.join(", ") }
            )
        }
        Err(error) => match error.cause() {
            NetworkErrorCause::Service(_) => {
                let source = error.source().map_or_else(|| error.to_string(), client::describe);
                return Err(source.into());
            }
            NetworkErrorCause::InvalidPage(_) | NetworkErrorCause::InvalidUrl(_) => {
                return Err(error.to_string().into());
            }
            _ => format!("the page cannot read the response: {error}"),
        },
    };
    let outcome = if result.is_ok() { Outcome::Good } else { Outcome::Bad };
    if !arguments.json {
        let mut text: Vec<String> = exchanges.iter().flat_map(printed_exchange).collect();
        let reason = "because a script cannot set it";
        text.extend(dropped.iter().map(|name| format!("dropped: {name}, {reason}")));
        text.push(format!("verdict: {verdict}"));
        return Ok((text.join("\n"), outcome));
    }
    let printed = json!({
        "dropped_headers": dropped,
        "exchanges": exchanges.iter().map(exchange).collect::<Vec<_>>(),
        "readable": result.is_ok(),
        "status": result.as_ref().ok().and_then(FetchResponse::status).map(|it| it.as_u16()),
        "headers": result.as_ref().ok().map(|response| lines(response.headers())),
        "error": result.as_ref().err().map(ToString::to_string),
        "failed_exchange": result.as_ref().err().and_then(NetworkError::exchange),
    });
    Ok((serde_json::to_string_pretty(&printed)?, outcome))
}

/// The names of the headers that a script cannot set. A page of the server's own origin sends all others, without a
/// preflight.
async fn dropped(arguments: &Arguments) -> Vec<&str> {
    let silent = service_fn(async |_: Request<()>| Ok::<_, Infallible>(Response::new(())));
    let mut page = Browser::new(silent).page(&arguments.url.to_string());
    let mut request = Request::new(());
    *request.uri_mut() = arguments.url.clone();
    request.headers_mut().extend(arguments.headers.iter().cloned());
    // What is wrong with the URL is found when it is fetched in earnest.
    let _ = page.fetch(request).await;
    let Some(exchange) = page.exchanges().first() else { return Vec::new() };
    let sent = exchange.request_headers();
    let given = arguments.headers.iter();
    given
        .filter(|(name, value)| sent.get_all(name).iter().all(|it| it != value))
        .map(|(name, _)| name.as_str())
        .collect()
}

fn printed_exchange(exchange: &Exchange) -> Vec<String> {
    let of_preflight = if exchange.is_preflight() { " (preflight)" } else { "" };
    let printed = |mark: char, headers: &HeaderMap| -> Vec<String> {
        let lines = lines(headers).into_iter();
        lines.map(|[name, value]| format!("{mark}   {name}: {value}")).collect()
    };
    let status = exchange.status().map_or(String::from("no response"), |it| it.to_string());
    let mut text = vec![format!("> {} {}{of_preflight}", exchange.method(), exchange.uri())];
    text.extend(printed('>', exchange.request_headers()));
    text.push(format!("< {status}"));
    text.extend(
        exchange.response_headers().map(|headers| printed('<', headers)).into_iter().flatten(),
    );
    text.extend(exchange.refused_cookies().iter().map(|refusal| format!("!   {refusal}")));
    text
}

fn exchange(exchange: &Exchange) -> Value {
    json!({
        "preflight": exchange.is_preflight(),
        "method": exchange.method().as_str(),
        "url": exchange.uri().to_string(),
        "request_headers": lines(exchange.request_headers()),
        "status": exchange.status().map(|status| status.as_u16()),
        "response_headers": exchange.response_headers().map(lines),
        "refused_cookies": exchange.refused_cookies().iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

/// The headers as pairs in wire order, because a name may be repeated.
fn lines(headers: &HeaderMap) -> Vec<[String; 2]> {
    let pair = |(name, value): (&HeaderName, &HeaderValue)| {
        [name.to_string(), client::printable(value.as_bytes())]
    };
    headers.iter().map(pair).collect()
}
