//! Facts about other crates on which the sources rely, mostly about `http`. Each test breaks when its fact does.

use std::{
    convert::Infallible,
    future::poll_fn,
    hash::BuildHasher,
    panic::{AssertUnwindSafe, catch_unwind},
};

use allocation_counter::measure;
use http::{
    HeaderMap, HeaderName, HeaderValue, Request, Response,
    header::{ACCEPT, ALLOW, HOST, ORIGIN, VARY},
};
use tower::{Service, ServiceExt, limit::ConcurrencyLimit};

#[test]
fn a_full_map_replaces_and_appends_nothing() {
    let mut headers = full();
    let name = headers.keys().next().unwrap().clone();
    assert!(headers.try_insert(&name, value()).is_err());
    assert!(headers.try_append(&name, value()).is_err());
    headers.remove(&name);
    assert!(headers.try_insert(VARY, value()).is_ok(), "there is room where a name was removed");
}

/// So what writes into the map of a response has to try.
#[test]
fn inserting_appending_and_reserving_panic_in_a_full_map() {
    let mut headers = full();
    assert_eq!(headers.keys_len(), 24_576);
    for panics in [
        catch_unwind(AssertUnwindSafe(|| drop(headers.insert(VARY, value())))),
        catch_unwind(AssertUnwindSafe(|| {
            headers.append(VARY, value());
        })),
        catch_unwind(AssertUnwindSafe(|| headers.reserve(10_000))),
        catch_unwind(AssertUnwindSafe(|| drop(headers.entry(VARY)))),
    ] {
        assert!(panics.is_err());
    }
}

#[test]
fn iterating_over_a_map_by_value_gives_a_name_with_its_first_value_only() {
    let mut headers = HeaderMap::new();
    for (name, value) in [(VARY, "a"), (ALLOW, "b"), (VARY, "c"), (VARY, "d")] {
        headers.append(name, HeaderValue::from_static(value));
    }
    let lines = [(Some(VARY), "a"), (None, "c"), (None, "d"), (Some(ALLOW), "b")];
    let lines = lines.map(|(name, value)| (name, HeaderValue::from_static(value)));
    assert_eq!(headers.into_iter().collect::<Vec<_>>(), lines);
}

#[test]
fn maps_and_their_clones_are_in_the_order_of_insertion() {
    let names = [VARY, ORIGIN, ACCEPT, HOST, ALLOW];
    let mut headers = HeaderMap::new();
    for (place, name) in names.iter().enumerate() {
        headers.insert(name, place.into());
    }
    for mut headers in [headers.clone(), headers] {
        assert!(headers.keys().eq(&names));
        assert!(headers.values().eq(&[0_usize, 1, 2, 3, 4].map(HeaderValue::from)));
        let first = headers.iter_mut().next();
        assert_eq!(first.map(|(name, _)| name), Some(&VARY));
    }
}

#[test]
fn a_map_has_more_lines_than_names_where_a_name_is_repeated() {
    let mut headers = HeaderMap::new();
    for (lines, names) in [(1, 1), (2, 1), (3, 1)] {
        headers.append(VARY, value());
        assert_eq!((headers.len(), headers.keys_len()), (lines, names));
    }
    headers.append(ALLOW, value());
    assert_eq!((headers.len(), headers.keys_len()), (4, 2));
}

#[test]
fn removing_a_name_removes_all_its_lines() {
    let mut headers = HeaderMap::new();
    for _ in 0..3 {
        headers.append(VARY, value());
    }
    headers.remove(VARY);
    assert!(headers.is_empty());
}

#[test]
fn a_map_allocates_twice_for_its_first_header_and_not_before() {
    assert_eq!(measure(|| drop(HeaderMap::<HeaderValue>::new())).count_total, 0);
    let memory = measure(|| drop(one()));
    assert_eq!(memory.count_total, 2, "{memory:?}");
}

#[test]
fn a_clone_of_a_map_has_only_the_room_that_it_needs() {
    let headers = one();
    let of_new = measure(|| drop(one())).bytes_total;
    let of_clone = measure(|| drop(headers.clone())).bytes_total;
    assert!(of_clone < of_new / 2, "{of_clone} {of_new}");
}

