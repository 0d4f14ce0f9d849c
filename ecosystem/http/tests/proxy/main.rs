//! Reverse proxies before a server: one of hyper that has the layer, and nginx in front of the layer.

mod hyper;
mod nginx;

use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::TcpSocket;

/// An address that nobody else gets while the socket lives. It refuses connections, because the socket does not listen.
fn reserved() -> (TcpSocket, SocketAddr) {
    let socket = TcpSocket::new_v4().unwrap();
    // So that nginx can listen there.
    socket.set_reuseport(true).unwrap();
    socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}
