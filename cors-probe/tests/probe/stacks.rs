//! The audit finds planted faults in servers of Python, Node.js and nginx, and none in sound ones. Programs that are not
//! installed are left out; if the variable `CI` is set, the tests fail.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use super::*;

#[tokio::test]
async fn audit_finds_the_faults_of_a_python_server() {
    finds(
        "python3",
        "server.py",
        &[
            ("sound", &[]),
            ("wildcard", &["wildcard-with-credentials"]),
            ("null-allowed", &["null-origin"]),
            ("prefix", &["prefix-match", "several-origins", "loose-comparison"]),
            ("suffix", &["suffix-match", "substring-match", "odd-bytes", "loose-comparison"]),
            ("insecure", &["insecure-origin"]),
            ("no-vary", &["missing-vary"]),
            ("capital", &["invalid-credentials"]),
        ],
    )
    .await;
}

#[tokio::test]
async fn audit_finds_the_faults_of_a_node_server() {
    finds(
        "node",
        "server.js",
        &[
            ("sound", &[]),
            ("reflected", &["any-origin-reflected", "preflight-of-any-origin", "null-origin"]),
            ("twice", &["written-twice"]),
            ("joined", &["list-of-origins"]),
            ("authentication", &["authentication-outside"]),
            ("method", &["layer-inside-routing"]),
            ("redirect", &["preflight-redirected"]),
            ("errors", &["hidden-errors"]),
        ],
    )
    .await;
}

/// Each fault has the names of all findings, worst first.
async fn finds(program: &str, script: &str, faults: &[(&str, &[&str])]) {
    let Some(server) = Server::start(program, script) else { return };
    finds_at(server.port, faults).await;
}

async fn finds_at(port: u16, faults: &[(&str, &[&str])]) {
    let mut wrong = Vec::new();
    for (fault, expected) in faults {
        let url = format!("http://127.0.0.1:{port}/{fault}/items");
        let (text, _) = run(&url, &["audit", "--json"]).await;
        let printed: Value = serde_json::from_str(&text).unwrap();
        let findings = printed["findings"].as_array().unwrap().iter();
        let names: Vec<&str> = findings.map(|it| it["name"].as_str().unwrap()).collect();
        if names != *expected {
            wrong.push(format!("{fault}: {names:?}"));
        }
    }
    assert_eq!(wrong, [""; 0]);
}

struct Server {
    process: Child,
    port: u16,
}

