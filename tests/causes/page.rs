//! The page of the documentation.

use std::fmt::Write;

use super::{Cause, Messages, Places, Record, Seen, all};

/// The text of `docs/console_messages.md`.
pub(crate) fn page(messages: &Messages) -> String {
    let mut text = String::from(INTRODUCTION);
    let usual = messages.causes.first();
    for (engine, name, product) in ENGINES {
        let version = messages.engines.get(engine).map_or("", String::as_str);
        let error = usual.and_then(|record| Some(record.engines.get(engine)?.script.as_str()));
        let _ =
            writeln!(text, "| {name} | {product} {version} | `{}` |", error.unwrap_or_default());
    }
    let mut group = "";
    for record in &messages.causes {
        if record.group != group {
            group = &record.group;
            let _ = write!(text, "\n# {group}\n");
        }
        if let Some((_, cause)) = all().find(|(_, cause)| cause.id == record.id) {
            text.push_str(&section(cause, record, usual));
        }
    }
    text.push_str(END);
    text
}

const INTRODUCTION: &str = include_str!("head.txt");

const END: &str = "
# Where to go next

- [`guide::placement`](crate::guide::placement) says where the layer goes.
- [`guide::errors`](crate::guide::errors) lets a page read the errors of your server.
- [`guide::limits`](crate::guide::limits) lists what looks like CORS and is not.
";

/// The engines of the file, the browsers that have them, and the browser that was asked.
const ENGINES: [(&str, &str, &str); 3] = [
    ("chromium", "Chrome, Edge", "Chromium"),
    ("firefox", "Firefox", "Firefox"),
    ("webkit", "Safari", "`WebKitGTK`"),
];

/// The section of a cause. Errors of scripts are left out if they are `usual`.
fn section(cause: &'static Cause, record: &Record, usual: Option<&Record>) -> String {
    let places = Places::example(cause);
    let mut text = format!(
        "\n## {}\n\n- Request: {}\n- Response: {}\n",
        record.title,
        places.fill(&record.request),
        places.fill(&record.response)
    );
    for (engine, name, _) in ENGINES {
        let Some(seen) = record.engines.get(engine) else { continue };
        let Seen { script, console } = seen;
        let messages = console.iter().map(|message| code(&places.fill(message)));
        let messages = messages.collect::<Vec<_>>().join(", then ");
        let messages = if console.is_empty() { "no message" } else { &messages };
        let _ = write!(text, "- {name}: {messages}");
        let is_usual = usual.and_then(|usual| usual.engines.get(engine)).map(|usual| &usual.script);
        if is_usual != Some(script) {
            let _ = write!(text, "; the script gets {}", code(&places.fill(script)));
        }
        text.push('\n');
    }
    if let Some(model) = &record.model {
        let _ = writeln!(text, "- Model: {}", linked(&places.fill(model)));
    }
    let _ = write!(text, "\n{}\n", with_guides(&places.fill(&record.fix)));
    text
}

fn code(text: &str) -> String {
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

/// The text of an error, with a link to the section of the standard.
fn linked(text: &str) -> String {
    let parts = text.strip_suffix(')').and_then(|text| text.rsplit_once(" (https://"));
    match parts {
        Some((text, rest)) => format!("{} ([standard](https://{rest}))", code(text)),
        None => code(text),
    }
}

/// Makes a link of each name of a guide.
fn with_guides(text: &str) -> String {
    let parts = text.split("`guide::").enumerate().map(|(number, part)| {
        let Some((name, rest)) = part.split_once('`').filter(|_| number > 0) else {
            return part.to_owned();
        };
        format!("[`guide::{name}`](crate::guide::{name}){rest}")
    });
    parts.collect()
}
