//! The tables of all mistakes and warnings, read from the documentation's own source. Each example causes
//! exactly its own mistake or warning, and each of these has an example.

use std::{fmt::Debug, time::Duration};

use http::StatusCode;
use tower_cors::{CorsLayer, CorsLayerBuilder, Danger, Origin, Policy, Refuse, RequestHead};

const ERRORS: &str = include_str!("../src/config/error.rs");
const WARNINGS: &str = include_str!("../src/config/warning.rs");

fn example() -> CorsLayerBuilder {
    CorsLayer::builder().allow_origin("https://example.com")
}

fn yes(_: &Origin, _: &RequestHead<'_>) -> bool {
    true
}

/// A row of a table, which contains the code verbatim.
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
    let rows = vec![
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
        row!(PrivateNetworkWithNullOrigin, allow_origin("null").allow_private_network(true)),
        row!(
            PrivateNetworkWithPublicSuffix,
            allow_origin("https://*.com").allow_private_network(true)
        ),
        row!(PrivateNetworkWithPredicate, allow_origin_if(yes).allow_private_network(true)),
        row!(InvalidMethod, allow_method("PUT, DELETE")),
        row!(MethodTooLong, allow_method("A".repeat(65))),
        row!(ForbiddenMethod, allow_method("TRACE")),
        row!(MisspelledMethod, allow_method("patch")),
        row!(WildcardBesideOthers, allow_methods(["*", "PUT"])),
        row!(InvalidHeaderName, allow_header("content type")),
        row!(MisspelledHeader, allow_header("authorisation")),
        row!(ForbiddenRequestHeader, allow_header("cookie")),
        row!(ResponseHeaderAllowed, allow_header("access-control-allow-origin")),
        row!(UnreadableHeaderExposed, expose_header("set-cookie")),
        row!(MaxAgeTooLong, max_age(Duration::from_secs(86_401))),
        row!(MaxAgeFraction, max_age(Duration::from_millis(1_500))),
        row!(EchoWithoutWildcard, echo_beside_wildcard(true)),
        row!(
            EchoWithCredentials,
            allow_any_header().echo_beside_wildcard(true).allow_credentials(true)
        ),
        row!(
            none() => RefusingWithAnyOrigin,
            allow_any_origin().refuse_disallowed_origins(Refuse::All)
        ),
        row!(
            OwnOriginsBesideNone,
            refuse_disallowed_origins(Refuse::All)
                .no_own_origins()
                .own_origin("https://api.example.com")
        ),
        row!(InvalidOwnOrigin, own_origin("api.example.com")),
        row!(InexactOwnOrigin, own_origin("https://*.example.com")),
        row!(NoOwnOriginsWithoutRefusing, no_own_origins()),
        row!(PreflightStatus, preflight_status(StatusCode::NOT_FOUND)),
        row!(ForwardedPreflightStatus, forward_preflights(true).preflight_status(StatusCode::OK)),
        row!(ForwardedPreflightMethods, forward_preflights(true).allow_methods_of_route()),
    ]
    .into_iter()
    .map(|(name, code, builder)| (name, code, builder.build().unwrap_err()));
    let any = none().allow_any_origin().build_policy().unwrap();
    let ours = example().build_policy().unwrap();
    let refusing = example().refuse_disallowed_origins(Refuse::All).no_own_origins();
    let other = CorsLayer::builder().allow_origin("https://example.org").build_policy().unwrap();
    let of_several = [
        ("NoPolicy", "CorsLayer::first_match([])", CorsLayer::first_match([]).unwrap_err()),
        (
            "AnyOriginBeforeLast",
            "CorsLayer::first_match([any, ours])",
            CorsLayer::first_match([any.clone(), ours.clone()]).unwrap_err(),
        ),
        (
            "RefusingBeforeAnyOrigin",
            "CorsLayer::first_match([refusing, any])",
            CorsLayer::first_match([refusing.clone().build_policy().unwrap(), any]).unwrap_err(),
        ),
        (
            "PartsDiffer",
            "CorsLayer::first_match([refusing, other])",
            CorsLayer::first_match([refusing.build_policy().unwrap(), other]).unwrap_err(),
        ),
        (
            "CoveredByPart",
            "CorsLayer::first_match([ours, ours])",
            CorsLayer::first_match([ours.clone(), ours]).unwrap_err(),
        ),
    ];
    let rows: Vec<(&str, &str, Vec<String>)> = rows
        .into_iter()
        .chain(of_several)
        .map(|(name, code, mistakes)| (name, code, mistakes.iter().map(variant).collect()))
        .collect();
    assert_table(ERRORS, "ConfigError", &rows);
}

