//! `actix-cors` in actix-web.

use actix_http::Request as ActixRequest;
use actix_web::{
    App as ActixApp, Error, HttpResponse,
    body::MessageBody,
    dev::{Service, ServiceResponse},
    http::header::{HeaderMap, HeaderName, HeaderValue},
    test::init_service,
    web,
};
use http::{Request, Response};

use super::{FOREIGN, FOREIGN_ORIGIN, FOREIGN_VARY, JSON, Subject, reach};
use crate::{
    app::{App, now},
    configuration::{EXPOSED, HEADERS, MAX_AGE, METHODS},
};

pub(super) const SUBJECT: Subject = Subject {
    name: "actix-cors",
    package: Some("actix-cors"),
    framework: "actix-web",
    bare: || Box::new(Actix(now(init_service(ActixApp::new().configure(routes))))),
    with_cors: |origins| {
        let cors = actix_cors::Cors::default()
            .supports_credentials()
            .allowed_methods(METHODS.iter().map(http::Method::as_str))
            .allowed_headers(HEADERS.iter().map(http::HeaderName::as_str))
            .expose_headers(EXPOSED.iter().map(http::HeaderName::as_str))
            .max_age(usize::try_from(MAX_AGE.as_secs())?);
        let cors = origins.iter().fold(cors, |cors, origin| cors.allowed_origin(origin));
        let app = ActixApp::new().configure(routes).wrap(cors);
        Ok(Box::new(Actix(now(init_service(app)))))
    },
};

fn routes(app: &mut web::ServiceConfig) {
    let index = async || {
        reach();
        HttpResponse::Ok().insert_header(("content-type", JSON)).finish()
    };
    let foreign = async || {
        reach();
        HttpResponse::Ok()
            .insert_header(("content-type", JSON))
            .insert_header(("access-control-allow-origin", FOREIGN_ORIGIN))
            .insert_header(("vary", FOREIGN_VARY))
            .finish()
    };
    app.route("/", web::route().to(index)).route(FOREIGN, web::route().to(foreign));
}

struct Actix<S>(S);

impl<S, B> App for Actix<S>
where
    S: Service<ActixRequest, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    type Request = ActixRequest;
    type Response = ServiceResponse<B>;

    fn read(&self, request: &Request<()>, number: u32) -> Vec<ActixRequest> {
        let mut headers = HeaderMap::new();
        for (name, value) in request.headers() {
            let name = HeaderName::from_bytes(name.as_ref()).expect("it is one");
            let value = HeaderValue::from_bytes(value.as_bytes()).expect("it is one");
            headers.append(name, value);
        }
        let copies = (0..number).map(|_| {
            let mut copy = ActixRequest::new();
            let head = copy.head_mut();
            head.method = request.method().as_str().parse().expect("it is one");
            head.uri = request.uri().path().parse().expect("it is one");
            head.headers = headers.clone();
            copy
        });
        copies.collect()
    }

    fn answer(&self, request: ActixRequest) -> ServiceResponse<B> {
        now(self.0.call(request)).expect("the middleware makes responses of its errors")
    }

    fn head(response: &ServiceResponse<B>) -> Response<()> {
        let headers = response.headers().iter();
        let head = Response::builder().status(response.status().as_u16());
        let head =
            headers.fold(head, |head, (name, value)| head.header(name.as_str(), value.as_bytes()));
        head.body(()).expect("it was one")
    }
}
