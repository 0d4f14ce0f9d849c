//! The playground: an API with a policy that can be changed, pages that fetch from it, and what each of them did.

mod settings;
mod stack;
mod api;
mod log;
mod fetch;
mod refusals;
mod model;
mod control;
mod servers;

pub use servers::{Addresses, Servers};
pub use settings::{Checked, Mistake, PolicyText};
pub use stack::Stack;
