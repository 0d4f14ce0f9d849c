//! The ways to a server: HTTP/2, TLS, a proxy, redirects, and none in time.

use std::{convert::Infallible, process::Stdio, sync::Arc};

use http::{Request, header::ORIGIN};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use rustls::{ServerConfig, pki_types::PrivateKeyDer};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    process::Command,
};
use tokio_rustls::TlsAcceptor;

use super::*;

#[tokio::test]
async fn a_server_may_speak_http2_only() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/items", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let builder = auto::Builder::new(TokioExecutor::new()).http2_only();
                let _ = builder.serve_connection(TokioIo::new(stream), service_fn(answer)).await;
            });
        }
    });
    let (text, outcome) = run(&url, &["--http2"]).await;
    assert_eq!(outcome, Outcome::Good, "{text}");
    assert!(text.contains("\n<   x-version: HTTP/2.0\n"), "{text}");
    let (text, outcome) = run(&url, &["audit", "--http2"]).await;
    assert_eq!(outcome, Outcome::Good, "{text}");
    let note = "note    host-not-checked\n  seen:    a request over HTTP/1.1 with another Host does not reach the application: ";
    assert!(text.contains(note), "{text}");
}

#[tokio::test]
async fn a_server_that_speaks_both_versions_is_tried_with_another_host() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("certificate.pem");
    let trusted = ["audit", "--cacert", file.to_str().unwrap()];
    let (text, outcome) = run(&serve_with_tls(&file, answer).await, &trusted).await;
    assert_eq!((text.as_str(), outcome), ("nothing found", Outcome::Good));
    let (text, outcome) = run(&serve_with_tls(&file, compare_with_host).await, &trusted).await;
    assert_eq!(outcome, Outcome::Bad, "{text}");
    assert!(text.contains("depends-on-host\n"), "{text}");
}

#[tokio::test]
async fn a_certificate_is_trusted_if_a_file_has_it_and_https_brings_http2() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("certificate.pem");
    let url = serve_with_tls(&file, answer).await;
    let trusted = ["--cacert", file.to_str().unwrap()];
    let (text, outcome) = run(&url, &trusted).await;
    assert_eq!(outcome, Outcome::Good, "{text}");
    assert!(text.contains("\n<   x-version: HTTP/2.0\n"), "{text}");
    assert_eq!(
        error(&[&url, "--origin", OURS]).await,
        format!(
            "GET {url}: the certificate is not trusted: invalid peer certificate: UnknownIssuer"
        )
    );
    std::fs::write(&file, "nothing").unwrap();
    assert_eq!(
        error(&[&[url.as_str(), "--origin", OURS], &trusted[..]].concat()).await,
        format!("{} has no certificate; write a file in PEM", file.display())
    );
}

#[tokio::test]
async fn a_proxy_is_taken_from_the_environment() {
    let proxy = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = proxy.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = proxy.accept().await {
            let mut lines = BufReader::new(&mut stream).lines();
            let mut first = String::new();
            while let Ok(Some(line)) = lines.next_line().await {
                if first.is_empty() {
                    first.clone_from(&line);
                }
                if line.is_empty() {
                    break;
                }
            }
            let response = format!(
                "HTTP/1.1 200 OK\r\naccess-control-allow-origin: *\r\nx-asked: {first}\r\n\
                 connection: close\r\ncontent-length: 0\r\n\r\n"
            );
            let _ = stream.write_all(response.as_bytes()).await;
        }
    });
    let url = "http://api.invalid/items";
    let run = async |no_proxy: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_cors-probe"))
            .args([url, "--origin", OURS])
            .env("HTTP_PROXY", format!("http://{address}"))
            .env("http_proxy", format!("http://{address}"))
            .env("NO_PROXY", no_proxy)
            .env("no_proxy", no_proxy)
            .stdin(Stdio::null())
            .output();
        let output = output.await.unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(text).unwrap())
    };
    let (status, text) = run("").await;
    assert_eq!(status, Some(0), "{text}");
    assert!(text.contains(&format!("\n<   x-asked: GET {url} HTTP/1.1\n")), "{text}");
    let (status, text) = run("api.invalid").await;
    assert_eq!(status, Some(2), "{text}");
    assert!(text.starts_with(&format!("GET {url}: the name is not found: ")), "{text}");
}

