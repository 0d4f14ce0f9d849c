//! The servers, all on loopback.

use std::{io, net::Ipv4Addr, sync::Arc};

use serde::Serialize;
use tokio::{net::TcpListener, task::JoinHandle};

use crate::{
    api::{self, Api},
    control::{self, Playground},
    log::Log,
    model::Model,
};

/// The running servers. They stop when this is dropped.
#[derive(Debug)]
pub struct Servers {
    /// Where they are.
    pub addresses: Addresses,
    tasks: Vec<JoinHandle<io::Result<()>>>,
}

/// The origins of the pages, and that of the API.
#[derive(Clone, Debug, Serialize)]
pub struct Addresses {
    /// The playground's page, which also fetches.
    pub app: String,
    /// A page on another port.
    pub other: String,
    /// The same server as `app`, by its address instead of its name.
    pub address: String,
    /// What the pages fetch from.
    pub api: String,
}

impl Servers {
    /// Starts them. The page is on this port, and the others are on the next two. If it is 0, all are on free ones.
    ///
    /// # Errors
    ///
    /// A port cannot be had.
    pub async fn start(port: u16) -> io::Result<Self> {
        let next = |number: u16| if port == 0 { 0 } else { port.saturating_add(number) };
        let app = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let other = TcpListener::bind((Ipv4Addr::LOCALHOST, next(1))).await?;
        let api = TcpListener::bind((Ipv4Addr::LOCALHOST, next(2))).await?;
        let addresses = Addresses {
            app: format!("http://localhost:{}", app.local_addr()?.port()),
            other: format!("http://localhost:{}", other.local_addr()?.port()),
            address: format!("http://127.0.0.1:{}", app.local_addr()?.port()),
            api: format!("http://127.0.0.1:{}", api.local_addr()?.port()),
        };
        let current = Api::default();
        let log = Arc::new(Log::default());
        let model = Model::new(current.clone(), addresses.clone());
        let playground = Playground {
            addresses: addresses.clone(),
            api: current.clone(),
            log: Arc::clone(&log),
            model,
        };
        let pages = control::router(playground).map_err(io::Error::other)?;
        let served = api::router(current, log);
        let tasks = vec![
            tokio::spawn(axum::serve(app, pages.clone()).into_future()),
            tokio::spawn(axum::serve(other, pages).into_future()),
            tokio::spawn(axum::serve(api, served).into_future()),
        ];
        Ok(Self { addresses, tasks })
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}
