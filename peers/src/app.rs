//! An application, as its framework's server calls it.

use std::{
    future::Future,
    pin::{Pin, pin},
    task::{Context, Poll, Waker},
};

use http::{Request, Response};

/// An application of a framework, with or without CORS middleware.
pub(crate) trait App {
    type Request;
    type Response;

    /// Makes copies of a request. They share the values of its headers, as in a server that reads them from one buffer.
    fn read(&self, request: &Request<()>, copies: u32) -> Vec<Self::Request>;

    fn answer(&self, request: Self::Request) -> Self::Response;

    /// The status and the headers of a response.
    fn head(response: &Self::Response) -> Response<()>;
}

/// An application of any framework.
pub(crate) trait AnyApp {
    /// Makes copies of a request ready to be answered.
    fn calls(&self, request: &Request<()>, copies: u32) -> Vec<Call<'_>>;

    fn respond(&self, request: &Request<()>) -> Response<()>;
}

/// Answers a request, and drops the response.
pub(crate) type Call<'a> = Box<dyn FnOnce() + 'a>;

impl<A: App> AnyApp for A {
    fn calls(&self, request: &Request<()>, copies: u32) -> Vec<Call<'_>> {
        let requests = self.read(request, copies).into_iter();
        requests.map(|request| -> Call<'_> { Box::new(|| drop(self.answer(request))) }).collect()
    }

    fn respond(&self, request: &Request<()>) -> Response<()> {
        let copy = self.read(request, 1).pop().expect("one copy was asked for");
        A::head(&self.answer(copy))
    }
}

/// A future's result, without a runtime, because nothing here waits.
pub(crate) fn now<T>(future: impl Future<Output = T>) -> T {
    match poll(pin!(future)) {
        Poll::Ready(result) => result,
        Poll::Pending => unreachable!("the application answers at once"),
    }
}

/// Not inlined, as in a server that stores futures.
#[inline(never)]
fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Copies of a request with another body, for frameworks that use the types of `http`.
pub(crate) fn copies<B: Default>(request: &Request<()>, copies: u32) -> Vec<Request<B>> {
    (0..copies).map(|_| request.clone().map(|()| B::default())).collect()
}

/// The head of a response of a framework that uses the types of `http`.
pub(crate) fn head<B>(response: &Response<B>) -> Response<()> {
    let mut head = Response::new(());
    *head.status_mut() = response.status();
    head.headers_mut().clone_from(response.headers());
    head
}
