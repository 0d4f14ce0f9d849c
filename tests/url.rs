//! Origin patterns compared with the URL standard, as the crate `url` implements it. An accepted exact http or https
//! origin is the text that a browser sends for it.

use proptest::{prelude::*, sample::select};
use tower_cors::OriginPattern;
use url::Url;

/// `xn--` labels with valid Punycode, which only IDNA's tables refuse. They are accepted, because the tables
/// are large and change each year, and no browser sends such an origin.
const REFUSED_BY_TABLES_ALONE: [(&str, &str); 8] = [
    ("xn--a", "U+0080, a control character"),
    ("xn--1ug", "U+200D, a joiner with nothing to join"),
    ("xn--e-xbb", "not in normal form"),
    ("xn--7ba", "upper case"),
    ("xn--zva", "U+0378, which stands for nothing yet"),
    ("xn--a-0hc", "text from right to left after a Latin letter"),
    ("xn--a-wbb", "a mark that a label cannot begin with"),
    ("xn--r6j", "U+3002, a full stop of another script"),
];

const LABELS: [&str; 23] = [
    "a",
    "example",
    "com",
    "localhost",
    "a-b",
    "a--b",
    "r3---sn-x",
    "-a",
    "a-",
    "a_b",
    "_dmarc",
    "1",
    "127",
    "0x1",
    "0",
    "256",
    "00",
    "xn--fa-hia",
    "xn--nxasmq6b",
    "xn--85x722f",
    "xn--",
    "xn--z",
    "xn--a-",
];

fn assert_as_a_browser_sends_it(pattern: &str) -> Result<(), TestCaseError> {
    let is_url = pattern.starts_with("http://") || pattern.starts_with("https://");
    if is_url && !pattern.contains('*') && pattern.parse::<OriginPattern>().is_ok() {
        let url = Url::parse(pattern).map_err(|error| {
            TestCaseError::fail(format!("{pattern} is accepted, and no URL: {error}"))
        })?;
        prop_assert_eq!(url.origin().ascii_serialization(), pattern);
    }
    Ok(())
}

fn host() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => prop::collection::vec(select(&LABELS), 1..5).prop_map(|labels| labels.join(".")),
        2 => any::<[u8; 4]>().prop_map(|[a, b, c, d]| format!("{a}.{b}.{c}.{d}")),
        1 => any::<[u16; 8]>().prop_map(|pieces| {
            let pieces = pieces.map(|piece| format!("{:x}", if piece % 3 > 0 { 0 } else { piece }));
            format!("[{}]", pieces.join(":"))
        }),
        2 => any::<[u16; 8]>().prop_map(|pieces| {
            let pieces = pieces.map(|piece| if piece % 3 > 0 { 0 } else { piece });
            format!("[{}]", std::net::Ipv6Addr::from(pieces))
        }),
        2 => "[a-z0-9._-]{1,12}",
    ]
}

fn pattern() -> impl Strategy<Value = String> {
    let port = prop_oneof![
        3 => Just(String::new()),
        2 => any::<u16>().prop_map(|port| format!(":{port}")),
        1 => select(&[":80", ":443", ":0", ":080", ":", ":65536", ":*"]).prop_map(str::to_owned),
    ];
    (select(&["https", "http"]), host(), select(&["", "", "", "."]), port)
        .prop_map(|(scheme, host, dot, port)| format!("{scheme}://{host}{dot}{port}"))
}

/// A pattern with one byte changed, removed or inserted. Mutants with an `xn--` label are excluded: the lists
/// above cover those.
fn mutated() -> impl Strategy<Value = String> {
    (pattern(), any::<prop::sample::Index>(), 0..3, "[ -~]").prop_filter_map(
        "an `xn--` label",
        |(mut pattern, at, change, with)| {
            let at = at.index(pattern.len());
            let end = at + usize::from(change != 0);
            pattern.replace_range(at..end, if change == 1 { "" } else { &with });
            (!pattern.contains("xn--")).then_some(pattern)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn accepted_patterns_are_origins(pattern in prop_oneof![pattern(), mutated()]) {
        assert_as_a_browser_sends_it(&pattern)?;
    }
}

#[test]
fn labels_that_only_tables_refuse() {
    for (label, reason) in REFUSED_BY_TABLES_ALONE {
        let origin = format!("https://{label}.example");
        assert!(origin.parse::<OriginPattern>().is_ok(), "{origin}");
        assert!(Url::parse(&origin).is_err(), "{origin}: {reason}");
    }
}

/// The other direction: every origin that the standard serializes is accepted, so a list can contain every
/// origin that a browser sends for a name.
#[test]
fn serialised_origins_are_accepted() {
    for url in [
        "https://EXAMPLE.com:443/path",
        "http://faß.de",
        "http://xn--mgbh0fb.xn--kgbechtv",
        "https://☃.net",
        "https://r3---sn-x.example.com",
        "http://[0:0::1]",
        "http://0x7f.1",
        "https://example.com.",
        "https://a_b.example",
        "https://食狮.公司.cn",
        "http://ab--cd.com:8080",
    ] {
        let origin = Url::parse(url).unwrap().origin().ascii_serialization();
        assert!(origin.parse::<OriginPattern>().is_ok(), "{origin}");
    }
}
