//! What has gone wrong in other products, as far as no other test of this crate has it. `docs/threats.md` is the list.

mod bytes;
mod credentials;
mod local;
mod lookalikes;
mod names;
mod stacks;
