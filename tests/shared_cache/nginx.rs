//! nginx in front of a server, with a cache that keeps everything.

use std::{
    fs,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
};

use axum::{Router, body::Body};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use tokio::net::{TcpListener, TcpStream};

use super::{Seen, Who, request};

pub(crate) struct Cache {
    nginx: Child,
    folder: PathBuf,
    url: String,
    client: Client<HttpConnector, Body>,
}

impl Cache {
    /// `None` if there is no nginx.
    pub(crate) async fn start(app: Router) -> Option<Self> {
        static STARTED: AtomicUsize = AtomicUsize::new(0);

        Command::new("nginx").arg("-v").stderr(Stdio::null()).status().ok()?;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = listener.local_addr().unwrap();
        tokio::spawn(axum::serve(listener, app).into_future());
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("nginx-{}-{number}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        // nginx cannot be asked which port it took, so one is found for it.
        let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let configuration = format!(
            "daemon off; master_process off; pid pid; error_log stderr crit; \
             events {{}} \
             http {{ \
                 access_log off; \
                 client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; \
                 uwsgi_temp_path uwsgi; scgi_temp_path scgi; \
                 proxy_cache_path cache keys_zone=kept:1m; \
                 server {{ \
                     listen {free}; \
                     location / {{ \
                         proxy_pass http://{server}; proxy_cache kept; proxy_cache_valid any 1h; \
                         add_header x-cache $upstream_cache_status always; \
                     }} \
                 }} \
             }}"
        );
        fs::write(folder.join("nginx.conf"), configuration).unwrap();
        let mut nginx = Command::new("nginx")
            .args(["-e", "stderr", "-c", "nginx.conf", "-p"])
            .arg(&folder)
            .spawn()
            .unwrap();
        while TcpStream::connect(free).await.is_err() {
            assert_eq!(nginx.try_wait().unwrap(), None, "nginx has ended");
            tokio::task::yield_now().await;
        }
        let client = Client::builder(TokioExecutor::new()).build_http();
        Some(Self { nginx, folder, url: format!("http://{free}"), client })
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
