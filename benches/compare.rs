//! The layer's cost for a request, in time and in allocations, compared with no layer and with `tower-http`'s layer
//! in the same configuration.

mod support;

use std::{convert::Infallible, fmt};

use axum::body::Body;
use divan::{AllocProfiler, Bencher, Divan};
use http::{Method, Request, Response};
use support::{
    REFUSED_ORIGIN, inner, origin, preflight, request, respond, respond_as_axum, router, simple,
    tower_cors, tower_http,
};
use tower::{Layer, Service};

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

fn main() {
    // All benchmarks use the same sample sizes: otherwise each would find the caches in another state.
    Divan::default().sample_count(1000).sample_size(100).config_with_args().main();
}

#[divan::bench(args = SUBJECTS)]
fn without_origin(bencher: Bencher<'_, '_>, subject: Subject) {
    measure(bencher, subject, &request(Method::GET, []), Called::Service);
}

#[divan::bench(args = SUBJECTS)]
fn allowed(bencher: Bencher<'_, '_>, subject: Subject) {
    measure(bencher, subject, &simple(&subject.allowed_origin()), Called::Service);
}

#[divan::bench(args = SUBJECTS)]
fn allowed_by_a_clone(bencher: Bencher<'_, '_>, subject: Subject) {
    measure(bencher, subject, &simple(&subject.allowed_origin()), Called::Clone);
}

#[divan::bench(args = SUBJECTS)]
fn allowed_in_axum(bencher: Bencher<'_, '_>, subject: Subject) {
    let router = match subject {
        Subject::Bare => router(),
        Subject::TowerCors { origins } => router().layer(tower_cors(origins)),
        Subject::TowerHttp { origins } => router().layer(tower_http(origins)),
    };
    let request = simple(&subject.allowed_origin());
    bencher
        .with_inputs(|| request.clone().map(|()| Body::empty()))
        .bench_local_values(|request| respond_as_axum(&router, request));
}

#[divan::bench(args = SUBJECTS)]
fn refused(bencher: Bencher<'_, '_>, subject: Subject) {
    measure(bencher, subject, &simple(REFUSED_ORIGIN), Called::Service);
}

#[divan::bench(args = SUBJECTS)]
fn preflight_allowed(bencher: Bencher<'_, '_>, subject: Subject) {
    measure(bencher, subject, &preflight(&subject.allowed_origin()), Called::Service);
}

#[divan::bench(args = SUBJECTS)]
fn preflight_refused(bencher: Bencher<'_, '_>, subject: Subject) {
    measure(bencher, subject, &preflight(REFUSED_ORIGIN), Called::Service);
}

const SUBJECTS: [Subject; 7] = [
    Subject::Bare,
    Subject::TowerCors { origins: 1 },
    Subject::TowerHttp { origins: 1 },
    Subject::TowerCors { origins: 10 },
    Subject::TowerHttp { origins: 10 },
    Subject::TowerCors { origins: 1000 },
    Subject::TowerHttp { origins: 1000 },
];

/// A layer or none, and the number of its exact origins.
#[derive(Clone, Copy)]
enum Subject {
    Bare,
    TowerCors { origins: usize },
    TowerHttp { origins: usize },
}

impl Subject {
    /// The last origin of the list, which takes a linear search longest.
    fn allowed_origin(self) -> String {
        match self {
            Self::Bare => origin(1),
            Self::TowerCors { origins } | Self::TowerHttp { origins } => origin(origins),
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bare => f.write_str("bare"),
            Self::TowerCors { origins } => write!(f, "tower_cors, list of {origins}"),
            Self::TowerHttp { origins } => write!(f, "tower_http, list of {origins}"),
        }
    }
}

/// The service that is called for each request: the same one, or a clone of it, as in axum's router.
#[derive(Clone, Copy)]
enum Called {
    Service,
    Clone,
}

fn measure(bencher: Bencher<'_, '_>, subject: Subject, request: &Request<()>, called: Called) {
    let inner = inner();
    match subject {
        Subject::Bare => measure_service(bencher, inner, request, called),
        Subject::TowerCors { origins } => {
            measure_service(bencher, tower_cors(origins).layer(inner), request, called);
        }
        Subject::TowerHttp { origins } => {
            measure_service(bencher, tower_http(origins).layer(inner), request, called);
        }
    }
}

fn measure_service<S>(
    bencher: Bencher<'_, '_>,
    mut service: S,
    request: &Request<()>,
    called: Called,
) where
    S: Service<Request<()>, Response = Response<()>, Error = Infallible> + Clone,
{
    // While the original lives, its clones' values are shared, as in hyper's requests.
    let bencher = bencher.with_inputs(|| request.clone());
    match called {
        Called::Service => bencher.bench_local_values(|request| respond(&mut service, request)),
        Called::Clone => {
            bencher.bench_local_values(|request| respond(&mut service.clone(), request));
        }
    }
}
