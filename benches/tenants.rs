//! What many policies cost: one for each tenant, chosen by `Host`. Each tenant's policy has one origin and can be
//! replaced by itself.
//!
//! It fails if such a policy keeps more than 12 allocations or 1,500 bytes.

mod support;

use std::{collections::HashMap, hint::black_box, sync::Arc, time::Instant};

use http::{HeaderValue, Request, header::HOST};
use support::{
    inner,
    measure::Spread,
    origin,
    requests::{simple, value},
    respond,
};
use tower::Layer;
use tower_cors::{CorsLayer, Policy, PolicyHandle, Select};

const TENANTS: [usize; 3] = [10, 1_000, 100_000];

const MOST_ALLOCATIONS: i64 = 12;
const MOST_BYTES: i64 = 1_500;

const ROUNDS: usize = 101;
const REQUESTS: usize = 1_000;

fn main() {
    drop(policy(1));
    let mut one = None;
    let memory = allocation_counter::measure(|| one = Some(policy(1)));
    drop(one);
    println!(
        "Each tenant has a policy of one origin, which `select` finds by `Host` in a `HashMap`."
    );
    println!(
        "A policy keeps {} allocations with {} bytes. Building it takes {} allocations.\n",
        memory.count_current, memory.bytes_current, memory.count_total
    );
    println!(
        "| tenants | built, each | bytes, each with its entry and handle | look-up and request | reload of one |"
    );
    println!("|---:|---:|---:|---:|---:|");
    for tenants in TENANTS {
        measure(tenants);
    }
    assert!(memory.count_current <= MOST_ALLOCATIONS, "{} allocations", memory.count_current);
    assert!(memory.bytes_current <= MOST_BYTES, "{} bytes", memory.bytes_current);
}

#[allow(clippy::cast_precision_loss, reason = "the numbers are small")]
fn measure(tenants: usize) {
    let start = Instant::now();
    (1..=tenants).for_each(|tenant| drop(black_box(policy(tenant))));
    let built = start.elapsed().as_secs_f64() * 1e6 / tenants as f64;
    let mut kept = None;
    let memory = allocation_counter::measure(|| {
        let mut handles = HashMap::with_capacity(tenants);
        for tenant in 1..=tenants {
            handles.insert(host(tenant), CorsLayer::reloadable(policy(tenant)).1);
        }
        kept = Some(Arc::new(handles));
    });
    let handles = kept.expect("it is built");
    let mut service = select(Arc::clone(&handles)).layer(inner());
    let requests: Vec<Request<()>> =
        (0..REQUESTS).map(|index| request(index * tenants / REQUESTS + 1)).collect();
    let answered = (0..ROUNDS).map(|_| {
        let start = Instant::now();
        for request in &requests {
            black_box(respond(&mut service, request.clone()));
        }
        start.elapsed().as_secs_f64() * 1e9 / REQUESTS as f64
    });
    let answered = Spread::of(answered.collect::<Vec<_>>(), 0);
    let reloaded = (0..ROUNDS).map(|round| {
        let next = policy(round % tenants + 1);
        let handle = &handles[&host(round % tenants + 1)];
        let start = Instant::now();
        handle.set(next);
        start.elapsed().as_secs_f64() * 1e6
    });
    let reloaded = Spread::of(reloaded.collect::<Vec<_>>(), 2);
    let each = usize::try_from(memory.bytes_current).unwrap_or_default() / tenants;
    println!("| {tenants} | {built:.1} µs | {each} | {answered} ns | {reloaded} µs |");
}

fn select(handles: Arc<HashMap<HeaderValue, PolicyHandle>>) -> CorsLayer<Select> {
    CorsLayer::select(move |request| Some(handles.get(request.headers.get(HOST)?)?.policy()))
}

fn policy(tenant: usize) -> Policy {
    Policy::builder().allow_origin(origin(tenant)).build_policy().expect("it has no mistake")
}

fn host(tenant: usize) -> HeaderValue {
    value(&format!("tenant{tenant}.example"))
}

/// A request of the tenant's page.
fn request(tenant: usize) -> Request<()> {
    let mut request = simple(&origin(tenant));
    request.headers_mut().insert(HOST, host(tenant));
    request
}
