//! A login by cookie, across sites.

use ecosystem_http::{FOREIGN_PAGE, HIDDEN, HttpClient, PAGE, browser, seen};
use tower_cors::browser::{Browser, Credentials, Page};
use tower_sessions::{MemoryStore, SessionManagerLayer};

use crate::{AMPLE, Server, example::cors};

#[tokio::test]
async fn login_lasts_across_sites() {
    let server = Server::start(&AMPLE).await;
    let mut page = browser(&[]).page(PAGE);
    assert_eq!(log_in(&server, &mut page).await, "200 welcome");
    assert_eq!(account(&server, &mut page, Credentials::Include).await, "200 ada");
    assert_eq!(account(&server, &mut page, Credentials::SameOrigin).await, "401 log in first");
}

#[tokio::test]
async fn login_of_one_page_is_none_of_a_foreign_page() {
    let server = Server::start(&AMPLE).await;
    let browser: Browser<HttpClient> = browser(&[]);
    log_in(&server, &mut browser.page(PAGE)).await;
    let mut page = browser.page(FOREIGN_PAGE);
    assert_eq!(account(&server, &mut page, Credentials::Include).await, HIDDEN,);
    // The browser sends the cookie all the same. The layer keeps the request from the handler.
    assert!(page.exchanges()[0].request_headers().contains_key("cookie"));
    assert_eq!(page.exchanges()[0].status().unwrap(), 403);
}

/// A session whose cookie somebody else placed in the browser stays without the user.
#[tokio::test]
async fn login_replaces_the_session_that_the_browser_had() {
    let server = Server::start(&AMPLE).await;
    let mut attacker = browser(&[]).page(PAGE);
    log_in(&server, &mut attacker).await;
    let headers = attacker.exchanges()[0].response_headers().unwrap();
    let cookie = headers["set-cookie"].to_str().unwrap().to_owned();
    let victim: Browser<HttpClient> = browser(&[]);
    victim.set_cookie(&server.url, &cookie).unwrap();
    let mut page = victim.page(PAGE);
    assert_eq!(log_in(&server, &mut page).await, "200 welcome");
    assert_eq!(page.exchanges()[0].request_headers()["cookie"], cookie.split(';').next().unwrap());
    assert_eq!(account(&server, &mut page, Credentials::Include).await, "200 ada");
    assert_eq!(account(&server, &mut attacker, Credentials::Include).await, "401 log in first");
}

/// `SameSite=Strict` is what `SessionManagerLayer` sends by itself.
#[tokio::test]
async fn login_does_not_last_with_the_defaults_of_the_sessions() {
    let sessions = SessionManagerLayer::new(MemoryStore::default());
    let server = Server::with(|routes| routes.layer(sessions).layer(cors().unwrap())).await;
    let mut page = browser(&[]).page(PAGE);
    assert_eq!(log_in(&server, &mut page).await, "200 welcome");
    assert_eq!(account(&server, &mut page, Credentials::Include).await, "401 log in first");
    assert_eq!(
        page.exchanges()[0].refused_cookies()[0].to_string(),
        "the cookie \"id\" is not stored: it has SameSite=Strict, and the page is on another site",
    );
}

async fn log_in(server: &Server, page: &mut Page<HttpClient>) -> String {
    let request = server.request("POST", "/login").body(String::from("ada")).unwrap();
    seen(page.fetch(request).credentials(Credentials::Include).await).await
}

async fn account(server: &Server, page: &mut Page<HttpClient>, credentials: Credentials) -> String {
    let request = server.request("GET", "/account").body(String::new()).unwrap();
    seen(page.fetch(request).credentials(credentials).await).await
}
