//! `rocket_cors` in Rocket.

use http::{Request, Response};
use rocket::{
    Config, Data, Route,
    config::LogLevel,
    http::{ContentType, Header, Method},
    local::asynchronous::{Client, LocalRequest, LocalResponse},
    route::{BoxFuture, Outcome},
};
use rocket_cors::{AllowedHeaders, AllowedOrigins, CorsOptions};

use super::{FOREIGN, FOREIGN_ORIGIN, FOREIGN_VARY, Subject, reach};
use crate::{
    app::{App, now},
    configuration::{EXPOSED, HEADERS, MAX_AGE, METHODS},
};

pub(super) const SUBJECT: Subject = Subject {
    name: "rocket_cors",
    package: Some("rocket_cors"),
    framework: "rocket",
    bare: || Box::new(Rocket::new(server()).expect("it starts")),
    with_cors: |origins| {
        let methods = METHODS.iter().map(|method| method.as_str().parse());
        let options = CorsOptions {
            allowed_origins: AllowedOrigins::some_exact(origins),
            allowed_methods: methods.collect::<Result<_, ()>>().map_err(|()| "no method")?,
            allowed_headers: AllowedHeaders::some(
                &HEADERS.each_ref().map(http::HeaderName::as_str),
            ),
            allow_credentials: true,
            expose_headers: EXPOSED.iter().map(ToString::to_string).collect(),
            max_age: Some(usize::try_from(MAX_AGE.as_secs())?),
            ..CorsOptions::default()
        };
        Ok(Box::new(Rocket::new(server().attach(options.to_cors()?))?))
    },
};

fn server() -> rocket::Rocket<rocket::Build> {
    let config = Config { log_level: LogLevel::Off, ..Config::release_default() };
    let methods = [Method::Get, Method::Post, Method::Options];
    let index = methods.map(|method| Route::new(method, "/", index));
    let foreign = methods.map(|method| Route::new(method, FOREIGN, foreign));
    rocket::custom(config).mount("/", [index, foreign].concat())
}

fn index<'r>(_: &'r rocket::Request<'_>, _: Data<'r>) -> BoxFuture<'r> {
    reach();
    let response = rocket::Response::build().header(ContentType::JSON).finalize();
    Box::pin(async { Outcome::Success(response) })
}

fn foreign<'r>(_: &'r rocket::Request<'_>, _: Data<'r>) -> BoxFuture<'r> {
    reach();
    let response = rocket::Response::build()
        .header(ContentType::JSON)
        .raw_header("access-control-allow-origin", FOREIGN_ORIGIN)
        .raw_header("vary", FOREIGN_VARY)
        .finalize();
    Box::pin(async { Outcome::Success(response) })
}

struct Rocket(&'static Client);

impl Rocket {
    fn new(server: rocket::Rocket<rocket::Build>) -> Result<Self, Box<rocket::Error>> {
        // Requests borrow it. It lives as long as the program.
        Ok(Self(Box::leak(Box::new(now(Client::untracked(server))?))))
    }
}

impl App for Rocket {
    type Request = LocalRequest<'static>;
    type Response = LocalResponse<'static>;

    fn read(&self, request: &Request<()>, number: u32) -> Vec<Self::Request> {
        let method = request.method().as_str().parse::<Method>().expect("it is one");
        let mut local = self.0.req(method, request.uri().path().to_owned());
        for (name, value) in request.headers() {
            let value = value.to_str().expect("it is ASCII").to_owned();
            local.add_header(Header::new(name.to_string(), value));
        }
        (0..number).map(|_| local.clone()).collect()
    }

    fn answer(&self, request: Self::Request) -> Self::Response {
        now(request.dispatch())
    }

    fn head(response: &Self::Response) -> Response<()> {
        let head = Response::builder().status(response.status().code);
        let headers = response.headers().iter();
        let head = headers
            .fold(head, |head, header| head.header(header.name.as_str(), header.value.as_ref()));
        head.body(()).expect("it was one")
    }
}
