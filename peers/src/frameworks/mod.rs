//! CORS middleware, each with the application of its framework. An application has two handlers, which take every
//! method: that of `/` sets one header, and that of [`FOREIGN`] also sends a CORS header and a `Vary` of its own.

mod actix;
mod axum;
mod by_hand;
mod floor;
mod poem;
mod rocket;
mod salvo;
mod warp;

use std::{
    error::Error,
    sync::atomic::{AtomicUsize, Ordering},
};

use crate::app::AnyApp;

/// CORS middleware, and the framework that it is for.
pub(crate) struct Subject {
    pub(crate) name: &'static str,
    /// The package that it is in. `None` if it is written by hand.
    pub(crate) package: Option<&'static str>,
    pub(crate) framework: &'static str,
    pub(crate) bare: fn() -> Box<dyn AnyApp>,
    /// The same application with the middleware, which allows the given origins.
    pub(crate) with_cors: fn(&[String]) -> Built,
}

impl Subject {
    /// The name with the version of its package.
    pub(crate) fn full_name(&self) -> String {
        let version = self.package.map(|package| {
            let entry = LOCK.split(&format!("name = \"{package}\"\nversion = \"")).nth(1);
            entry.and_then(|entry| entry.split('"').next()).expect("the package is locked")
        });
        version.map_or_else(|| self.name.to_owned(), |version| format!("{} {version}", self.name))
    }
}

const LOCK: &str = include_str!("../../Cargo.lock");

pub(crate) type Built = Result<Box<dyn AnyApp>, Box<dyn Error>>;

pub(crate) const SUBJECTS: [Subject; 9] = [
    TOWER_CORS,
    floor::SUBJECT,
    by_hand::SUBJECT,
    axum::TOWER_HTTP,
    actix::SUBJECT,
    poem::SUBJECT,
    rocket::SUBJECT,
    salvo::SUBJECT,
    warp::SUBJECT,
];

pub(crate) const TOWER_CORS: Subject = axum::TOWER_CORS;
pub(crate) const FLOOR: Subject = floor::SUBJECT;

pub(crate) const FOREIGN: &str = "/foreign";
pub(crate) const FOREIGN_ORIGIN: &str = "https://foreign.example";
pub(crate) const FOREIGN_VARY: &str = "accept-encoding";

/// How many requests have reached a handler.
pub(crate) fn reached() -> usize {
    REACHED.load(Ordering::Relaxed)
}

/// Each handler calls this.
fn reach() {
    REACHED.fetch_add(1, Ordering::Relaxed);
}

static REACHED: AtomicUsize = AtomicUsize::new(0);

const JSON: &str = "application/json";
