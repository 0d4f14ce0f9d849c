//! What middleware leaves out, found by sending requests.

use std::error::Error;

use http::{
    HeaderName, HeaderValue, Method, Request, Response,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS,
        ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
        ACCESS_CONTROL_MAX_AGE, ORIGIN, VARY,
    },
};

use crate::{
    app::AnyApp,
    configuration::{EXPOSED, HEADERS, KINDS, allowed_origin, origins, request},
    frameworks::{
        FLOOR, FOREIGN, FOREIGN_ORIGIN, FOREIGN_VARY, SUBJECTS, Subject, TOWER_CORS, reached,
    },
    support::requests::REFUSED_ORIGIN,
};

/// Fails if a middleware does not allow what all are told to allow, or if the floor writes other headers than
/// `tower-cors`.
pub(crate) fn print() -> Result<(), Box<dyn Error>> {
    let (floor, ours) = (build(&FLOOR)?, build(&TOWER_CORS)?);
    for kind in KINDS {
        let responses = [&floor, &ours].map(|app| app.respond(&request(kind, "/")));
        let [floor, ours] = responses.map(Response::into_parts).map(|(head, ())| head);
        assert_eq!((floor.status, floor.headers), (ours.status, ours.headers), "{kind}");
    }
    let apps = SUBJECTS.iter().map(build).collect::<Result<Vec<_>, _>>()?;
    for (subject, app) in SUBJECTS.iter().zip(&apps) {
        assert_allows(subject, &**app);
    }
    println!("| | {} |", SUBJECTS.map(|subject| subject.name).join(" | "));
    println!("|---{}|", "|---".repeat(SUBJECTS.len()));
    for (question, answer) in QUESTIONS {
        let answers = SUBJECTS.iter().zip(&apps).map(|(subject, app)| answer(subject, &**app));
        println!("| {question} | {} |", answers.collect::<Vec<_>>().join(" | "));
    }
    Ok(())
}

type Question = (&'static str, fn(&Subject, &dyn AnyApp) -> String);

const QUESTIONS: [Question; 12] = [
    ("sends `Vary: origin` without an `Origin`", |_, app| varies(app, "without origin")),
    ("sends `Vary: origin` when it refuses", |_, app| varies(app, "refused")),
    ("sends `Vary: origin` when it allows", |_, app| varies(app, "allowed")),
    ("status of a refused request", |_, app| status(app, "refused")),
    ("a refused request reaches the handler", |_, app| {
        yes_or_no(reaches(app, &request("refused", "/")))
    }),
    ("a form of the server's own pages reaches the handler", |_, app| {
        yes_or_no(reaches(app, &form_of_own_page()))
    }),
    ("status of a refused preflight", |_, app| status(app, "preflight, refused")),
    ("an allowed preflight reaches the handler", |_, app| {
        yes_or_no(reaches(app, &request("preflight, allowed", "/")))
    }),
    ("the handler's own `Access-Control-Allow-Origin` stays when it refuses", |_, app| {
        keeps(app, "refused", &ACCESS_CONTROL_ALLOW_ORIGIN, FOREIGN_ORIGIN)
    }),
    ("the handler's own `Access-Control-Allow-Origin` stays when it allows", |_, app| {
        keeps(app, "allowed", &ACCESS_CONTROL_ALLOW_ORIGIN, FOREIGN_ORIGIN)
    }),
    ("the handler's own `Vary` stays", |_, app| keeps(app, "allowed", &VARY, FOREIGN_VARY)),
    ("an empty list of origins allows", |subject, _| allowed_by_an_empty_list(subject)),
];

fn build(subject: &Subject) -> Result<Box<dyn AnyApp>, Box<dyn Error>> {
    (subject.with_cors)(&origins()).map_err(|error| format!("{}: {error}", subject.name).into())
}

fn assert_allows(subject: &Subject, app: &dyn AnyApp) {
    let [actual, preflight] =
        ["allowed", "preflight, allowed"].map(|kind| app.respond(&request(kind, "/")));
    let names = |names: [HeaderName; 2]| names.map(|name| name.to_string());
    for (response, header, texts) in [
        (&actual, ACCESS_CONTROL_ALLOW_ORIGIN, &[allowed_origin()][..]),
        (&actual, ACCESS_CONTROL_ALLOW_CREDENTIALS, &[String::from("true")]),
        (&actual, ACCESS_CONTROL_EXPOSE_HEADERS, &names(EXPOSED)),
        (&preflight, ACCESS_CONTROL_ALLOW_ORIGIN, &[allowed_origin()]),
        (&preflight, ACCESS_CONTROL_ALLOW_CREDENTIALS, &[String::from("true")]),
        (&preflight, ACCESS_CONTROL_ALLOW_METHODS, &["put", "delete"].map(String::from)),
        (&preflight, ACCESS_CONTROL_ALLOW_HEADERS, &names(HEADERS)),
        (&preflight, ACCESS_CONTROL_MAX_AGE, &[String::from("600")]),
    ] {
        let found = entries(response, &header);
        for text in texts {
            assert!(found.contains(text), "{}: {header} is {found:?}", subject.name);
        }
    }
}

fn varies(app: &dyn AnyApp, kind: &str) -> String {
    let response = app.respond(&request(kind, "/"));
    yes_or_no(entries(&response, &VARY).iter().any(|name| name == "origin"))
}

fn status(app: &dyn AnyApp, kind: &str) -> String {
    app.respond(&request(kind, "/")).status().as_u16().to_string()
}

fn reaches(app: &dyn AnyApp, request: &Request<()>) -> bool {
    let before = reached();
    app.respond(request);
    reached() > before
}

/// Browsers send an `Origin` with every `POST`.
fn form_of_own_page() -> Request<()> {
    let mut request = request("without origin", "/");
    *request.method_mut() = Method::POST;
    request.headers_mut().insert(ORIGIN, HeaderValue::from_static("https://api.example"));
    request
}

/// Whether what the handler with headers of its own sends is in the response.
fn keeps(app: &dyn AnyApp, kind: &str, header: &HeaderName, entry: &str) -> String {
    let response = app.respond(&request(kind, FOREIGN));
    yes_or_no(entries(&response, header).iter().any(|found| found == entry))
}

fn allowed_by_an_empty_list(subject: &Subject) -> String {
    let Ok(app) = (subject.with_cors)(&[]) else { return String::from("does not build") };
    let response = app.respond(&request("refused", "/"));
    let allowed = entries(&response, &ACCESS_CONTROL_ALLOW_ORIGIN);
    let is_allowed = allowed.iter().any(|origin| origin == REFUSED_ORIGIN || origin == "*");
    String::from(if is_allowed { "every origin" } else { "no origin" })
}

fn yes_or_no(is_so: bool) -> String {
    String::from(if is_so { "yes" } else { "no" })
}

/// The entries of all lines of a header, in lower case.
fn entries(response: &Response<()>, header: &HeaderName) -> Vec<String> {
    let lines = response.headers().get_all(header).iter();
    let lines: Vec<_> = lines.map(|line| String::from_utf8_lossy(line.as_bytes())).collect();
    lines.join(",").split(',').map(|entry| entry.trim().to_ascii_lowercase()).collect()
}
