//! Makes one request as a browser would, and says whether the page can read the response.

use std::error::Error;

use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};
use tower_cors::browser::{Exchange, NetworkError};

use crate::{
    Outcome,
    arguments::RequestArguments,
    client::{self, Client},
    fetch::{Fetch, Fetched, takes_no_body},
    fix::Fix,
    origin,
};

/// Returns the text to print, and whether the page can read the response.
pub(crate) async fn run(arguments: RequestArguments) -> Result<(String, Outcome), Box<dyn Error>> {
    let RequestArguments {
        url,
        origin,
        method,
        headers,
        body,
        credentials,
        upload_listener,
        common,
    } = arguments;
    let (Some(url), Some(origin)) = (url, origin) else {
        return Err("a URL and --origin are needed; see `cors-probe --help`".into());
    };
    if !body.is_empty() && takes_no_body(&method) {
        return Err(format!(
            "a script cannot send a body with {method}; add --method POST, or leave --body out"
        )
        .into());
    }
    origin::check_of_page(&origin)?;
    let client = Client::new(&common)?;
    let fetch = Fetch { url, origin, method, headers, body, credentials, upload_listener };
    let dropped = fetch.dropped().await;
    let fetched = fetch.run(&client).await?;
    let outcome = if fetched.result.is_ok() { Outcome::Good } else { Outcome::Bad };
    let text = if common.json {
        serde_json::to_string_pretty(&as_json(&fetched, &dropped))?
    } else {
        as_text(&fetched, &dropped)
    };
    Ok((text, outcome))
}

fn as_text(Fetched { exchanges, result }: &Fetched, dropped: &[&str]) -> String {
    let mut text: Vec<String> = exchanges.iter().flat_map(printed_exchange).collect();
    let reason = "because a script cannot set it";
    text.extend(dropped.iter().map(|name| format!("dropped: {name}, {reason}")));
    match result {
        Ok((status, headers)) => {
            let hidden = hidden(exchanges, headers).join(", ");
            if !hidden.is_empty() {
                text.push(format!(
                    "hidden: {hidden}; the script sees what Access-Control-Expose-Headers lists"
                ));
            }
            let names: Vec<&str> = headers.keys().map(HeaderName::as_str).collect();
            let names = if names.is_empty() { String::from("none") } else { names.join(", ") };
            text.push(format!(
                "verdict: the page can read the response: status {status}, headers {names}"
            ));
        }
        Err(error) => {
            text.push(format!("verdict: the page cannot read the response: {error}"));
            text.push(format!("fix: {}", Fix::of(error, exchanges).change));
        }
    }
    text.join("\n")
}

fn as_json(Fetched { exchanges, result }: &Fetched, dropped: &[&str]) -> Value {
    let (response, error) = (result.as_ref().ok(), result.as_ref().err());
    let fix = error.map(|error| Fix::of(error, exchanges));
    json!({
        "dropped_headers": dropped,
        "exchanges": exchanges.iter().map(exchange).collect::<Vec<_>>(),
        "readable": result.is_ok(),
        "status": response.map(|(status, _)| status),
        "headers": response.map(|(_, headers)| lines(headers)),
        "hidden_headers": response.map_or(Vec::new(), |(_, headers)| hidden(exchanges, headers)),
        "error": error.map(ToString::to_string),
        "reason": fix.as_ref().map(|fix| fix.reason),
        "fix": fix.as_ref().map(|fix| &fix.change),
        "failed_exchange": error.and_then(NetworkError::exchange),
    })
}

/// The names of the headers that somebody may miss: not those of the connection, of CORS, and of cookies.
fn hidden<'a>(exchanges: &'a [Exchange], seen: &HeaderMap) -> Vec<&'a str> {
    const OTHERS: [&str; 9] = [
        "connection",
        "date",
        "keep-alive",
        "server",
        "set-cookie",
        "timing-allow-origin",
        "transfer-encoding",
        "vary",
        "x-cors-refusal",
    ];
    let headers = exchanges.last().and_then(Exchange::response_headers);
    let names = headers.into_iter().flat_map(HeaderMap::keys).map(HeaderName::as_str);
    let is_missed = |name: &&str| {
        !seen.contains_key(*name) && !name.starts_with("access-control-") && !OTHERS.contains(name)
    };
    names.filter(is_missed).collect()
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
