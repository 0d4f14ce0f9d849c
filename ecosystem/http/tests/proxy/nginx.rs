//! nginx in front of a server that has the layer. Without nginx, the tests only say so. If the variable `CI` is
//! set, they fail.

use std::{
    env, fs,
    io::ErrorKind,
    path::Path,
    process::{Child, Command},
    time::Duration,
};

use axum::{Router, routing::get};
use ecosystem_http::{PAGE, browser, seen, serve};
use http::Request;
use tempfile::TempDir;
use tokio::{
    net::{TcpSocket, TcpStream},
    task::yield_now,
    time::timeout,
};
use tower_cors::CorsLayer;

use crate::reserved;

#[tokio::test]
async fn page_sees_what_nginx_does_to_the_responses() {
    for (addition, method, body, sees) in ROWS {
        let server = serve(app()).await;
        let Some(nginx) = Nginx::start(&server, addition).await else { return };
        let request =
            Request::builder().method(method).uri(&nginx.url).body(body.to_owned()).unwrap();
        let result = browser(&[]).page(PAGE).fetch(request).await;
        assert_eq!(seen(result).await, sees, "{method} {addition}");
    }
}

/// nginx makes this response itself, so it has none of the layer's headers.
#[tokio::test]
async fn page_does_not_read_that_the_server_is_gone() {
    let (_gone, address) = reserved();
    let Some(nginx) = Nginx::start(&format!("http://{address}"), "").await else { return };
    let result = browser(&[]).page(PAGE).fetch(ecosystem_http::get(&nginx.url)).await;
    assert_eq!(
        seen(result).await,
        "the response has no Access-Control-Allow-Origin, so the origin https://app.example.net \
         cannot read it; its status is 502, and it has no Vary: Origin, so it looks as if \
         something outside the CORS layer made it",
    );
}

fn app() -> Router {
    let cors = CorsLayer::builder().allow_origin(PAGE).allow_method("PUT").build().unwrap();
    Router::new().route("/", get(async || "hello").put(async |body: String| body)).layer(cors)
}

struct Nginx {
    process: Child,
    url: String,
    _port: TcpSocket,
    // Deleted with nginx.
    _folder: TempDir,
}

impl Nginx {
    /// `None`, and a line that says so, if there is no nginx.
    async fn start(server: &str, addition: &str) -> Option<Self> {
        let folder = TempDir::new().unwrap();
        // nginx cannot be asked which port it took, so one is found for it.
        let (port, address) = reserved();
        let configuration = format!(
            "daemon off; master_process off; pid pid; error_log stderr crit; \
             events {{}} \
             http {{ \
                 access_log off; \
                 client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; \
                 uwsgi_temp_path uwsgi; scgi_temp_path scgi; \
                 server {{ \
                     listen {address} reuseport; \
                     location / {{ proxy_pass {server}; {addition} }} \
                 }} \
             }}"
        );
        fs::write(folder.path().join("nginx.conf"), configuration).unwrap();
        let Some(process) = spawn(folder.path()) else {
            assert!(env::var_os("CI").is_none(), "there is no nginx, and CI is set");
            println!("There is no nginx here, so it is left out.");
            return None;
        };
        let url = format!("http://{address}");
        let mut nginx = Self { process, url, _port: port, _folder: folder };
        let listens = async {
            while TcpStream::connect(address).await.is_err() {
                assert_eq!(nginx.process.try_wait().unwrap(), None, "nginx has ended");
                yield_now().await;
            }
        };
        timeout(Duration::from_secs(30), listens).await.expect("nginx does not listen");
        Some(nginx)
    }
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

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What the location of nginx has besides, a request, and what the page sees.
const ROWS: [(&str, &str, &str, &str); 7] = [
    ("", "GET", "", "200 hello"),
    ("", "PUT", "changed", "200 changed"),
    (
        "add_header Access-Control-Allow-Origin $http_origin always;",
        "GET",
        "",
        "Access-Control-Allow-Origin is \"https://app.example.net, https://app.example.net\", but \
         it must be https://app.example.net; it has more than one value: either two parties add it, such as two CORS layers, or one lists all \
         of its origins",
    ),
    ("add_header Access-Control-Allow-Origin * always;", "GET", "", TWO_VALUES),
    ("add_header Access-Control-Allow-Origin * always;", "PUT", "changed", TWO_VALUES),
    (
        "if ($request_method = OPTIONS) { return 204; }",
        "PUT",
        "changed",
        "the response has the status 204 and no Access-Control-Allow-Origin, so the origin \
         https://app.example.net cannot send the request",
    ),
    (
        "client_max_body_size 1;",
        "PUT",
        "changed",
        "the response has no Access-Control-Allow-Origin, so the origin https://app.example.net \
         cannot read it; its status is 413, and it has no Vary: Origin, so it looks as if \
         something outside the CORS layer made it",
    ),
];

const TWO_VALUES: &str = "Access-Control-Allow-Origin is \"https://app.example.net, *\", but it must \
     be https://app.example.net; it has more than one value: either two parties add it, such as two CORS layers, or one lists all \
    of its origins";
