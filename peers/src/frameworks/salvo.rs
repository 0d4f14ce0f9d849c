//! salvo's own `Cors`.

use http::{Request, Response, uri::Scheme};
use salvo::{
    conn::{ConnCtrl, SocketAddr},
    cors::Cors,
    http::ReqBody,
    prelude::{Router, Service, handler},
};

use super::{FOREIGN, FOREIGN_ORIGIN, FOREIGN_VARY, JSON, Subject, reach};
use crate::{
    app::{App, now},
    configuration::{EXPOSED, HEADERS, MAX_AGE, METHODS},
};

pub(super) const SUBJECT: Subject = Subject {
    name: "salvo's `Cors`",
    package: Some("salvo"),
    framework: "salvo",
    bare: || Box::new(Salvo::new(&service())),
    with_cors: |origins| {
        let cors = Cors::new()
            .allow_origin(&origins.to_vec())
            .allow_credentials(true)
            .allow_methods(METHODS.to_vec())
            .allow_headers(HEADERS.to_vec())
            .expose_headers(EXPOSED.to_vec())
            .max_age(MAX_AGE);
        Ok(Box::new(Salvo::new(&service().hoop(cors.into_handler()))))
    },
};

fn service() -> Service {
    let foreign_route = Router::with_path(&FOREIGN[1..]).goal(foreign);
    Service::new(Router::new().goal(index).push(foreign_route))
}

#[handler]
async fn index(response: &mut salvo::Response) {
    reach();
    response.add_header("content-type", JSON, true).expect("it is a header");
}

#[handler]
async fn foreign(response: &mut salvo::Response) {
    reach();
    for (name, text) in [
        ("content-type", JSON),
        ("access-control-allow-origin", FOREIGN_ORIGIN),
        ("vary", FOREIGN_VARY),
    ] {
        response.add_header(name, text, true).expect("it is a header");
    }
}

/// Calls what salvo makes of its service for a connection. The type of that has no public name.
struct Salvo(Box<dyn Fn(salvo::Request) -> salvo::Response>);

impl Salvo {
    fn new(service: &Service) -> Self {
        let nowhere = || SocketAddr::Unknown;
        let (scheme, control) = (Scheme::HTTP, ConnCtrl::new());
        let handler = service.hyper_handler(nowhere(), nowhere(), scheme, None, control, None);
        Self(Box::new(move |request| now(handler.handle(request))))
    }
}

impl App for Salvo {
    type Request = salvo::Request;
    type Response = salvo::Response;

    fn read(&self, request: &Request<()>, number: u32) -> Vec<salvo::Request> {
        let copies = (0..number).map(|_| {
            let copy = request.clone().map(|()| ReqBody::None);
            salvo::Request::from_hyper(copy, Scheme::HTTP)
        });
        copies.collect()
    }

    fn answer(&self, request: salvo::Request) -> salvo::Response {
        (self.0)(request)
    }

    fn head(response: &salvo::Response) -> Response<()> {
        let mut head = Response::new(());
        *head.status_mut() = response.status_code.expect("salvo sets one");
        head.headers_mut().clone_from(response.headers());
        head
    }
}
