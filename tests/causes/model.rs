//! What the model of a browser says of a cause.

use std::future::ready;

use http::{HeaderName, Request, Response};
use tower::service_fn;
use tower_cors::browser::{Browser, Credentials, Mode, Redirect, ResponseKind};

use super::{Answer, Api, Cause, Places, Target};

pub(super) struct Said {
    /// The variant of `NetworkErrorCause`.
    pub(super) error: Option<String>,
    pub(super) text: String,
}

/// Returns `None` for what the model leaves out.
pub(super) async fn explain(cause: &'static Cause) -> Option<Said> {
    let is_left_out = matches!(cause.api, Api::WebSocket | Api::Timing)
        || cause.hops.iter().any(|hop| hop.at == Target::InsecureApi);
    if is_left_out {
        return None;
    }
    let places = Places::example(cause);
    let service = service_fn(|request: Request<String>| ready(respond(cause, &request)));
    let mut page = Browser::new(service).page(Places::example_page(cause));
    let mut request = Request::builder().method(cause.method).uri(places.url());
    for (name, value) in cause.headers {
        request = request.header(*name, *value);
    }
    let request = request.body(String::new()).ok()?;
    let mut fetch = page.fetch(request).upload_stream(cause.api == Api::Stream);
    if cause.credentials {
        fetch = fetch.credentials(Credentials::Include);
    }
    fetch = match cause.mode {
        "no-cors" => fetch.mode(Mode::NoCors),
        "same-origin" => fetch.mode(Mode::SameOrigin),
        _ => fetch,
    };
    if cause.redirect == "error" {
        fetch = fetch.redirect(Redirect::Error);
    }
    let result = fetch.await;
    let error = result.as_ref().err().map(|error| {
        let text = format!("{:?}", error.cause());
        text.chars().take_while(char::is_ascii_alphanumeric).collect()
    });
    let text = match result {
        Err(error) => error.to_string(),
        Ok(response) if response.kind() == ResponseKind::Opaque => {
            String::from("the script cannot see status, headers and body")
        }
        Ok(response) => {
            let names = response.headers().keys().map(HeaderName::as_str).collect::<Vec<_>>();
            match names.as_slice() {
                [] => String::from("the script can read the response, but none of its headers"),
                names => format!("the script can read the response, and {}", names.join(", ")),
            }
        }
    };
    Some(Said { error, text: places.generalize(&text) })
}

fn respond(cause: &Cause, request: &Request<String>) -> Result<Response<String>, &'static str> {
    let places = Places::example(cause);
    let hop = cause.hops[usize::from(request.uri().path() == "/moved")];
    if hop.at == Target::Closed {
        return Err("connection refused");
    }
    let is_preflight = request.headers().contains_key("access-control-request-method");
    let answer = if is_preflight { hop.preflight } else { hop.answer };
    let Answer { status, headers } = answer.ok_or("the cause has no such request")?;
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, places.fill(value));
    }
    response.body(String::new()).map_err(|_| "the cause has an invalid response")
}
