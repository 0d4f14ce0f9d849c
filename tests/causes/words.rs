//! The request of a cause and the responses to it in words.

use std::fmt::Write;

use super::{Answer, Api, Cause, Hop, Target};

pub(super) fn request(cause: &Cause) -> String {
    let mut text = match cause.api {
        Api::Fetch | Api::Header | Api::Timing => format!("`{} {{url}}` by `fetch`", cause.method),
        Api::Stream => format!("`{} {{url}}` by `fetch`, with a stream", cause.method),
        Api::Xhr => format!("`{} {{url}}` by `XMLHttpRequest`", cause.method),
        Api::Image => String::from("`<img crossorigin src=\"{url}\">`"),
        Api::ModuleScript => String::from("`<script type=\"module\" src=\"{url}\">`"),
        Api::Font => String::from("`url({url})` in `FontFace`"),
        Api::WebSocket => String::from("`new WebSocket(\"{url}\")`"),
    };
    for (name, value) in cause.headers {
        let _ = write!(text, ", with `{name}: {value}`");
    }
    if cause.credentials {
        text.push_str(", with `credentials: \"include\"`");
    }
    if cause.mode != "cors" {
        let _ = write!(text, ", with `mode: \"{}\"`", cause.mode);
    }
    if cause.redirect != "follow" {
        let _ = write!(text, ", with `redirect: \"{}\"`", cause.redirect);
    }
    text
}

pub(super) fn response(cause: &Cause) -> String {
    let mut texts = Vec::new();
    for (number, hop) in cause.hops.iter().enumerate() {
        let place = if number == 0 { "" } else { " after the redirect" };
        let Hop { preflight, answer, .. } = hop;
        texts.extend(preflight.map(|answer| described(answer, " to the preflight")));
        texts.extend(answer.map(|answer| described(answer, place)));
    }
    match texts.as_slice() {
        [] if cause.hops.iter().any(|hop| hop.at == Target::Closed) => {
            String::from("none: the connection is refused")
        }
        [] => String::from("none: the request is not sent"),
        texts => texts.join("; then "),
    }
}

fn described(answer: Answer, place: &str) -> String {
    let status = answer.status;
    let headers =
        answer.headers.iter().map(|(name, value)| format!("`{}: {value}`", spelled(name)));
    let headers: Vec<String> = headers.collect();
    match headers.as_slice() {
        [] => format!("{status}{place}, without CORS headers"),
        headers => format!("{status}{place}, with {}", headers.join(", ")),
    }
}

/// A header name as it is usually spelled.
fn spelled(name: &str) -> String {
    let words = name.split('-').map(|word| {
        let (first, rest) = word.split_at(1);
        format!("{}{rest}", first.to_ascii_uppercase())
    });
    words.collect::<Vec<_>>().join("-")
}
