//! The rows. Those that remove requests come first, so that those after them find the same requests on both sides.

mod cache;
mod redirects;
mod request_headers;
mod responses;
mod sites;

use super::Row;

pub(super) fn all() -> impl Iterator<Item = &'static Row> {
    let all = [cache::ROWS, request_headers::ROWS, redirects::ROWS, sites::ROWS, responses::ROWS];
    all.into_iter().flatten()
}
