//! The tables of all mistakes and warnings, read from the documentation's own source: each example
//! makes what it stands for, and nothing else, and none is left out.

use std::{fmt::Debug, time::Duration};

use http::StatusCode;
use tower_cors::{CorsLayer, CorsLayerBuilder, Danger, Origin, Policy, RequestHead};

const ERRORS: &str = include_str!("../src/error/mod.rs");
const WARNINGS: &str = include_str!("../src/warning.rs");

fn example() -> CorsLayerBuilder {
    CorsLayer::builder().allow_origin("https://example.com")
}

fn yes(_: &Origin, _: &RequestHead<'_>) -> bool {
    true
}

/// A row of a table, from code that stands in it word for word.
macro_rules! row {
    ($name:ident, $($call:tt)+) => {
        row!(example() => $name, $($call)+)
    };
    ($builder:expr => $name:ident, $($call:tt)+) => {
        (stringify!($name), stringify!($($call)+), $builder.$($call)+)
    };
}

#[test]
fn errors() {
    let none = CorsLayer::builder;
    let rows = [
        row!(SetTwice, allow_credentials(true).allow_credentials(false)),
        ("NoOrigin", "nothing, and no origin either", none()),
        row!(InvalidOrigin, allow_origin("https://example.com/")),
        row!(AnyOriginBesideOthers, allow_any_origin()),
        row!(NullOrigin, allow_origin("null")),
        row!(NullOriginWithCredentials, allow_origin("null").allow_credentials(true)),
        row!(none() => AnyOriginWithCredentials, allow_any_origin().allow_credentials(true)),
        row!(SecondClosure, allow_origin_if(yes).allow_origin_if(yes)),
        (
            "MissingClosure",
            "the configuration of a policy with `allow_origin_if`, without it",
            CorsLayerBuilder::from(example().allow_origin_if(yes).build_policy().unwrap().config()),
        ),
        row!(PredicateWithCredentials, allow_origin_if(yes).allow_credentials(true)),
        row!(
            InsecureOriginWithCredentials,
            allow_origin("http://example.com").allow_credentials(true)
        ),
        row!(PublicSuffixWithCredentials, allow_origin("https://*.com").allow_credentials(true)),
        row!(none() => PrivateNetworkWithAnyOrigin, allow_any_origin().allow_private_network(true)),
        row!(
            PrivateNetworkWithInsecureOrigin,
            allow_origin("http://example.com").allow_private_network(true)
        ),
        row!(InvalidMethod, allow_method("PUT, DELETE")),
        row!(ForbiddenMethod, allow_method("TRACE")),
        row!(MisspelledMethod, allow_method("patch")),
        row!(WildcardBesideOthers, allow_methods(["*", "PUT"])),
        row!(InvalidHeaderName, allow_header("content type")),
        row!(ForbiddenRequestHeader, allow_header("cookie")),
        row!(ResponseHeaderAllowed, allow_header("access-control-allow-origin")),
        row!(UnreadableHeaderExposed, expose_header("set-cookie")),
        row!(MaxAgeTooLong, max_age(Duration::from_secs(86_401))),
        row!(MaxAgeFraction, max_age(Duration::from_millis(1_500))),
        row!(PreflightStatus, preflight_status(StatusCode::NOT_FOUND)),
    ];
    assert_table(ERRORS, "ConfigError", &rows, |builder| {
        builder.build().unwrap_err().iter().map(variant).collect()
    });
}

#[test]
fn warnings() {
    let rows = [
        row!(Duplicate, allow_origin("https://example.com")),
        row!(CoveredPattern, allow_origin("https://example.com:*")),
        row!(TrailingDot, allow_origin("https://example.com.")),
        row!(SafelistedHeaderExposed, expose_header("content-type")),
        row!(MaxAgeAboveChromium, max_age(Duration::from_secs(86_400))),
        row!(UnneededDanger, dangerously_allow(Danger::NullOrigin)),
    ];
    assert_table(WARNINGS, "ConfigWarning", &rows, |builder| {
        builder.build_policy().unwrap().warnings().iter().map(variant).collect()
    });
}

