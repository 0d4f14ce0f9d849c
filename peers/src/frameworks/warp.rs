//! warp's own `cors`.

use std::convert::Infallible;

use http::{
    Request, Response,
    header::{ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE, VARY},
};
use tower::{Service, ServiceExt};
use warp::{
    Filter, Rejection, Reply,
    reply::{self, with_header},
};

use super::{FOREIGN, FOREIGN_ORIGIN, FOREIGN_VARY, JSON, Subject, reach};
use crate::{
    app::{App, copies, head, now},
    configuration::{EXPOSED, HEADERS, MAX_AGE, METHODS},
};

pub(super) const SUBJECT: Subject = Subject {
    name: "warp's `cors`",
    package: Some("warp"),
    framework: "warp",
    bare: || Box::new(Warp(warp::service(routes()))),
    with_cors: |origins| {
        let cors = warp::cors()
            .allow_origins(origins.iter().map(String::as_str))
            .allow_credentials(true)
            .allow_methods(METHODS)
            .allow_headers(HEADERS)
            .expose_headers(EXPOSED)
            .max_age(MAX_AGE);
        Ok(Box::new(Warp(warp::service(routes().with(cors)))))
    },
};

fn routes() -> impl Filter<Extract = (impl Reply,), Error = Rejection> + Clone + Send + Sync {
    let index = warp::path::end().map(|| {
        reach();
        with_header(warp::reply(), CONTENT_TYPE, JSON)
    });
    let foreign = warp::path(&FOREIGN[1..]).map(|| {
        reach();
        let reply = with_header(warp::reply(), CONTENT_TYPE, JSON);
        let reply = with_header(reply, ACCESS_CONTROL_ALLOW_ORIGIN, FOREIGN_ORIGIN);
        with_header(reply, VARY, FOREIGN_VARY)
    });
    index.or(foreign)
}

struct Warp<S>(S);

impl<S> App for Warp<S>
where
    S: Service<Request<String>, Response = reply::Response, Error = Infallible> + Clone,
{
    type Request = Request<String>;
    type Response = reply::Response;

    fn read(&self, request: &Request<()>, number: u32) -> Vec<Request<String>> {
        copies(request, number)
    }

    fn answer(&self, request: Request<String>) -> reply::Response {
        // Cloned, as hyper's adapter for Tower does.
        let Ok(response) = now(self.0.clone().oneshot(request));
        response
    }

    fn head(response: &reply::Response) -> Response<()> {
        head(response)
    }
}
