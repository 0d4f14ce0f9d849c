//! Requests: with the headers that a layer reads and no others, and with all that a browser sends.

use http::{
    HeaderName, HeaderValue, Method, Request,
    header::{
        ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, ACCESS_CONTROL_REQUEST_HEADERS,
        ACCESS_CONTROL_REQUEST_METHOD, COOKIE, HOST, ORIGIN, REFERER, USER_AGENT,
    },
};

/// The kinds of requests, in the order of all tables.
pub(crate) const KINDS: [&str; 6] = [
    "without origin",
    "refused",
    REFUSED_OF_EQUAL_LENGTH,
    "allowed",
    "preflight, allowed",
    "preflight, refused",
];

/// Shorter than all listed origins. A list is searched fast for it, because texts of other lengths are not compared.
pub(crate) const REFUSED_ORIGIN: &str = "https://evil.example";

/// As long as 900 of 1,000 listed origins, which is the worst case for a list.
const REFUSED_OF_EQUAL_LENGTH: &str = "refused, as long as listed ones";
const ORIGIN_OF_EQUAL_LENGTH: &str = "https://refused.example";

const SEC_CH_UA: HeaderName = HeaderName::from_static("sec-ch-ua");
const SEC_CH_UA_MOBILE: HeaderName = HeaderName::from_static("sec-ch-ua-mobile");
const SEC_CH_UA_PLATFORM: HeaderName = HeaderName::from_static("sec-ch-ua-platform");
const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");
const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// A request of that kind, with the headers that a layer reads and no others. `allowed` is the allowed origin.
pub(crate) fn of_kind(kind: &str, allowed: &str) -> Request<()> {
    match kind {
        "without origin" => request(Method::GET, []),
        "refused" => simple(REFUSED_ORIGIN),
        REFUSED_OF_EQUAL_LENGTH => simple(ORIGIN_OF_EQUAL_LENGTH),
        "allowed" => simple(allowed),
        "preflight, allowed" => preflight(allowed),
        "preflight, refused" => preflight(REFUSED_ORIGIN),
        kind => panic!("no such kind: {kind}"),
    }
}

/// The same request as Chromium sends it, in the same order: with 12 to 14 headers. `Connection` is left out, because
/// HTTP/2 has none and proxies do not pass it on.
pub(crate) fn of_browser(kind: &str, allowed: &str) -> Request<()> {
    let bare = of_kind(kind, allowed);
    let of_bare = |name: HeaderName| bare.headers().get(&name).cloned().map(|value| (name, value));
    let is_preflight = bare.method() == Method::OPTIONS;
    let of_client = |name, text| (!is_preflight).then(|| (name, value(text)));
    let always = |name, text| Some((name, value(text)));
    let origin = bare.headers().get(ORIGIN).map(|origin| origin.to_str().expect("it is ASCII"));
    let site = if origin.is_some() { "cross-site" } else { "same-origin" };
    let page = format!("{}/", origin.unwrap_or("https://api.example"));
    let headers = [
        always(HOST, "api.example"),
        of_client(SEC_CH_UA_PLATFORM, "\"Linux\""),
        always(
            USER_AGENT,
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
        ),
        of_client(SEC_CH_UA, "\"Chromium\";v=\"142\", \"Not_A Brand\";v=\"99\""),
        of_client(SEC_CH_UA_MOBILE, "?0"),
        always(ACCEPT, if is_preflight { "*/*" } else { "application/json" }),
        of_bare(ACCESS_CONTROL_REQUEST_METHOD),
        of_bare(ACCESS_CONTROL_REQUEST_HEADERS),
        of_bare(ORIGIN),
        always(SEC_FETCH_SITE, site),
        always(SEC_FETCH_MODE, "cors"),
        always(SEC_FETCH_DEST, "empty"),
        always(REFERER, &page),
        always(ACCEPT_ENCODING, "gzip, deflate, br, zstd"),
        always(ACCEPT_LANGUAGE, "en-US,en;q=0.9"),
        of_client(COOKIE, "session=5f2c1d0e9b8a7f6e5d4c3b2a19081726; theme=dark"),
    ];
    request(bare.method().clone(), headers.into_iter().flatten())
}

pub(crate) fn simple(origin: &str) -> Request<()> {
    request(Method::GET, [(ORIGIN, value(origin))])
}

pub(crate) fn preflight(origin: &str) -> Request<()> {
    request(
        Method::OPTIONS,
        [
            (ORIGIN, value(origin)),
            (ACCESS_CONTROL_REQUEST_METHOD, value("PUT")),
            (ACCESS_CONTROL_REQUEST_HEADERS, value("authorization,content-type")),
        ],
    )
}

pub(crate) fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("the text is a header value")
}

fn request(
    method: Method,
    headers: impl IntoIterator<Item = (HeaderName, HeaderValue)>,
) -> Request<()> {
    let mut request = Request::new(());
    *request.method_mut() = method;
    request.headers_mut().extend(headers);
    request
}