/// Every word of every warning, and what silences it.
#[test]
fn what_warnings_say() {
    #[rustfmt::skip]
    let cases = [
        (example().allow_origin("https://example.com"), r#"allow_origins: "https://example.com" is listed more than once; list it once"#),
        (CorsLayer::builder().allow_any_origin().allow_origin("*"), r#"allow_origins: "*" is listed more than once; list it once"#),
        (example().allow_methods(["PUT", "PUT"]), r#"allow_methods: "PUT" is listed more than once; list it once"#),
        (example().allow_headers(["x-a", "X-A"]), r#"allow_headers: "X-A" is listed more than once; list it once"#),
        (example().allow_origins(["https://a.example.com", "https://*.example.com"]), r#"allow_origins: "https://a.example.com" matches nothing that "https://*.example.com" does not; remove it"#),
        (example().allow_origins(["https://*.b.example.com", "https://*.example.com:*"]), r#"allow_origins: "https://*.b.example.com" matches nothing that "https://*.example.com:*" does not; remove it"#),
        (example().allow_origins(["https://*.a.com:1", "https://*.a.com:*"]), r#"allow_origins: "https://*.a.com:1" matches nothing that "https://*.a.com:*" does not; remove it"#),
        (example().allow_origins(["https://a.b.com:*", "https://*.b.com:*"]), r#"allow_origins: "https://a.b.com:*" matches nothing that "https://*.b.com:*" does not; remove it"#),
        (example().allow_origins(["http://[::1]", "http://[::1]:*"]), r#"allow_origins: "http://[::1]" matches nothing that "http://[::1]:*" does not; remove it"#),
        (example().allow_origins(["https://a.b.com.", "https://*.b.com."]), "allow_origins: \"https://a.b.com.\" matches nothing that \"https://*.b.com.\" does not; remove it\n\
            allow_origins: \"https://a.b.com.\" has a host that ends in a dot, which only matches pages whose address was written so; remove the dot\n\
            allow_origins: \"https://*.b.com.\" has a host that ends in a dot, which only matches pages whose address was written so; remove the dot"),
        (example().expose_header("Content-Type"), r#"expose_headers: "content-type" can be read by scripts without being exposed; remove it"#),
        (example().max_age(Duration::from_secs(7_201)), "max_age: 7201s is more than the 7200 seconds that Chromium keeps a preflight's answer; write at most 7200 seconds"),
        (example().dangerously_allow(Danger::PublicSuffixes), r#"dangerously_allow: "public-suffixes" is accepted, and nothing in the configuration needs it; remove it"#),
        (example().allow_origin("http://example.com").dangerously_allow(Danger::InsecureOrigins), r#"dangerously_allow: "insecure-origins" is accepted, and nothing in the configuration needs it; remove it"#),
    ];
    for (builder, text) in cases {
        let policy = builder.build_policy().unwrap();
        let warnings: Vec<String> = policy.warnings().iter().map(ToString::to_string).collect();
        assert_eq!(warnings.join("\n"), text);
    }
    let nothing_to_improve: [Policy; 6] = [
        example(),
        example().allow_origins([
            "https://example.com:8443",
            "http://example.com",
            "https://*.example.com",
        ]),
        example().allow_origins([
            "https://*.b.com:1",
            "https://*.b.com:2",
            "https://b.com:*",
            "http://*.b.com:*",
        ]),
        example().allow_methods(["x", "X", "GET"]).max_age(Duration::from_secs(7_200)),
        example()
            .allow_origin("https://*.github.io")
            .allow_credentials(true)
            .dangerously_allow(Danger::PublicSuffixes),
        example()
            .allow_origin("http://*.com")
            .allow_origin_if(yes)
            .allow_credentials(true)
            .dangerously_allow(Danger::InsecureOrigins)
            .dangerously_allow(Danger::PublicSuffixes)
            .dangerously_allow(Danger::PredicateWithCredentials),
    ]
    .map(|builder| builder.build_policy().unwrap());
    for policy in nothing_to_improve {
        assert!(policy.warnings().is_empty(), "{:?}", policy.warnings());
    }
}

/// The rows are the table's, in its order; each makes its variant alone; and they are all the variants.
fn assert_table(
    source: &str,
    name: &str,
    rows: &[(&str, &str, CorsLayerBuilder)],
    findings: impl Fn(CorsLayerBuilder) -> Vec<String>,
) {
    let item = source.find(&format!("pub enum {name} {{")).unwrap();
    let (docs, body) = source.split_at(item);
    let variants: Vec<&str> = body[..body.find("\n}").unwrap()]
        .lines()
        .filter_map(|line| line.strip_prefix("    "))
        .filter(|line| line.starts_with(char::is_uppercase))
        .map(|line| line.split(|char: char| !char.is_alphanumeric()).next().unwrap())
        .collect();
    let table: Vec<(&str, &str)> = docs
        .lines()
        .filter_map(|line| line.strip_prefix("/// | [`")?.split_once("`]"))
        .map(|(variant, rest)| (variant, rest.split_once(" | ").unwrap().1.trim_end_matches(" |")))
        .collect();
    assert_eq!(table.iter().map(|row| row.0).collect::<Vec<_>>(), variants);
    assert_eq!(rows.len(), table.len());
    for ((name, code, builder), (documented, example)) in rows.iter().zip(table) {
        assert_eq!(*name, documented);
        let is_shown = example.trim_start_matches('`').starts_with(code);
        assert!(is_shown, "{code} is not {example}");
        assert_eq!(findings(builder.clone()), [*name]);
    }
}

/// The name of an enum's variant.
fn variant(value: &impl Debug) -> String {
    let text = format!("{value:?}");
    text.split(|char: char| !char.is_alphanumeric()).next().unwrap_or_default().to_owned()
}