#[tokio::test]
async fn https_goes_through_the_proxy_in_a_tunnel() {
    for variable in ["HTTPS_PROXY", "ALL_PROXY"] {
        let proxy = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_cors-probe"))
            .args(["https://api.invalid/items", "--origin", OURS])
            .env_remove("NO_PROXY")
            .env_remove("no_proxy")
            .env(variable, format!("http://{}", proxy.local_addr().unwrap()))
            .stdin(Stdio::null())
            .output();
        let refuse = async {
            let (mut stream, _) = proxy.accept().await.unwrap();
            let first = BufReader::new(&mut stream).lines().next_line().await.unwrap().unwrap();
            stream.write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n").await.unwrap();
            first
        };
        let (output, first) = tokio::join!(output, refuse);
        assert_eq!(first, "CONNECT api.invalid:443 HTTP/1.1", "{variable}");
        let text = String::from_utf8(output.unwrap().stderr).unwrap();
        let expected = "GET https://api.invalid/items: the proxy does not connect to the server: tunnel error: unsuccessful\n";
        assert_eq!(text, expected, "{variable}");
    }
}

#[tokio::test]
async fn a_tunnel_through_the_proxy_reaches_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("certificate.pem");
    let url = serve_with_tls(&file, answer).await;
    let proxy = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_cors-probe"))
        .args([&url, "--origin", OURS, "--cacert", file.to_str().unwrap()])
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .env("HTTPS_PROXY", format!("http://{}", proxy.local_addr().unwrap()))
        .stdin(Stdio::null())
        .output();
    let server = url.trim_start_matches("https://").trim_end_matches("/items");
    let forward = async {
        let (stream, _) = proxy.accept().await.unwrap();
        let mut stream = BufReader::new(stream);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert_ne!(stream.read_line(&mut head).await.unwrap(), 0, "{head}");
        }
        assert!(head.starts_with(&format!("CONNECT {server} HTTP/1.1\r\n")), "{head}");
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
        let mut server =
            TcpStream::connect(server.replace("localhost", "127.0.0.1")).await.unwrap();
        let _ = tokio::io::copy_bidirectional(&mut stream, &mut server).await;
    };
    let (output, ()) = tokio::join!(output, forward);
    let output = output.unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("\n<   x-version: HTTP/2.0\n"), "{text}");
}

#[tokio::test]
async fn the_exit_status_is_kept_if_nobody_reads_the_output() {
    let url = serve(behind(CorsLayer::builder().allow_origin("https://b.example"))).await;
    let mut child = Command::new(env!("CARGO_BIN_EXE_cors-probe"))
        .args([&url, "--origin", OURS])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The server cannot answer before this test awaits.
    drop(child.stdout.take());
    let output = child.wait_with_output().await.unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    assert_eq!(output.status.code(), Some(1));
}

#[tokio::test]
async fn https_to_a_server_without_tls_is_an_error() {
    let url = serve(behind(CorsLayer::builder().allow_origin(OURS))).await;
    let url = url.replace("http:", "https:");
    let text = error(&[&url, "--origin", OURS]).await;
    let expected = format!(
        "GET {url}: there is no TLS connection: received corrupt message of type InvalidContentType; it seems to speak http, \
         so try {}",
        url.replace("https:", "http:")
    );
    assert_eq!(text, expected);
}

#[tokio::test]
async fn a_server_that_does_not_answer_in_time_is_an_error() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/items", listener.local_addr().unwrap());
    for command in [
        &[&url, "--origin", OURS, "--timeout", "0.1"][..],
        &["audit", &url, "--origin", OURS, "--timeout", "0.1"],
    ] {
        assert_eq!(
            error(command).await,
            format!("GET {url}: no response within the time-out; a longer one is --timeout 60")
        );
    }
}

