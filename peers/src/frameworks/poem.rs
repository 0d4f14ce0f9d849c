//! poem's own `Cors`.

use http::{
    Request, Response,
    header::{ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE, VARY},
};
use poem::{
    Addr, Body, Endpoint, EndpointExt, RequestParts, Route,
    endpoint::make_sync,
    http::uri::Scheme,
    middleware::Cors,
    web::{LocalAddr, RemoteAddr},
};

use super::{FOREIGN, FOREIGN_ORIGIN, FOREIGN_VARY, JSON, Subject, reach};
use crate::{
    app::{App, now},
    configuration::{EXPOSED, HEADERS, MAX_AGE, METHODS},
};

pub(super) const SUBJECT: Subject = Subject {
    name: "poem's `Cors`",
    package: Some("poem"),
    framework: "poem",
    bare: || Box::new(Poem(routes())),
    with_cors: |origins| {
        let cors = Cors::new()
            .allow_origins(origins.iter().map(String::as_str))
            .allow_credentials(true)
            .allow_methods(METHODS)
            .allow_headers(HEADERS)
            .expose_headers(EXPOSED)
            .max_age(i32::try_from(MAX_AGE.as_secs())?);
        Ok(Box::new(Poem(routes().with(cors))))
    },
};

fn routes() -> Route {
    let index = |_| {
        reach();
        poem::Response::builder().header(CONTENT_TYPE, JSON).finish()
    };
    let foreign = |_| {
        reach();
        poem::Response::builder()
            .header(CONTENT_TYPE, JSON)
            .header(ACCESS_CONTROL_ALLOW_ORIGIN, FOREIGN_ORIGIN)
            .header(VARY, FOREIGN_VARY)
            .finish()
    };
    Route::new().at("/", make_sync(index)).at(FOREIGN, make_sync(foreign))
}

struct Poem<E>(E);

impl<E: Endpoint> App for Poem<E> {
    type Request = poem::Request;
    type Response = poem::Response;

    fn read(&self, request: &Request<()>, number: u32) -> Vec<poem::Request> {
        let copies = (0..number).map(|_| {
            let address = Addr::custom("none", "");
            let (local, remote) = (LocalAddr(address.clone()), RemoteAddr(address));
            let (parts, ()) = request.clone().into_parts();
            let parts = RequestParts::from((parts, local, remote, Scheme::HTTP));
            poem::Request::from_parts(parts, Body::empty())
        });
        copies.collect()
    }

    fn answer(&self, request: poem::Request) -> poem::Response {
        now(self.0.get_response(request))
    }

    fn head(response: &poem::Response) -> Response<()> {
        let mut head = Response::new(());
        *head.status_mut() = response.status();
        head.headers_mut().clone_from(response.headers());
        head
    }
}
