//! nginx in front of a server, with a cache that keeps everything. Without nginx, the test only says so. If the variable
//! `CI` is set, it fails.

use std::{
    env, fs,
    io::ErrorKind,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    process::{Child, Command},
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use axum::{Router, body::Body};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    task::yield_now,
    time::timeout,
};

use super::{Seen, Who, request};

pub(crate) struct Cache {
    nginx: Child,
    folder: PathBuf,
    url: String,
    _port: TcpSocket,
    client: Client<HttpConnector, Body>,
}

impl Cache {
    /// `None`, and a line that says so, if there is no nginx.
    pub(crate) async fn start(app: Router) -> Option<Self> {
        static STARTED: AtomicUsize = AtomicUsize::new(0);

        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = listener.local_addr().unwrap();
        tokio::spawn(axum::serve(listener, app).into_future());
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("nginx-{}-{number}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        // nginx cannot be asked which port it took, so one is found for it.
        let (port, address) = reserved();
        let configuration = format!(
            "daemon off; master_process off; pid pid; error_log stderr crit; \
             events {{}} \
             http {{ \
                 access_log off; \
                 client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; \
                 uwsgi_temp_path uwsgi; scgi_temp_path scgi; \
                 proxy_cache_path cache keys_zone=kept:1m; \
                 server {{ \
                     listen {address} reuseport; \
                     location / {{ \
                         proxy_pass http://{server}; proxy_cache kept; proxy_cache_valid any 1h; \
                         add_header x-cache $upstream_cache_status always; \
                     }} \
                 }} \
             }}"
        );
        fs::write(folder.join("nginx.conf"), configuration).unwrap();
        let Some(nginx) = spawn(&folder) else {
            assert!(env::var_os("CI").is_none(), "there is no nginx, and CI is set");
            println!("There is no nginx here, so it is left out.");
            return None;
        };
        let client = Client::builder(TokioExecutor::new()).build_http();
        let mut cache =
            Self { nginx, folder, url: format!("http://{address}"), _port: port, client };
        let listens = async {
            while TcpStream::connect(address).await.is_err() {
                assert_eq!(cache.nginx.try_wait().unwrap(), None, "nginx has ended");
                yield_now().await;
            }
        };
        timeout(Duration::from_secs(30), listens).await.expect("nginx does not listen");
        Some(cache)
    }

    /// Also says whether the response is from the cache.
    pub(crate) async fn get(&self, path: &str, who: Who) -> (Seen, bool) {
        let request = request(&format!("{}{path}", self.url), who);
        let response = self.client.request(request).await.unwrap();
        (Seen::of(&response), response.headers()["x-cache"] == "HIT")
    }
}

impl Drop for Cache {
    fn drop(&mut self) {
        let _ = self.nginx.kill();
        let _ = self.nginx.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// A port that stays ours, and that nginx can listen on.
fn reserved() -> (TcpSocket, SocketAddr) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_reuseport(true).unwrap();
    socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}

/// `None` if there is no nginx.
fn spawn(folder: &Path) -> Option<Child> {
    // Debian's is in a folder that is only in the `PATH` of root.
    ["nginx", "/usr/sbin/nginx"].into_iter().find_map(|program| {
        let started = Command::new(program)
            .args(["-e", "stderr", "-c", "nginx.conf", "-p"])
            .arg(folder)
            .spawn();
        match started {
            Ok(process) => Some(process),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => panic!("{program} does not start: {error}"),
        }
    })
}