#[test]
fn warnings() {
    let rows = [
        row!(Duplicate, allow_origin("https://example.com")),
        row!(CoveredPattern, allow_origin("https://example.com:*")),
        row!(TrailingDot, allow_origin("https://example.com.")),
        row!(BindAddress, allow_origin("http://0.0.0.0:3000")),
        row!(
            PredicateWithoutHttp,
            allow_origin_if(yes)
                .allow_credentials(true)
                .dangerously_allow(Danger::PredicateWithCredentials)
        ),
        row!(SafelistedHeaderExposed, expose_header("content-type")),
        row!(MaxAgeAboveChromium, max_age(Duration::from_secs(86_400))),
        row!(NoOwnOrigins, refuse_disallowed_origins(Refuse::All)),
        row!(ReportOnly, report_only(true)),
        row!(Diagnose, diagnose(true)),
        row!(UnneededDanger, dangerously_allow(Danger::NullOrigin)),
    ]
    .map(|(name, code, builder)| {
        let policy = builder.build_policy().unwrap();
        (name, code, policy.warnings().iter().map(variant).collect())
    });
    assert_table(WARNINGS, "ConfigWarning", &rows);
}

/// The full text of every warning, and the option that silences it.
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
        (example().allow_origin("http://0.0.0.0:3000"), r#"allow_origins: "http://0.0.0.0:3000" has the address that a server binds to for all of its addresses, and pages are opened under one of them; write that, such as "http://localhost:3000""#),
        (example().allow_origin("https://[::]:*"), r#"allow_origins: "https://[::]:*" has the address that a server binds to for all of its addresses, and pages are opened under one of them; write that, such as "http://localhost:3000""#),
        (example().refuse_disallowed_origins(Refuse::All).own_origin("http://0.0.0.0:3000"), r#"own_origins: "http://0.0.0.0:3000" has the address that a server binds to for all of its addresses, and pages are opened under one of them; write that, such as "http://localhost:3000""#),
        (example().allow_origin_if(yes).allow_credentials(true).dangerously_allow(Danger::PredicateWithCredentials), r#"allow_origins: allow_origin_if is not called for origins over plain http (loopback aside), since requests carry cookies; if it should decide about those too, accept Danger::InsecureOrigins (in a file, "insecure-origins")"#),
        (example().expose_header("Content-Type"), r#"expose_headers: "content-type" can be read by scripts without being exposed; remove it"#),
        (example().max_age(Duration::from_secs(7_201)), "max_age: 7201s is more than the 7200 seconds that Chromium keeps the response to a preflight; write at most 7200 seconds"),
        (example().dangerously_allow(Danger::PublicSuffixes), r#"dangerously_allow: "public-suffixes" is accepted, and nothing in the configuration needs it; remove it"#),
        (example().allow_origin("http://example.com").dangerously_allow(Danger::InsecureOrigins), r#"dangerously_allow: "insecure-origins" is accepted, and nothing in the configuration needs it; remove it"#),
        (example().refuse_disallowed_origins(Refuse::Upgrades), "own_origins: disallowed origins are refused, and where browsers send no Sec-Fetch-Site (over plain http, in older Safari, with WebSocket handshakes of Chromium) so is the server's own page; list its origins, or say no_own_origins"),
        (example().refuse_disallowed_origins(Refuse::All).own_origins(["https://a.com", "https://a.com"]), r#"own_origins: "https://a.com" is listed more than once; list it once"#),
        (example().report_only(true), "report_only: nothing is allowed and nothing refused, only reported; remove it once the reports are as they should be"),
        (example().diagnose(true), "diagnose: refusals say why to whoever asks, which is for development; remove it in production"),
    ];
    for (builder, text) in cases {
        let policy = builder.build_policy().unwrap();
        let warnings: Vec<String> = policy.warnings().iter().map(ToString::to_string).collect();
        assert_eq!(warnings.join("\n"), text);
    }
    let nothing_to_improve: [Policy; 8] = [
        example(),
        example().refuse_disallowed_origins(Refuse::All).no_own_origins(),
        example().refuse_disallowed_origins(Refuse::All).own_origin("http://api.example.com"),
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

/// Checks that the rows are those of the table in its order, that each causes only its variant, and that no variant is
/// missing.
fn assert_table(source: &str, name: &str, rows: &[(&str, &str, Vec<String>)]) {
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
    for ((name, code, findings), (documented, example)) in rows.iter().zip(table) {
        assert_eq!(*name, documented);
        // The table has spaces where browsers may break a line.
        let squeezed = |text: &str| text.replace(char::is_whitespace, "");
        let is_shown = squeezed(example.trim_start_matches('`')).starts_with(&squeezed(code));
        assert!(is_shown, "{code} is not {example}");
        assert_eq!(*findings, [*name]);
    }
}

/// The name of a value's variant.
fn variant(value: &impl Debug) -> String {
    let text = format!("{value:?}");
    text.split(|char: char| !char.is_alphanumeric()).next().unwrap_or_default().to_owned()
}
