//! A proxy to this machine. `MiniBrowser` has no option that maps names to addresses, but it leaves names to its proxy.

use std::{io, net::Ipv4Addr};

use http::Uri;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
};

/// Starts the proxy, and returns its port. It takes each name for this machine, and refuses ports other than these.
pub(crate) async fn start(ports: [u16; 2]) -> io::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let port = listener.local_addr()?.port();
    tokio::spawn(async move {
        while let Ok((browser, _)) = listener.accept().await {
            // If a connection fails, its requests are missing, and their cases fail.
            tokio::spawn(connect(browser, ports));
        }
    });
    Ok(port)
}

/// Connects a browser to the port that its first request names. A browser uses no connection for two ports.
async fn connect(mut browser: TcpStream, ports: [u16; 2]) -> io::Result<()> {
    let mut head = Vec::new();
    while !head.windows(4).any(|bytes| bytes == b"\r\n\r\n") {
        if head.len() > MAX_HEAD || browser.read_buf(&mut head).await? == 0 {
            return Ok(());
        }
    }
    let Some(port) = port(&head).filter(|port| ports.contains(port)) else {
        return browser.write_all(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n").await;
    };
    let mut server = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
    if head.starts_with(b"CONNECT ") {
        browser.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
    } else {
        server.write_all(&head).await?;
    }
    copy_bidirectional(&mut browser, &mut server).await?;
    Ok(())
}

/// The port of the request's target, which is `host:port` or a whole URL.
fn port(head: &[u8]) -> Option<u16> {
    let target = head.split(|&byte| byte == b' ').nth(1)?;
    Uri::try_from(target).ok()?.port_u16()
}

/// More than 181 cookies take.
const MAX_HEAD: usize = 65_536;
