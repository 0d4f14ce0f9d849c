//! Reverse proxies before a server: one of hyper that has the layer, and nginx in front of the layer.

mod hyper;
mod nginx;
