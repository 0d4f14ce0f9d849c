//! The throughput of two threads compared with one, with and without a shared layer.

mod support;

use std::{
    convert::Infallible,
    sync::{
        Barrier,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use http::{HeaderValue, Method, Request, Response};
use support::{
    REFUSED_ORIGIN, inner, origin, preflight, request, respond, simple, tower_cors, tower_http,
};
use tower::{Layer, Service};

const ROUNDS: usize = 15;
const TIME: Duration = Duration::from_millis(100);

fn main() {
    println!("Requests of two threads for each of one, the median of {ROUNDS} rounds.");
    for (how, is_cloned) in
        [("Each thread has one service", false), ("The service is cloned for each request", true)]
    {
        println!("\n{how}{}:\n", if is_cloned { ", as servers do" } else { "" });
        println!("| request | no layer | tower-cors | tower-http |");
        println!("|---|---:|---:|---:|");
        table(is_cloned);
    }
}

fn table(is_cloned: bool) {
    let allowed = origin(1);
    let (bare, ours) = (inner(), tower_cors(1).layer(inner()));
    let theirs = tower_http(1).layer(inner());
    for (kind, request) in [
        ("without origin", request(Method::GET, [])),
        ("refused", simple(REFUSED_ORIGIN)),
        ("allowed", simple(&allowed)),
        ("preflight, allowed", preflight(&allowed)),
        ("preflight, refused", preflight(REFUSED_ORIGIN)),
    ] {
        // Measure all in each round, because the machine's other load changes with time.
        let rounds: Vec<[f64; 3]> = (0..ROUNDS)
            .map(|_| {
                [
                    ratio(&bare, &request, is_cloned),
                    ratio(&ours, &request, is_cloned),
                    ratio(&theirs, &request, is_cloned),
                ]
            })
            .collect();
        let [bare, ours, theirs] = [0, 1, 2].map(|subject| {
            let mut ratios: Vec<f64> = rounds.iter().map(|round| round[subject]).collect();
            ratios.sort_by(f64::total_cmp);
            ratios[ROUNDS / 2]
        });
        println!("| {kind} | {bare:.2} | {ours:.2} | {theirs:.2} |");
    }
}

fn ratio<S>(service: &S, request: &Request<()>, is_cloned: bool) -> f64
where
    S: Service<Request<()>, Response = Response<()>, Error = Infallible> + Clone + Sync,
{
    let alone = throughput(service, request, is_cloned, 1);
    throughput(service, request, is_cloned, 2) / alone
}

/// Requests per second. Each thread has its own request, and clones the service once or for each request.
fn throughput<S>(service: &S, request: &Request<()>, is_cloned: bool, threads: usize) -> f64
where
    S: Service<Request<()>, Response = Response<()>, Error = Infallible> + Clone + Sync,
{
    let (count, is_over) = (AtomicU64::new(0), AtomicBool::new(false));
    let barrier = Barrier::new(threads + 1);
    let mut seconds = 0.0;
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut own_service = service.clone();
                // Each thread has its own header value, as each connection has, so only the layer is shared.
                let mut own = Request::new(());
                *own.method_mut() = request.method().clone();
                for (name, value) in request.headers() {
                    let value = HeaderValue::from_bytes(value.as_bytes());
                    own.headers_mut().append(name, value.expect("it was one"));
                }
                let mut done = 0_u64;
                barrier.wait();
                while !is_over.load(Ordering::Relaxed) {
                    for _ in 0..100 {
                        if is_cloned {
                            drop(respond(&mut service.clone(), own.clone()));
                        } else {
                            drop(respond(&mut own_service, own.clone()));
                        }
                    }
                    done += 100;
                }
                count.fetch_add(done, Ordering::Relaxed);
            });
        }
        barrier.wait();
        let start = Instant::now();
        thread::sleep(TIME);
        is_over.store(true, Ordering::Relaxed);
        seconds = start.elapsed().as_secs_f64();
    });
    #[expect(clippy::cast_precision_loss, reason = "it is far below 2^52")]
    let count = count.into_inner() as f64;
    count / seconds
}
