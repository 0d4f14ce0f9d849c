//! The cookies: which are stored, which are sent, and why others are not.

use super::*;

/// A browser whose responses set the cookies of the last call.
struct Client {
    browser: Browser<Wire>,
    next: Arc<Mutex<Vec<(&'static str, String)>>>,
}

impl Client {
    fn new() -> Self {
        let next: Arc<Mutex<Vec<(&'static str, String)>>> = Arc::default();
        let lines = Arc::clone(&next);
        let browser = answering(move |request| {
            let mut response = granting(request);
            if request.method() != Method::OPTIONS {
                for (name, value) in lines.lock().unwrap().drain(..) {
                    response.headers_mut().append(name, HeaderValue::from_str(&value).unwrap());
                }
            }
            response
        });
        Self { browser, next }
    }

    /// Fetches with credentials. Returns the `Cookie` header, and the texts of the cookies that were refused.
    async fn fetch(&self, page: &str, url: &str, set: &[&str]) -> (String, Vec<String>) {
        let lines = set.iter().map(|line| ("set-cookie", (*line).to_owned()));
        self.fetch_with(page, url, lines.collect()).await
    }

    async fn fetch_with(
        &self,
        page: &str,
        url: &str,
        headers: Vec<(&'static str, String)>,
    ) -> (String, Vec<String>) {
        *self.next.lock().unwrap() = headers;
        let mut page = self.browser.page(page);
        let fetch = page.fetch(request("GET", url, &[]));
        fetch.credentials(Credentials::Include).await.unwrap();
        let exchange = page.exchanges().last().unwrap();
        (cookie(exchange), texts(exchange))
    }
}

fn cookie(exchange: &tower_cors::browser::Exchange) -> String {
    let cookie = exchange.request_headers().get("cookie");
    cookie.map(|cookie| cookie.to_str().unwrap().to_owned()).unwrap_or_default()
}

fn texts(exchange: &tower_cors::browser::Exchange) -> Vec<String> {
    exchange.refused_cookies().iter().map(ToString::to_string).collect()
}

const OWN: &str = "https://api.example.net";

#[tokio::test]
async fn cookies_follow_the_credentials_mode() {
    let refused = |reason: &str| {
        [("a", "sent"), ("b", "stored")]
            .map(|(name, step)| format!("the cookie \"{name}\" is not {step}: {reason}"))
            .to_vec()
    };
    let other = "the credentials mode is same-origin, and the page is on another origin";
    let omit = "the credentials mode is omit";
    for (page, method, credentials, reason) in [
        (PAGE, "GET", Credentials::Include, None),
        (PAGE, "PUT", Credentials::Include, None),
        (PAGE, "GET", Credentials::SameOrigin, Some(other)),
        (PAGE, "PUT", Credentials::SameOrigin, Some(other)),
        ("https://www.example.net", "GET", Credentials::SameOrigin, Some(other)),
        (PAGE, "GET", Credentials::Omit, Some(omit)),
        (OWN, "GET", Credentials::SameOrigin, None),
        (OWN, "GET", Credentials::Omit, Some(omit)),
    ] {
        let client = Client::new();
        client.browser.set_cookie(TARGET, "a=1; SameSite=None; Secure").unwrap();
        *client.next.lock().unwrap() =
            vec![("set-cookie", String::from("b=2; SameSite=None; Secure"))];
        let mut opened = client.browser.page(page);
        let fetch = opened.fetch(request(method, TARGET, &[]));
        fetch.credentials(credentials).await.unwrap();
        let expected = if reason.is_none() { "a=1" } else { "" };
        for exchange in opened.exchanges() {
            let expected = if exchange.is_preflight() { "" } else { expected };
            assert_eq!(cookie(exchange), expected, "{page} {method} {credentials:?}");
            let reason = reason.filter(|_| !exchange.is_preflight());
            assert_eq!(texts(exchange), reason.map(refused).unwrap_or_default());
        }
        let all = if expected.is_empty() { "a=1" } else { "a=1; b=2" };
        assert_eq!(client.fetch(OWN, TARGET, &[]).await.0, all, "{page} {method} {credentials:?}");
    }
}

/// A request lists only cookies that it would have with credentials. A `Set-Cookie` that browsers refuse even then has
/// that reason.
#[tokio::test]
async fn the_credentials_mode_refuses_only_what_no_other_rule_refuses() {
    let client = Client::new();
    for cookie in [
        "lax=1",
        "none=1; SameSite=None; Secure",
        "short=1; SameSite=None; Secure; Max-Age=1",
        "path=1; SameSite=None; Secure; Path=/other",
        "other=1; SameSite=None; Secure; Domain=api.example.net",
    ] {
        client.browser.set_cookie(TARGET, cookie).unwrap();
    }
    client.browser.set_cookie("https://www.example.net/", "www=1; SameSite=None; Secure").unwrap();
    client.browser.advance(Duration::from_secs(2));
    let lines =
        ["new=1; SameSite=None; Secure", "none=; Max-Age=0; SameSite=None; Secure", "lax=2"];
    let lines = lines.map(|line| ("set-cookie", line.to_owned())).to_vec();
    *client.next.lock().unwrap() = lines;
    let mut page = client.browser.page(PAGE);
    page.fetch(request("GET", TARGET, &[])).await.unwrap();
    let mode = "the credentials mode is same-origin, and the page is on another origin";
    assert_eq!(
        texts(&page.exchanges()[0]),
        [
            format!("the cookie \"none\" is not sent: {mode}"),
            format!("the cookie \"other\" is not sent: {mode}"),
            format!("the cookie \"new\" is not stored: {mode}"),
            format!("the cookie \"none\" is not stored: {mode}"),
            String::from(
                "the cookie \"lax\" is not stored: it has no SameSite, which means Lax, and the page is on another site"
            ),
        ]
    );
    assert_eq!(client.fetch(OWN, TARGET, &[]).await.0, "lax=1; none=1; other=1");
}

#[tokio::test]
async fn after_a_redirect_through_another_origin_the_own_origin_gets_no_cookies() {
    let own = "https://app.example.com/own";
    let cookie = "b=1; SameSite=None; Secure";
    let shared =
        [("access-control-allow-origin", "*"), ("set-cookie", cookie), ("location", TARGET)];
    let back = [shared[0], shared[1], ("location", own)];
    let browser =
        scripted([response(307, &shared), response(307, &back), response(200, &shared[..2])]);
    browser.set_cookie(own, "a=1").unwrap();
    let mut page = browser.page(PAGE);
    page.fetch(request("GET", own, &[])).await.unwrap();
    let other = "the credentials mode is same-origin, and the page is on another origin";
    let redirected = "the credentials mode is same-origin, and a redirect came from another origin";
    let refused: Vec<Vec<String>> = page.exchanges().iter().map(texts).collect();
    assert_eq!(
        refused,
        [
            vec![],
            vec![format!("the cookie \"b\" is not stored: {other}")],
            vec![
                format!("the cookie \"a\" is not sent: {redirected}"),
                format!("the cookie \"b\" is not sent: {redirected}"),
                format!("the cookie \"b\" is not stored: {redirected}"),
            ],
        ]
    );
}

#[tokio::test]
async fn the_response_to_a_preflight_sets_no_cookies() {
    let browser = answering(|request| {
        let mut response = granting(request);
        if request.method() == Method::OPTIONS {
            let line = HeaderValue::from_static("a=1; SameSite=None; Secure");
            response.headers_mut().insert("set-cookie", line);
        }
        response
    });
    let mut page = browser.page(PAGE);
    page.fetch(request("PUT", TARGET, &[])).credentials(Credentials::Include).await.unwrap();
    page.fetch(request("GET", TARGET, &[])).credentials(Credentials::Include).await.unwrap();
    assert_eq!(log(&page), "OPTIONS* PUT GET");
    assert_eq!(page.exchanges().iter().map(cookie).collect::<String>(), "");
}

/// `SameSite` and `Secure`: which cookies a page can set, and which are sent for it.
#[tokio::test]
async fn other_sites_get_only_cookies_with_same_site_none_and_secure() {
    let lines = [
        "unset=1",
        "unknown=1; SameSite=a",
        "lax=1; SameSite=Lax",
        "strict=1; SameSite=Strict",
        "secure=1; Secure",
        "none=1; SameSite=None; Secure",
    ];
    let stored = "unset=1; unknown=1; lax=1; strict=1; secure=1; none=1";
    let refused = |step: &str| {
        [
            ("unset", "it has no SameSite, which means Lax"),
            ("unknown", "it has no SameSite, which means Lax"),
            ("lax", "it has SameSite=Lax"),
            ("strict", "it has SameSite=Strict"),
            ("secure", "it has no SameSite, which means Lax"),
        ]
        .map(|(name, reason)| {
            format!(
                "the cookie \"{name}\" is not {step}: {reason}, and the page is on another site"
            )
        })
        .to_vec()
    };
    for page in [PAGE, "http://api.example.net", "https://example.co.uk", "null"] {
        let client = Client::new();
        assert_eq!(client.fetch(page, TARGET, &lines).await, (String::new(), refused("stored")));
        assert_eq!(client.fetch(OWN, TARGET, &[]).await.0, "none=1", "{page}");
        assert_eq!(client.fetch(OWN, TARGET, &lines).await, (String::from("none=1"), vec![]));
        let sent = client.fetch(page, TARGET, &[]).await;
        assert_eq!(sent, (String::from("none=1"), refused("sent")), "{page}");
    }
    for page in [OWN, "https://www.example.net", "https://example.net:8443"] {
        let client = Client::new();
        assert_eq!(client.fetch(page, TARGET, &lines).await, (String::new(), vec![]), "{page}");
        assert_eq!(client.fetch(page, TARGET, &[]).await, (stored.to_owned(), vec![]), "{page}");
    }
}

#[tokio::test]
async fn third_party_cookies_can_be_blocked() {
    let client = Client::new();
    let line = "a=1; SameSite=None; Secure";
    let text = |step: &str| {
        format!(
            "the cookie \"a\" is not {step}: the page is on another site, and the browser blocks third-party cookies"
        )
    };
    client.browser.block_third_party_cookies(true);
    for page in [PAGE, "http://api.example.net", "null"] {
        let refused = client.fetch(page, TARGET, &[line]).await;
        assert_eq!(refused, (String::new(), vec![text("stored")]), "{page}");
    }
    client.browser.set_cookie(TARGET, line).unwrap();
    assert_eq!(client.fetch(PAGE, TARGET, &[]).await, (String::new(), vec![text("sent")]));
    assert_eq!(client.fetch("https://www.example.net", TARGET, &[]).await.0, "a=1");
    client.browser.block_third_party_cookies(false);
    assert_eq!(client.fetch(PAGE, TARGET, &[]).await, (String::from("a=1"), vec![]));
}

/// The URL, the line, and the reason if the cookie is refused.
#[test]
fn set_cookie_says_why_a_cookie_is_refused() {
    use CookieRefusalReason as Reason;

    let long = format!("a={}", "b".repeat(4096));
    let text = |text: &str| text.to_owned();
    #[rustfmt::skip]
    let cases = [
        ("/relative", "a=1", Reason::InvalidUrl(text("/relative")),
            "the cookie \"a\" is not stored: \"/relative\" is not an http or https URL"),
        (TARGET, "a=\u{7}", Reason::Malformed,
            "the cookie \"a\" is not stored: it has a control character, or no name and a value that is empty or contains ="),
        (TARGET, "; Secure", Reason::Malformed,
            "the cookie \"\" is not stored: it has a control character, or no name and a value that is empty or contains ="),
        (TARGET, "=a=b", Reason::Malformed,
            "the cookie \"\" is not stored: it has a control character, or no name and a value that is empty or contains ="),
        (TARGET, &long, Reason::TooLong,
            "the cookie \"a\" is not stored: its name and value have more than 4096 bytes"),
        (TARGET, "a=1; Domain=pi.example.net", Reason::OtherDomain(text("pi.example.net")),
            "the cookie \"a\" is not stored: its Domain is \"pi.example.net\", and the host is not in that domain"),
        (TARGET, "a=1; Domain=.NET", Reason::PublicSuffix(text("net")),
            "the cookie \"a\" is not stored: its Domain is \"net\", a public suffix, whose cookies would reach other sites"),
        ("http://api.example.net", "a=1; Secure", Reason::InsecureUrl,
            "the cookie \"a\" is not stored: it is Secure, and the URL is neither https nor a loopback address"),
        (TARGET, "a=1; SameSite=None", Reason::NoneWithoutSecure,
            "the cookie \"a\" is not stored: SameSite=None needs the attribute Secure"),
        (TARGET, "__Secure-a=1", Reason::Prefix("__Secure-"),
            "the cookie \"__Secure-a\" is not stored: the prefix __Secure- needs Secure"),
        (TARGET, "__host-a=1; Secure", Reason::Prefix("__Host-"),
            "the cookie \"__host-a\" is not stored: the prefix __Host- needs Secure and Path=/, and allows no Domain"),
        (TARGET, "__Http-a=1; Secure", Reason::Prefix("__Http-"),
            "the cookie \"__Http-a\" is not stored: the prefix __Http- needs Secure and HttpOnly"),
        (TARGET, "__Host-Http-a=1; Secure; Path=/", Reason::Prefix("__Host-Http-"),
            "the cookie \"__Host-Http-a\" is not stored: the prefix __Host-Http- needs Secure, HttpOnly and Path=/, and allows no Domain"),
    ];
    for (url, line, reason, text) in cases {
        let refusal = answering(granting).set_cookie(url, line).unwrap_err();
        assert_eq!((refusal.reason(), refusal.to_string().as_str()), (&reason, text));
        assert!(!refusal.is_stored() && text.contains(&format!("\"{}\"", refusal.name())));
    }
    let browser = answering(granting);
    browser.set_cookie(TARGET, &long[..4097]).unwrap();
    browser.set_cookie(TARGET, "__Http-a=1; Secure; HttpOnly").unwrap();
    browser.set_cookie(TARGET, "a=1; Secure; Path=/").unwrap();
    browser.set_cookie(TARGET, "a=2; Path=/items").unwrap();
    let refusal = browser.set_cookie("http://api.example.net", "a=2").unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "the cookie \"a\" is not stored: a Secure cookie of this name exists, and an http response cannot hide it"
    );
    browser.set_cookie(TARGET, "b=1; Secure; Path=/b").unwrap();
    browser.set_cookie("http://api.example.net", "b=2").unwrap();
    browser.set_cookie(TARGET, "c=1; Secure; Path=/; Domain=example.net").unwrap();
    browser.set_cookie("http://api.example.net", "c=2").unwrap_err();
    browser.set_cookie(TARGET, "d=1; Secure; Path=/").unwrap();
    browser.set_cookie("http://api.example.net", "d=2; Domain=example.net").unwrap_err();
}

#[tokio::test]
async fn a_cookie_for_the_folder_that_set_it_is_reported_unless_its_path_was_written() {
    const REFUSED: &str = "the cookie \"a\" is not sent: it has no Path that begins with a slash, so it is only for URLs below \
                           \"/auth\"; set it with Path=/";
    for (line, refused) in [
        ("a=1", vec![REFUSED]),
        ("a=1; Path=", vec![REFUSED]),
        ("a=1; Path=/auth", vec![]),
        // With Path=/, it would not be sent either.
        ("a=1; Secure", vec![]),
    ] {
        let client = Client::new();
        client.browser.set_cookie("https://api.example.net/auth/login", line).unwrap();
        let own = "http://api.example.net";
        let (sent, found) = client.fetch(own, &format!("{own}/items"), &[]).await;
        assert_eq!(
            (sent.as_str(), found),
            ("", refused.iter().map(ToString::to_string).collect()),
            "{line}"
        );
    }
    let client = Client::new();
    client.browser.set_cookie(&format!("{OWN}/auth/login"), "a=1").unwrap();
    client.browser.set_cookie(&format!("{OWN}/auth/login"), "a=2; Path=/").unwrap();
    let found = client.fetch(OWN, &format!("{OWN}/items"), &[]).await;
    assert_eq!(found, (String::from("a=2"), Vec::new()));
    let client = Client::new();
    client.browser.set_cookie("https://other.example.net/auth/login", "a=1").unwrap();
    assert_eq!(client.fetch(OWN, &format!("{OWN}/items"), &[]).await.1, Vec::<String>::new());
}

/// The line, and the URLs to which its cookie is sent.
#[tokio::test]
async fn domain_path_and_secure_decide_where_a_cookie_goes() {
    const URLS: [&str; 7] = [
        "https://api.example.net/a/b",
        "https://api.example.net/a/bc",
        "https://api.example.net/a/b/c",
        "https://api.example.net/",
        "https://example.net/a/b",
        "https://www.api.example.net/a/b",
        "http://api.example.net/a/b",
    ];
    for (line, expected) in [
        ("a=1", "1110001"),
        ("a=1; Secure", "1110000"),
        ("a=1; Path=/", "1111001"),
        ("a=1; Path=/a/b", "1010001"),
        ("a=1; Path=/a/b/", "0010000"),
        ("a=1; Path=/x; Path=a", "1110001"),
        ("a=1; Domain=example.net", "1110111"),
        ("a=1; Domain=.api.example.net", "1110011"),
        ("a=1; Domain=", "1110001"),
        ("__Host-a=1; Path=/; Secure", "1111000"),
        ("__Secure-a=1; Domain=example.net; Path=/; Secure", "1111110"),
    ] {
        let client = Client::new();
        client.browser.set_cookie("https://api.example.net/a/b", line).unwrap();
        let mut found = String::new();
        for url in URLS {
            let page = url.split_inclusive('/').take(3).collect::<String>();
            let (sent, _) = client.fetch(&page, url, &[]).await;
            found.push(if sent.is_empty() { '0' } else { '1' });
        }
        assert_eq!(found, expected, "{line}");
    }
    // A public suffix that is itself a host, such as that of a hosting company, has cookies of its own.
    let client = Client::new();
    client.browser.set_cookie("https://vercel.app", "a=1; Domain=vercel.app").unwrap();
    for (host, cookie) in [("https://vercel.app", "a=1"), ("https://a.vercel.app", "")] {
        assert_eq!(client.fetch(host, host, &[]).await.0, cookie);
    }
    // At a loopback address, http is as good as https.
    for url in
        ["http://localhost:3000/", "http://a.localhost/", "http://127.0.0.1/", "http://[::1]/"]
    {
        let client = Client::new();
        client.browser.set_cookie(url, "a=1; Secure").unwrap();
        assert_eq!(client.fetch(url, url, &[]).await.0, "a=1", "{url}");
    }
}

/// The attributes, and the seconds after which the cookie is gone. `None` if it lasts as long as the browser.
#[tokio::test]
async fn cookies_expire_by_the_clock_of_the_browser() {
    const DAY: u64 = 24 * 60 * 60;
    for (attributes, lifetime) in [
        ("", None),
        ("; Max-Age=60", Some(60)),
        ("; Max-Age=0", Some(0)),
        ("; Max-Age=-1", Some(0)),
        ("; Max-Age=1; Max-Age=60", Some(60)),
        ("; Max-Age=+60", None),
        ("; Max-Age=6x", None),
        ("; Max-Age=99999999999999999999", Some(400 * DAY)),
        ("; Max-Age=-99999999999999999999", Some(0)),
        ("; Expires=Thu, 01 Jan 2026 00:01:00 GMT", Some(60)),
        ("; Expires=Thursday, 01-Jan-26 00:01:00 GMT", Some(60)),
        ("; Expires=Thu Jan  1 00:01:00 2026", Some(60)),
        ("; Expires=Thu, 01 Jan 2026 00:00:00 GMT", Some(0)),
        ("; Expires=Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
        ("; Expires=Sat, 01 Jan 70 00:00:00 GMT", Some(0)),
        ("; Expires=Thu, 01 Jan 2026 00:01:00 GMT; Max-Age=5", Some(5)),
        ("; Max-Age=5; Expires=Thu, 01 Jan 2026 00:01:00 GMT", Some(5)),
        ("; Expires=Sat, 28 Feb 2026 00:00:00 GMT", Some(58 * DAY)),
        ("; Expires=Sun, 01 Mar 2026 00:00:00 GMT", Some(59 * DAY)),
        ("; Expires=Fri, 01 Jan 2038 00:00:00 GMT", Some(400 * DAY)),
        ("; Expires=Sun, 29 Feb 2026 00:00:00 GMT", None),
        ("; Expires=Thu, 01 Jan 2026 24:00:00 GMT", None),
        ("; Expires=Thu, 01 Jan 2026", None),
        ("; Expires=tomorrow", None),
    ] {
        let client = Client::new();
        client.browser.set_cookie(TARGET, &format!("a=1{attributes}")).unwrap();
        if let Some(seconds @ 1..) = lifetime {
            client.browser.advance(Duration::from_secs(seconds - 1));
            assert_eq!(client.fetch(OWN, TARGET, &[]).await.0, "a=1", "{attributes}");
            client.browser.advance(Duration::from_secs(1));
        }
        let expected = if lifetime.is_none() { "a=1" } else { "" };
        assert_eq!(client.fetch(OWN, TARGET, &[]).await.0, expected, "{attributes}");
        client.browser.advance(Duration::MAX);
        assert_eq!(client.fetch(OWN, TARGET, &[]).await.0, expected, "{attributes}");
    }
}

#[tokio::test]
async fn an_address_has_only_cookies_of_its_own() {
    for (host, part) in [("127.0.0.1", "0.0.1"), ("[::1]", ":1]")] {
        let client = Client::new();
        let url = format!("https://{host}/");
        let own = format!("a=2; Domain={host}");
        client.browser.set_cookie(&url, "a=1").unwrap();
        client.browser.set_cookie(&url, &own).unwrap();
        client.browser.set_cookie(&url, &format!("b=1; Domain={part}")).unwrap_err();
        assert_eq!(client.fetch(&url, &url, &[]).await.0, "a=2");
    }
}

#[test]
fn an_expired_secure_cookie_cannot_be_hidden() {
    let browser = answering(granting);
    browser.set_cookie(TARGET, "a=1; Secure; Max-Age=1").unwrap();
    browser.set_cookie("http://api.example.net", "a=2").unwrap_err();
    browser.advance(Duration::from_secs(1));
    browser.set_cookie("http://api.example.net", "a=2").unwrap();
}

#[tokio::test]
async fn expires_counts_from_the_date_of_the_response() {
    let client = Client::new();
    let headers = [
        ("date", "Fri, 01 Jan 2038 00:00:00 GMT"),
        ("set-cookie", "a=1; Expires=Fri, 01 Jan 2038 00:01:00 GMT"),
        ("set-cookie", "b=1; Expires=Thu, 31 Dec 2037 23:59:59 GMT"),
        ("set-cookie", "c=1; Max-Age=60"),
    ];
    let headers = headers.map(|(name, value)| (name, value.to_owned())).to_vec();
    client.fetch_with(OWN, TARGET, headers).await;
    client.browser.advance(Duration::from_secs(59));
    assert_eq!(client.fetch(OWN, TARGET, &[]).await.0, "a=1; c=1");
    client.browser.advance(Duration::from_secs(1));
    assert_eq!(client.fetch(OWN, TARGET, &[]).await.0, "");
    let headers = [
        ("date", "Mon, 28 Feb 2028 00:00:00 GMT"),
        ("set-cookie", "a=1; Expires=Tue, 29 Feb 2028 00:00:00 GMT"),
        ("set-cookie", "b=1; Expires=Wed, 01 Mar 2028 00:00:00 GMT"),
    ];
    let headers = headers.map(|(name, value)| (name, value.to_owned())).to_vec();
    client.fetch_with(OWN, TARGET, headers).await;
    for expected in ["a=1; b=1", "b=1", ""] {
        assert_eq!(client.fetch(OWN, TARGET, &[]).await.0, expected);
        client.browser.advance(Duration::from_secs(24 * 60 * 60));
    }
}

#[tokio::test]
async fn a_cookie_replaces_one_of_the_same_name_domain_and_path() {
    for (lines, expected) in [
        (&["a=1", "b=1", "a=2"][..], "a=2; b=1"),
        (&["a=1", "b=1", "a=; Max-Age=0"], "b=1"),
        (&["a=1", "A=2"], "a=1; A=2"),
        (&["a=1; Path=/", "b=1; Path=/items", "a=2; Path=/items"], "b=1; a=2; a=1"),
        (&["a=1", "a=2; Domain=api.example.net"], "a=1; a=2"),
        (&["a", "=b", "c="], "b; c="),
        (&[" a = b c ; x", "d=\"e\""], "a=b c; d=\"e\""),
    ] {
        let client = Client::new();
        assert_eq!(client.fetch(OWN, TARGET, lines).await.1, [""; 0]);
        assert_eq!(client.fetch(OWN, TARGET, &[]).await.0, expected, "{lines:?}");
    }
}

/// Above 180, those that are not `Secure` go first, and of these the least recently used.
#[tokio::test]
async fn a_site_keeps_at_most_180_cookies() {
    let client = Client::new();
    let set = |line: &str| client.browser.set_cookie(TARGET, line).unwrap();
    set("secure=1; Secure; Path=/");
    set("used=1; Path=/used; Domain=example.net");
    (3..=180).for_each(|number| set(&format!("c{number}=1; Path=/")));
    client.browser.set_cookie("https://other.example", "a=1").unwrap();
    client.browser.advance(Duration::from_secs(1));
    let used = "https://www.example.net/used";
    assert_eq!(client.fetch("https://www.example.net", used, &[]).await.0, "used=1");
    set("last=1; Path=/");
    let (header, _) = client.fetch(OWN, "https://api.example.net/used", &[]).await;
    // 31 are gone: `secure` and `used` are among the 150 that are left.
    let kept = (34..=180).map(|number| format!("c{number}=1"));
    let mut expected = vec![String::from("used=1"), String::from("secure=1")];
    expected.extend(kept.chain([String::from("last=1")]));
    assert_eq!(header.split("; ").collect::<Vec<_>>(), expected);
    let (other, _) = client.fetch("https://other.example", "https://other.example", &[]).await;
    assert_eq!(other, "a=1");
}

#[tokio::test]
async fn the_exchange_displays_the_refused_cookies() {
    let client = Client::new();
    client.browser.set_cookie("http://api.example.net/", "a=1").unwrap();
    *client.next.lock().unwrap() = vec![("set-cookie", String::from("b=2; SameSite=None"))];
    let mut page = client.browser.page("http://app.example.com");
    let fetch = page.fetch(request("GET", "http://api.example.net/", &[]));
    fetch.credentials(Credentials::Include).await.unwrap();
    assert_eq!(
        page.exchanges().to_string(),
        "> GET http://api.example.net/\n\
         >   accept: */*\n\
         >   host: api.example.net\n\
         >   origin: http://app.example.com\n\
         < 200 OK\n\
         <   access-control-max-age: 3600\n\
         <   content-type: text/plain\n\
         <   access-control-allow-origin: http://app.example.com\n\
         <   access-control-allow-credentials: true\n\
         <   set-cookie: b=2; SameSite=None\n\
         !   the cookie \"a\" is not sent: it has no SameSite, which means Lax, and the page is on another site\n\
         !   the cookie \"b\" is not stored: SameSite=None needs the attribute Secure\n"
    );
    let refusals = page.exchanges()[0].refused_cookies();
    let reasons: Vec<_> = refusals.iter().map(|it| (it.is_stored(), it.reason())).collect();
    assert_eq!(
        reasons,
        [
            (true, &CookieRefusalReason::CrossSite(SameSite::Unset)),
            (false, &CookieRefusalReason::NoneWithoutSecure),
        ]
    );
}
