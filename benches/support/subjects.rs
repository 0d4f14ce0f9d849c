//! A service without a layer, with this one, or with `tower-http`'s, as a server calls it.

use std::convert::Infallible;

use axum::{Router, body::Body};
use http::{Request, Response};
use tower::{Layer, Service};

use super::{
    inner, respond, respond_as_axum, router, tower_http, tower_http_with_set, with_patterns,
};

/// The layer around the service.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    None,
    TowerCors,
    /// `tower-http`'s layer with a list of origins.
    List,
    /// `tower-http`'s layer with a predicate that looks the origin up in a set.
    Set,
}

/// The way in which a server calls the service for each request.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Caller {
    /// As `axum::serve` calls an application: it clones the application, and axum clones the layers in it.
    Axum,
    /// In the same way, with the layer around the application instead of in it.
    AroundAxum,
    /// As hyper's adapter for Tower calls a service: it clones the service.
    Clone,
    /// One service is called again and again.
    Service,
}

/// Makes a connection to a server.
pub(crate) type Connect = Box<dyn Fn() -> Connection + Sync>;

/// Answers a request, and drops the response.
pub(crate) type Connection = Box<dyn FnMut(Request<()>)>;

impl Subject {
    pub(crate) const ALL: [Self; 4] = [Self::None, Self::TowerCors, Self::List, Self::Set];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::TowerCors => "tower-cors",
            Self::List => "tower-http, list",
            Self::Set => "tower-http, set",
        }
    }

    pub(crate) fn serve(self, caller: Caller, origins: usize, patterns: usize) -> Connect {
        // `axum::serve` applies the state for each connection, or the user before. Otherwise axum would apply it for each
        // request, and clone its layers once more.
        match (caller, self) {
            (Caller::Axum, _) => serve_axum(self.in_axum(origins, patterns).with_state(())),
            (Caller::AroundAxum, _) => self.around_axum(origins, patterns),
            (_, Self::None) => serve(inner(), caller),
            (_, Self::TowerCors) => serve(with_patterns(origins, patterns).layer(inner()), caller),
            (_, Self::List) => serve(tower_http(origins).layer(inner()), caller),
            (_, Self::Set) => serve(tower_http_with_set(origins).layer(inner()), caller),
        }
    }

    fn around_axum(self, origins: usize, patterns: usize) -> Connect {
        let router = router().with_state(());
        match self {
            Self::None => serve_axum(router),
            Self::TowerCors => serve_axum(with_patterns(origins, patterns).layer(router)),
            Self::List => serve_axum(tower_http(origins).layer(router)),
            Self::Set => serve_axum(tower_http_with_set(origins).layer(router)),
        }
    }

    pub(crate) fn in_axum(self, origins: usize, patterns: usize) -> Router {
        match self {
            Self::None => router(),
            Self::TowerCors => router().layer(with_patterns(origins, patterns)),
            Self::List => router().layer(tower_http(origins)),
            Self::Set => router().layer(tower_http_with_set(origins)),
        }
    }
}

pub(crate) fn serve<S>(service: S, caller: Caller) -> Connect
where
    S: Service<Request<()>, Response = Response<()>, Error = Infallible>,
    S: Clone + Sync + 'static,
{
    Box::new(move || {
        let mut service = service.clone();
        if caller == Caller::Service {
            Box::new(move |request| drop(respond(&mut service, request)))
        } else {
            Box::new(move |request| drop(respond(&mut service.clone(), request)))
        }
    })
}

fn serve_axum<S>(application: S) -> Connect
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
    S: Clone + Sync + 'static,
{
    Box::new(move || {
        let application = application.clone();
        Box::new(move |request| {
            drop(respond_as_axum(&application, request.map(|()| Body::empty())));
        })
    })
}