#[tokio::test]
async fn redirects_are_followed_as_a_browser_does() {
    let target = serve(behind(CorsLayer::builder().allow_origin(OURS).allow_method("PUT"))).await;
    let location = target.replace("127.0.0.1", "localhost");
    let redirect = async move |request: Request<axum::body::Body>| {
        let has_origin = request.headers().contains_key(ORIGIN);
        let mut response = Response::new(axum::body::Body::empty());
        *response.status_mut() = http::StatusCode::TEMPORARY_REDIRECT;
        response.headers_mut().insert("location", location.parse().unwrap());
        if has_origin {
            set(response.headers_mut(), "access-control-allow-origin", "*");
        }
        response
    };
    let url = serve(Router::new().fallback(redirect)).await;
    let (text, outcome) = run(&url, &["--json"]).await;
    assert_eq!(outcome, Outcome::Bad, "{text}");
    let printed: Value = serde_json::from_str(&text).unwrap();
    let origins: Vec<_> = printed["exchanges"].as_array().unwrap().iter().map(origin).collect();
    assert_eq!(origins, [OURS, "null"]);
    assert_eq!(printed["reason"], "missing-allow-origin");
    assert_eq!(
        printed["fix"],
        "a redirect, a sandboxed frame or a file has the origin null: let the page use the final URL, or serve it from a \
         server"
    );
    let (text, _) = run(&url, &["--method", "PUT", "--json"]).await;
    let printed: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(printed["exchanges"].as_array().unwrap().len(), 1, "{text}");
    assert_eq!(printed["reason"], "preflight-status");
}

fn origin(exchange: &Value) -> &str {
    let headers = exchange["request_headers"].as_array().unwrap().iter();
    let mut origins = headers.filter(|header| header[0] == "origin");
    origins.next().unwrap()[1].as_str().unwrap()
}

async fn error(arguments: &[&str]) -> String {
    let all = ["cors-probe"].iter().chain(arguments);
    cors_probe::run(Arguments::read(all).unwrap()).await.unwrap_err().to_string()
}

/// Allows our origin alone, and says which version of HTTP was spoken.
async fn answer(request: Request<Incoming>) -> Result<Response<String>, Infallible> {
    let mut response = Response::builder()
        .header("vary", "origin")
        .header("x-version", format!("{:?}", request.version()))
        .status(if request.uri().path() == "/items" { 200 } else { 404 });
    if request.headers().get(ORIGIN).is_some_and(|origin| origin == OURS) {
        response = response.header("access-control-allow-origin", OURS);
        if request.method() == http::Method::OPTIONS {
            response = response.header("access-control-max-age", "7200");
        }
    }
    Ok(response.body(String::new()).unwrap())
}

/// Like `answer`, but allows also the origin that has the name of `Host`.
async fn compare_with_host(request: Request<Incoming>) -> Result<Response<String>, Infallible> {
    let headers = request.headers();
    let host = headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or_default();
    let own = format!("https://{host}");
    let is_own = headers.get(ORIGIN).is_some_and(|origin| origin == own.as_str());
    let mut response = answer(request).await?;
    if is_own {
        response.headers_mut().insert("access-control-allow-origin", own.parse().unwrap());
    }
    Ok(response)
}

/// Serves https, and writes its certificate to a file.
async fn serve_with_tls<A>(file: &std::path::Path, answer: fn(Request<Incoming>) -> A) -> String
where
    A: Future<Output = Result<Response<String>, Infallible>> + Send + 'static,
{
    let names = vec![String::from("localhost")];
    let rcgen::CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed(names).unwrap();
    std::fs::write(file, cert.pem()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let key = PrivateKeyDer::Pkcs8(signing_key.serialize_der().into());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                if let Ok(stream) = acceptor.accept(stream).await {
                    let builder = auto::Builder::new(TokioExecutor::new());
                    let connection =
                        builder.serve_connection(TokioIo::new(stream), service_fn(answer));
                    let _ = connection.await;
                }
            });
        }
    });
    format!("https://localhost:{port}/items")
}