#[test]
fn a_map_that_is_emptied_keeps_its_memory() {
    const NAMES: i64 = 24_576;

    let empty: [fn(&mut HeaderMap); 2] =
        [HeaderMap::clear, |headers| headers.drain().for_each(drop)];
    for empty in empty {
        let mut headers = full();
        let memory = measure(|| empty(&mut headers));
        // Only the names are freed, each with a few bytes.
        assert!(memory.bytes_current > -10 * NAMES, "{memory:?}");
        assert!(headers.is_empty() && headers.capacity() >= 24_576, "{}", headers.capacity());
    }
}

/// So a response must not get a map whose size the client chose.
#[tokio::test]
async fn hyper_keeps_the_map_of_a_response_for_the_next_request() {
    let (client, server) = tokio::io::duplex(1024);
    let (capacities, mut capacity) = tokio::sync::mpsc::unbounded_channel();
    let service = hyper::service::service_fn(move |request: Request<hyper::body::Incoming>| {
        capacities.send(request.headers().capacity()).unwrap();
        let mut response = Response::new(String::new());
        response.headers_mut().reserve(5_000);
        async { Ok::<_, Infallible>(response) }
    });
    let server = hyper_util::rt::TokioIo::new(server);
    let serve = hyper::server::conn::http1::Builder::new().serve_connection(server, service);
    let send = async {
        let client = hyper_util::rt::TokioIo::new(client);
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake::<_, String>(client).await.unwrap();
        tokio::spawn(connection);
        for _ in 0..2 {
            sender.ready().await.unwrap();
            let request = Request::get("/").header("host", "a").body(String::new()).unwrap();
            sender.send_request(request).await.unwrap();
        }
    };
    tokio::select! { _ = serve => panic!("the client closes first"), () = send => {} }
    assert!(capacity.recv().await.unwrap() < 100);
    assert!(capacity.recv().await.unwrap() >= 5_000);
}

#[test]
fn the_first_clone_of_a_value_made_at_run_time_allocates_and_others_do_not() {
    let made = HeaderValue::from_str("a value").unwrap();
    let clones = |value: &HeaderValue| measure(|| drop(value.clone())).count_total;
    assert_eq!([clones(&made), clones(&made)], [1, 0]);
    assert_eq!(clones(&HeaderValue::from_static("a value")), 0);
}

#[test]
fn a_static_value_that_is_not_ascii_panics() {
    assert!(catch_unwind(|| HeaderValue::from_static("é")).is_err());
    assert!(HeaderValue::from_str("é").is_ok());
}

#[test]
fn printable_ascii_is_a_valid_value() {
    let printable: String = (' '..='~').collect();
    assert_eq!(HeaderValue::try_from(&printable).unwrap(), printable);
}

#[test]
fn names_have_a_bounded_length_and_no_upper_case() {
    assert!(HeaderName::try_from("a".repeat(65_535)).is_ok());
    assert!(HeaderName::try_from("a".repeat(65_536)).is_err());
    assert_eq!(HeaderName::try_from("X-A").unwrap().as_str(), "x-a");
}

/// So a service that waits for its turn has to be called itself, and not its clone.
#[tokio::test]
async fn a_clone_of_a_ready_service_need_not_be_ready() {
    let inner = tower::service_fn(|(): ()| async { Ok::<_, Infallible>(()) });
    let mut service = ConcurrencyLimit::new(inner, 1);
    service.ready().await.unwrap();
    let mut clone = service.clone();
    assert!(catch_unwind(AssertUnwindSafe(|| drop(clone.call(())))).is_err());
    let is_pending = poll_fn(|context| {
        let ready = clone.poll_ready(context);
        std::task::Poll::Ready(ready.is_pending())
    });
    assert!(is_pending.await, "it waits for the other");
    service.call(()).await.unwrap();
}

/// So a client cannot know which names collide.
#[test]
fn each_table_hashes_with_a_seed_of_its_own() {
    let hashes = [(); 8].map(|()| foldhash::fast::RandomState::default().hash_one("a"));
    assert!(hashes.iter().any(|hash| *hash != hashes[0]), "{hashes:?}");
}

fn value() -> HeaderValue {
    HeaderValue::from_static("a")
}

fn one() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(VARY, value());
    headers
}

/// A map that has no room for another name.
fn full() -> HeaderMap {
    let mut headers = HeaderMap::new();
    let mut names = (0..).map(|number| HeaderName::try_from(format!("x-{number}")).unwrap());
    while headers.try_insert(names.next().unwrap(), value()).is_ok() {}
    headers
}
