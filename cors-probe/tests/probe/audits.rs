//! Audits of servers that are not what they seem.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use http::StatusCode;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::*;

#[tokio::test]
async fn a_gateway_that_knows_only_its_own_host_is_a_note_and_no_gap() {
    for status in [400, 404, 421, 503] {
        let app = Router::new().fallback(async move |request: Request| {
            let is_foreign = request.headers()["host"] == "tower-cors-probe.invalid";
            let mut response = Response::new(String::new());
            if is_foreign {
                *response.status_mut() = http::StatusCode::from_u16(status).unwrap();
            } else {
                faults::slip(request.headers(), response.headers_mut(), |it| it == OURS);
            }
            response
        });
        let (text, outcome) = run(&serve(app).await, &["audit"]).await;
        assert_eq!(outcome, Outcome::Good, "{text}");
        let note = format!(
            "note    host-not-checked\n  seen:    a request over HTTP/1.1 with another Host does not reach the application: \
             it gets status {status} instead of 200\n"
        );
        assert!(text.contains(&note), "{text}");
    }
}

#[tokio::test]
async fn the_header_that_changes_the_decision_is_named() {
    for name in ["host", "x-forwarded-host"] {
        let app = Router::new().fallback(async move |request: Request| {
            let mut response = Response::new(String::new());
            let headers = request.headers();
            let own = headers.get(name).map(|host| format!("https://{}", host.to_str().unwrap()));
            faults::slip(headers, response.headers_mut(), |it| {
                it == OURS || own.as_deref() == Some(it)
            });
            response
        });
        let (text, outcome) = run(&serve(app).await, &["audit"]).await;
        assert_eq!(outcome, Outcome::Bad, "{text}");
        let seen = format!(
            "  seen:    with {name}: tower-cors-probe.invalid, another origin is allowed\n"
        );
        assert!(text.contains(&seen), "{text}");
    }
}

#[tokio::test]
async fn any_subdomain_of_a_public_suffix_is_anyones() {
    let app = faulty(|request, response| {
        set(response, "vary", "origin");
        let Some(origin) = request.get("origin") else { return };
        let text = origin.to_str().unwrap_or_default();
        let host = text.strip_prefix("https://").and_then(|host| host.strip_suffix(".co.uk"));
        if host.is_some_and(|host| {
            host.bytes().all(|byte| byte.is_ascii_lowercase() || b"-.".contains(&byte))
        }) {
            response.insert("access-control-allow-origin", origin.clone());
            set(response, "access-control-allow-credentials", "true");
        }
    });
    let printed = audited(&serve(app).await, "https://app.example.co.uk").await;
    assert_eq!(names(&printed, "findings"), ["any-site"]);
    assert_eq!(printed["findings"][0]["severity"], "high");
    assert_eq!(printed["findings"][0]["found"], "any subdomain of co.uk is allowed");
}

#[tokio::test]
async fn a_single_response_of_a_limiter_is_no_fault_of_the_application() {
    for limited in 0..4 {
        let requests = Arc::new(AtomicUsize::new(0));
        let app = Router::new().fallback(async move || {
            let number = requests.fetch_add(1, Ordering::Relaxed);
            let mut response = Response::new(String::new());
            if number == limited {
                *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
            } else {
                set(response.headers_mut(), "access-control-allow-origin", "*");
            }
            response
        });
        let printed = audited(&serve(app).await, OURS).await;
        let findings = names(&printed, "findings");
        assert!(!findings.contains(&"missing-vary"), "{limited}: {findings:?}");
        assert!(!findings.contains(&"cache-mixes-responses"), "{limited}: {findings:?}");
    }
}

#[tokio::test]
async fn a_request_without_response_leaves_the_other_findings() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/items", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut text = Vec::new();
            while !text.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                if stream.read_exact(&mut byte).await.is_err() {
                    break;
                }
                text.push(byte[0]);
            }
            let text = String::from_utf8_lossy(&text);
            if text.contains("origin: null\r\n") {
                continue;
            }
            let allowed = format!(
                "access-control-allow-origin: {OURS}\r\naccess-control-allow-credentials: True\r\n"
            );
            let allowed = if text.contains(&format!("origin: {OURS}\r\n")) { &allowed } else { "" };
            let head =
                "HTTP/1.1 200 OK\r\nvary: origin\r\nconnection: close\r\ncontent-length: 0\r\n";
            let _ = stream.write_all(format!("{head}{allowed}\r\n").as_bytes()).await;
        }
    });
    let printed = audited(&url, OURS).await;
    assert_eq!(names(&printed, "findings"), ["invalid-credentials"]);
    assert_eq!(names(&printed, "gaps"), ["no-response"]);
}

async fn audited(url: &str, origin: &str) -> Value {
    let all = ["cors-probe", "audit", url, "--origin", origin, "--json"];
    let (text, _) = cors_probe::run(Arguments::read(all).unwrap()).await.unwrap();
    serde_json::from_str(&text).unwrap()
}

fn names<'a>(printed: &'a Value, list: &str) -> Vec<&'a str> {
    printed[list].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect()
}
