//! The asynchronous predicate.

mod decisions;
mod order;
mod reports;

use std::{
    convert::Infallible,
    io,
    pin::{Pin, pin},
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
};

use http::Response;
use tokio::sync::oneshot;
use tower_cors::{CorsLayer, CorsLayerBuilder, Danger, Origin, Refuse, RequestHead};

use crate::actor::Actor::AllowedOrigin;

fn listing() -> CorsLayerBuilder {
    CorsLayer::builder().allow_origin(AllowedOrigin.origin()).allow_method("PUT")
}

fn refusing() -> CorsLayerBuilder {
    listing()
        .refuse_disallowed_origins(Refuse::All)
        .no_own_origins()
        .dangerously_allow(Danger::PredicateWithCredentials)
}

type Answer = Result<bool, io::Error>;
type Questions = Arc<Mutex<Vec<oneshot::Sender<Answer>>>>;

/// A predicate whose calls wait until the test sends their results.
fn waiting() -> (impl Fn(&Origin, &RequestHead<'_>) -> Waiting + Send + Sync + 'static, Questions) {
    let questions = Questions::default();
    let asked = Arc::clone(&questions);
    let predicate = move |_: &Origin, _: &RequestHead<'_>| {
        let (sender, receiver) = oneshot::channel();
        asked.lock().unwrap().push(sender);
        Waiting(receiver)
    };
    (predicate, questions)
}

struct Waiting(oneshot::Receiver<Answer>);

impl Future for Waiting {
    type Output = Answer;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(context).map(Result::unwrap)
    }
}

fn poll_once<T>(future: Pin<&mut impl Future<Output = T>>) -> Poll<T> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

fn finish(response: impl Future<Output = Result<Response<String>, Infallible>>) {
    let mut context = Context::from_waker(Waker::noop());
    assert!(pin!(response).poll(&mut context).is_ready());
}