impl Server {
    /// Only CI must have every program.
    fn start(program: &str, script: &str) -> Option<Self> {
        let path = format!("{}/tests/probe/stacks/{script}", env!("CARGO_MANIFEST_DIR"));
        let mut process = match Command::new(program).arg(path).stdout(Stdio::piped()).spawn() {
            Ok(process) => process,
            Err(error) => {
                leave_out(program, &error);
                return None;
            }
        };
        let output = BufReader::new(process.stdout.take().unwrap());
        let mut server = Self { process, port: 0 };
        let line = output.lines().next().unwrap().unwrap();
        server.port = line.trim().parse().unwrap();
        Some(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn leave_out(program: &str, error: &dyn std::error::Error) {
    assert!(std::env::var_os("CI").is_none(), "{program}: {error}, and CI is set");
    eprintln!("left out: {program}: {error}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn audit_finds_the_faults_of_nginx() {
    let folder = tempfile::tempdir().unwrap();
    // nginx cannot be asked which port it took, so one is found for it, and kept.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.set_reuseport(true).unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let address = socket.local_addr().unwrap();
    let locations: String = LOCATIONS.iter().map(location).collect();
    let escaped = OURS.replace('.', "\\.");
    let configuration = format!(
        "daemon off; master_process off; pid pid; error_log stderr crit; \
         events {{}} \
         http {{ \
             access_log off; \
             client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; \
             uwsgi_temp_path uwsgi; scgi_temp_path scgi; \
             map $http_origin $allowed {{ ~^{escaped}$ $http_origin; default ''; }} \
             map $http_origin $any_letter {{ ~^{OURS}$ $http_origin; default ''; }} \
             map $http_origin $in_any_case {{ {OURS} $http_origin; default ''; }} \
             server {{ listen {address} reuseport; {locations} }} \
         }}"
    );
    std::fs::write(folder.path().join("nginx.conf"), configuration).unwrap();
    let start = |program: &str| {
        let mut command = Command::new(program);
        command.args(["-e", "stderr", "-c", "nginx.conf", "-p"]).arg(folder.path()).spawn()
    };
    // Debian's is in a folder that is only in the `PATH` of root.
    let process = match start("nginx").or_else(|_| start("/usr/sbin/nginx")) {
        Ok(process) => process,
        Err(error) => return leave_out("nginx", &error),
    };
    let mut server = Server { process, port: address.port() };
    let listens = async {
        while tokio::net::TcpStream::connect(address).await.is_err() {
            assert_eq!(server.process.try_wait().unwrap(), None, "nginx has ended");
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), listens).await.expect("nginx does not listen");
    let faults: Vec<_> = LOCATIONS.iter().map(|it| (it.fault, it.found)).collect();
    finds_at(address.port(), &faults).await;
}

/// What nginx does below a path, and what the audit finds there.
struct Location {
    fault: &'static str,
    headers: &'static str,
    preflight: &'static str,
    errors: &'static str,
    found: &'static [&'static str],
}

fn location(Location { fault, headers, preflight, errors, .. }: &Location) -> String {
    format!(
        "location = /{fault}/items {{ \
             {headers} if ($request_method = OPTIONS) {{ {preflight} }} return 200 items; \
         }} \
         location /{fault}/ {{ {errors} return 404; }}"
    )
}

const ALLOWED: &str =
    "add_header Access-Control-Allow-Origin $allowed always; add_header Vary Origin always;";
const PREFLIGHT: &str = "add_header Access-Control-Allow-Origin $allowed always; add_header Vary Origin always; \
    add_header Access-Control-Max-Age 7200 always; return 204;";

const LOCATIONS: [Location; 11] = [
    Location {
        fault: "sound",
        headers: ALLOWED,
        preflight: PREFLIGHT,
        errors: ALLOWED,
        found: &[],
    },
    Location {
        fault: "not-always",
        headers: ALLOWED,
        preflight: PREFLIGHT,
        errors: "add_header Access-Control-Allow-Origin $allowed; add_header Vary Origin;",
        found: &["hidden-errors"],
    },
    Location {
        fault: "two-parties",
        headers: "add_header Access-Control-Allow-Origin $allowed always; add_header Vary Origin always; \
                  add_header Access-Control-Allow-Origin * always;",
        preflight: PREFLIGHT,
        errors: ALLOWED,
        found: &["written-twice"],
    },
    Location {
        fault: "any-letter",
        headers: "add_header Access-Control-Allow-Origin $any_letter always; add_header Vary Origin always;",
        preflight: PREFLIGHT,
        errors: ALLOWED,
        found: &["unescaped-dot"],
    },
    // Without a regular expression, `map` ignores the case.
    Location {
        fault: "any-case",
        headers: "add_header Access-Control-Allow-Origin $in_any_case always; add_header Vary Origin always;",
        preflight: PREFLIGHT,
        errors: ALLOWED,
        found: &["loose-comparison"],
    },
    Location {
        fault: "redirect",
        headers: ALLOWED,
        preflight: "return 301 https://api.example.com/items;",
        errors: ALLOWED,
        found: &["preflight-redirected"],
    },
    Location {
        fault: "limited",
        headers: ALLOWED,
        preflight: "return 429;",
        errors: ALLOWED,
        found: &["limiter-outside"],
    },
    Location {
        fault: "no-vary",
        headers: "add_header Access-Control-Allow-Origin $allowed always;",
        preflight: PREFLIGHT,
        errors: ALLOWED,
        found: &["missing-vary"],
    },
    Location {
        fault: "lower-case",
        headers: ALLOWED,
        preflight: "add_header Access-Control-Allow-Origin $allowed always; add_header Vary Origin always; \
                    add_header Access-Control-Max-Age 7200 always; \
                    add_header Access-Control-Allow-Methods 'GET, put, patch' always; return 204;",
        errors: ALLOWED,
        found: &["misspelled-methods"],
    },
    Location {
        fault: "too-long",
        headers: ALLOWED,
        preflight: "add_header Access-Control-Allow-Origin $allowed always; add_header Vary Origin always; \
                    add_header Access-Control-Max-Age 604800 always; return 204;",
        errors: ALLOWED,
        found: &["invalid-max-age"],
    },
    Location {
        fault: "nothing",
        headers: "",
        preflight: "return 204;",
        errors: "",
        found: &["no-cors"],
    },
];
