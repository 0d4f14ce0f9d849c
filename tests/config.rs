//! Configurations that do not build, with the full text of their mistakes.

use std::time::Duration;

use http::{HeaderName, HeaderValue, Method, Request, StatusCode, header};
use tower_cors::{
    ConfigError, ConfigWarning, CorsLayer, CorsLayerBuilder, Danger, Origin, OriginFault,
    OriginPattern, Policy, Refuse, RequestHead,
};

fn builder() -> CorsLayerBuilder {
    CorsLayer::builder().allow_origin("https://example.com")
}

fn mistakes(builder: CorsLayerBuilder) -> String {
    builder.build().unwrap_err().to_string()
}

#[test]
#[rustfmt::skip]
fn origins() {
    let cases = [
        ("", r#""" is an empty entry, perhaps after a trailing comma or from an empty variable; remove it, or write an origin such as "https://example.com""#),
        ("example.com", r#""example.com" has no scheme, and an origin is scheme, host and port; write "https://example.com""#),
        ("example.com:8080", r#""example.com:8080" has no scheme, and an origin is scheme, host and port; write "https://example.com:8080""#),
        ("localhost:3000", r#""localhost:3000" has no scheme, and an origin is scheme, host and port; write "http://localhost:3000""#),
        ("*.example.com", r#""*.example.com" has no scheme, and an origin is scheme, host and port; write "https://*.example.com""#),
        ("//example.com", r#""//example.com" has no scheme, and an origin is scheme, host and port; write "https://example.com""#),
        ("://example.com", r#""://example.com" has a scheme that is not a lower-case letter followed by a-z, 0-9, `+`, `.` or `-`; write "https://example.com""#),
        ("https:/example.com", r#""https:/example.com" has no scheme, and an origin is scheme, host and port; write "https://example.com""#),
        ("https:example.com", r#""https:example.com" has no scheme, and an origin is scheme, host and port; write "https://example.com""#),
        ("https://example.com/", r#""https://example.com/" has a path or a trailing slash, and browsers send origins without; write "https://example.com""#),
        ("https://example.com/a?b#c", r#""https://example.com/a?b#c" has a path or a trailing slash, and browsers send origins without; write "https://example.com""#),
        ("https://example.com?a", r#""https://example.com?a" has a query, and browsers send origins without; write an origin such as "https://example.com""#),
        ("https://example.com#a", r#""https://example.com#a" has a fragment, and browsers send origins without; write "https://example.com""#),
        ("https://a:b@example.com", r#""https://a:b@example.com" has a user name, and browsers leave it out of origins; write "https://example.com""#),
        ("https://a@example.com/", r#""https://a@example.com/" has a user name, and browsers leave it out of origins; write "https://example.com""#),
        (" https://example.com", r#"" https://example.com" has white space or a control character, which no origin has; write "https://example.com""#),
        ("https://exa mple.com", r#""https://exa mple.com" has white space or a control character, which no origin has; write an origin such as "https://example.com""#),
        ("https://example.com\n", r#""https://example.com\n" has white space or a control character, which no origin has; write "https://example.com""#),
        ("\"https://example.com\"", r#""\"https://example.com\"" has a quotation mark, which no origin has; write "https://example.com""#),
        ("'https://example.com'", r#""'https://example.com'" has a quotation mark, which no origin has; write "https://example.com""#),
        ("https://a.com,https://b.com", r#""https://a.com,https://b.com" looks like a list, and is read as one origin; write each origin as an entry of its own (in an environment variable, with commas between them)"#),
        ("HTTPS://example.com", r#""HTTPS://example.com" has upper-case letters, and browsers send origins in lower case; write "https://example.com""#),
        ("a_b://c", r#""a_b://c" has a scheme that is not a lower-case letter followed by a-z, 0-9, `+`, `.` or `-`; write an origin such as "https://example.com""#),
        ("ssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssss://a", r#""ssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssss://a" has a scheme longer than 64 bytes; write an origin such as "https://example.com""#),
        ("wss://example.com", r#""wss://example.com" has the scheme `wss`, which is no page's; write "https://example.com""#),
        ("wss://", r#""wss://" has the scheme `wss`, which is no page's; write the page's own origin, with http or https"#),
        ("ws://localhost:80", r#""ws://localhost:80" has the scheme `ws`, which is no page's; write "http://localhost""#),
        ("file:///index.html", r#""file:///index.html" has the scheme `file`, and pages from files send `null` as their origin; write the origin of a server or of an application's scheme"#),
        ("javascript://a", r#""javascript://a" has the scheme `javascript`, which is no page's; write an origin such as "https://example.com""#),
        ("https://", r#""https://" has no host; write an origin such as "https://example.com""#),
        ("https://*.", r#""https://*." has no host; write an origin such as "https://example.com""#),
        ("https://a..example.com", r#""https://a..example.com" has an empty label, and no host has two dots in a row or a dot first; write an origin such as "https://example.com""#),
        ("https://a..b..com", r#""https://a..b..com" has an empty label, and no host has two dots in a row or a dot first; write an origin such as "https://example.com""#),
        ("https://Example.com", r#""https://Example.com" has upper-case letters, and browsers send origins in lower case; write "https://example.com""#),
        ("https://Example.com:443/", r#""https://Example.com:443/" has a path or a trailing slash, and browsers send origins without; write "https://example.com""#),
        ("https://ß.de", r#""https://ß.de" is not all ASCII, and browsers send such hosts in Punycode; write the host in Punycode, as the browser's address bar gives it when copied"#),
        ("https://a;b.com", r#""https://a;b.com" looks like a list, and is read as one origin; write each origin as an entry of its own (in an environment variable, with commas between them)"#),
        ("https://xn--a-.com", r#""https://xn--a-.com" has an `xn--` label that is no Punycode, so no browser sends it; write the host in Punycode, as the browser's address bar gives it when copied"#),
        ("https://xn--a-.b--c.com", r#""https://xn--a-.b--c.com" has an `xn--` label that is no Punycode, so no browser sends it; write the host in Punycode, as the browser's address bar gives it when copied"#),
        ("https://xn--", r#""https://xn--" has an `xn--` label that is no Punycode, so no browser sends it; write the host in Punycode, as the browser's address bar gives it when copied"#),
        ("https://127.1", r#""https://127.1" has a host that ends in a number, which browsers take for an IPv4 address and send otherwise; write four decimal numbers from 0 to 255"#),
        ("https://[1]", r#""https://[1]" has brackets that hold no IPv6 address; write an origin such as "https://example.com""#),
        ("https://[::0001]", r#""https://[::0001]" has an IPv6 address that browsers send in its shortest, lower-case form; write "https://[::1]""#),
        ("https://[1::0]", r#""https://[1::0]" has an IPv6 address that browsers send in its shortest, lower-case form; write "https://[1::]""#),
        ("https://[FE80::1]:443", r#""https://[FE80::1]:443" has an IPv6 address that browsers send in its shortest, lower-case form; write "https://[fe80::1]""#),
        ("https://[fe80::1%eth0]", r#""https://[fe80::1%eth0]" has an IPv6 address with a zone, and no origin has one; write an origin such as "https://example.com""#),
        ("https://[127.0.0.1]", r#""https://[127.0.0.1]" has an IPv4 address in brackets, which are for IPv6; write "https://127.0.0.1""#),
        ("https://[::ffff:1.2.3.4]", r#""https://[::ffff:1.2.3.4]" has an IPv4 address mapped into IPv6; write "https://1.2.3.4""#),
        ("tauri://a/b", r#""tauri://a/b" has a path or a trailing slash, and browsers send origins without; write "tauri://a""#),
        ("tauri://localhost:80", r#""tauri://localhost:80" has `:` after a scheme other than http and https, where only A-Z, a-z, 0-9, `-`, `.`, `_` and `~` can stand; write a scheme and a plain host, such as "tauri://localhost""#),
        ("tauri://ß", r#""tauri://ß" is not all ASCII, and browsers send such hosts in Punycode; write the host in Punycode, as the browser's address bar gives it when copied"#),
        ("tauri://*.localhost", r#""tauri://*.localhost" has a `*` in the host of an application's own scheme, which is matched as a whole; write each origin by itself"#),
        ("https://example.com:", r#""https://example.com:" has a port that is no number; write "https://example.com""#),
        ("https://example.com:a", r#""https://example.com:a" has a port that is no number; write a port from 1 to 65535, or `:*` for any"#),
        ("https://example.com:80:81", r#""https://example.com:80:81" has a port that is no number; write a port from 1 to 65535, or `:*` for any"#),
        ("https://example.com:0", r#""https://example.com:0" has port 0, which no server has; write a port from 1 to 65535, or `:*` for any"#),
        ("https://example.com:65536", r#""https://example.com:65536" has a port above 65535; write a port from 1 to 65535, or `:*` for any"#),
        ("https://example.com:08443", r#""https://example.com:08443" has a port with leading zeros, which browsers do not send; write "https://example.com:8443""#),
        ("https://example.com:443", r#""https://example.com:443" has its scheme's default port, which browsers leave out; write "https://example.com""#),
        ("http://example.com:80", r#""http://example.com:80" has its scheme's default port, which browsers leave out; write "http://example.com""#),
        ("https://example.*", r#""https://example.*" has a `*` that is neither the whole first label nor the whole port; write each origin by itself, with `*.` before a domain for its subdomains, and `:*` for any port"#),
        ("https://a.*.com", r#""https://a.*.com" has a `*` that is neither the whole first label nor the whole port; write each origin by itself, with `*.` before a domain for its subdomains, and `:*` for any port"#),
        ("https://*", r#""https://*" has a `*` in place of the host, so it would match the pages of anyone; write `*` alone for any origin, `*.` before a domain, or each origin by itself"#),
        ("https://example.com:80*", r#""https://example.com:80*" has a `*` that is neither the whole first label nor the whole port; write each origin by itself, with `*.` before a domain for its subdomains, and `:*` for any port"#),
        ("https://*example.com", r#""https://*example.com" has a `*` that is neither the whole first label nor the whole port; write "https://*.example.com""#),
        ("NULL", r#""NULL" has no scheme, and an origin is scheme, host and port; write an origin such as "https://example.com""#),
        ("mailto:a@b.c", r#""mailto:a@b.c" has no scheme, and an origin is scheme, host and port; write an origin such as "https://example.com""#),
        ("http//example.com", r#""http//example.com" has no scheme, and an origin is scheme, host and port; write "http://example.com""#),
        (".example.com", r#"".example.com" has no scheme, and an origin is scheme, host and port; write "https://*.example.com""#),
        ("https://.example.com", r#""https://.example.com" has an empty label, and no host has two dots in a row or a dot first; write "https://*.example.com""#),
        ("http://*:3000", r#""http://*:3000" has a `*` in place of the host, so it would match the pages of anyone; write `*` alone for any origin, `*.` before a domain, or each origin by itself"#),
        ("*://*", r#""*://*" has a `*` in place of the host, so it would match the pages of anyone; write `*` alone for any origin, `*.` before a domain, or each origin by itself"#),
        ("*://example.com", r#""*://example.com" has a `*` in its scheme, and no scheme has a wildcard; write "https://example.com" and "http://example.com", or the one that you use"#),
        ("http*://*.example.com:8080", r#""http*://*.example.com:8080" has a `*` in its scheme, and no scheme has a wildcard; write "https://*.example.com:8080" and "http://*.example.com:8080", or the one that you use"#),
        ("*://*.Example.com/*", r#""*://*.Example.com/*" has a `*` in its scheme, and no scheme has a wildcard; write "https://*.example.com" and "http://*.example.com", or the one that you use"#),
        ("*://example.com:443", r#""*://example.com:443" has a `*` in its scheme, and no scheme has a wildcard; write an origin for each scheme"#),
        ("*tps://example.com", r#""*tps://example.com" has a `*` in its scheme, and no scheme has a wildcard; write an origin for each scheme"#),
        ("chrome-extension*://abcdef", r#""chrome-extension*://abcdef" has a `*` in its scheme, and no scheme has a wildcard; write an origin for each scheme"#),
        ("tauri*://localhost", r#""tauri*://localhost" has a `*` in its scheme, and no scheme has a wildcard; write an origin for each scheme"#),
        ("*://example.com:80/", r#""*://example.com:80/" has a `*` in its scheme, and no scheme has a wildcard; write an origin for each scheme"#),
        ("http://*:*", r#""http://*:*" has a `*` in place of the host, so it would match the pages of anyone; write `*` alone for any origin, `*.` before a domain, or each origin by itself"#),
        ("a.com, b.com", r#""a.com, b.com" looks like a list, and is read as one origin; write each origin as an entry of its own (in an environment variable, with commas between them)"#),
        ("\"*\"", r#""\"*\"" has a quotation mark, which no origin has; write "*""#),
        (" *", r#"" *" has white space or a control character, which no origin has; write "*""#),
        ("example.com:80", r#""example.com:80" has no scheme, and an origin is scheme, host and port; write "http://example.com""#),
        ("https://*.*.example.com", r#""https://*.*.example.com" has a `*` that is neither the whole first label nor the whole port; write each origin by itself, with `*.` before a domain for its subdomains, and `:*` for any port"#),
        ("http://localhost:00", r#""http://localhost:00" has a port with leading zeros, which browsers do not send; write an origin such as "https://example.com""#),
        ("any", r#""any" is read as one origin, not as any; write "*""#),
        ("h*", r#""h*" has no scheme, and an origin is scheme, host and port; write an origin such as "https://example.com""#),
        ("https://*.127.0.0.1", r#""https://*.127.0.0.1" has a `*.` before an IP address, which has no subdomains; write each address by itself"#),
        ("https://*.127.1", r#""https://*.127.1" has a `*.` before an IP address, which has no subdomains; write each address by itself"#),
        ("https://[fe80::*]", r#""https://[fe80::*]" has a `*` that is neither the whole first label nor the whole port; write each origin by itself, with `*.` before a domain for its subdomains, and `:*` for any port"#),
        ("https://{a.example.com", r#""https://{a.example.com" has `{` in its host, which can only have a-z, 0-9, `-`, `.` and `_`; write an origin such as "https://example.com""#),
        ("https://{1}.example.com", r#""https://{1}.example.com" has `{` in its host, which can only have a-z, 0-9, `-`, `.` and `_`; write an origin such as "https://example.com""#),
        ("https://*.[::1]", r#""https://*.[::1]" has a `*.` before an IP address, which has no subdomains; write each address by itself"#),
    ];
    for (origin, text) in cases {
        assert_eq!(mistakes(CorsLayer::builder().allow_origin(origin)), format!("allow_origins: {text}"));
    }
}

#[test]
fn long_origins() {
    let label = "a".repeat(63);
    let host = format!("{label}.{label}.{label}.{}", "a".repeat(61));
    let cases = [
        (format!("https://a{label}.com"), OriginFault::LabelTooLong),
        (format!("https://{label}.A.com"), OriginFault::UpperCase),
        (format!("https://{host}aa"), OriginFault::HostTooLong),
        (format!("https://{host}a"), OriginFault::HostTooLong),
        (format!("https://*.{}", &host[1..]), OriginFault::HostTooLong),
        (format!("tauri://{}", "a".repeat(254)), OriginFault::HostTooLong),
        (format!("https://{}", "a.".repeat(159)), OriginFault::HostTooLong),
        (format!("https://{}a", "a.".repeat(159)), OriginFault::TooLong),
        (format!("https://{}", "a.".repeat(200)), OriginFault::TooLong),
    ];
    for (origin, fault) in cases {
        let mistake = origin.parse::<tower_cors::OriginPattern>().unwrap_err();
        assert_eq!(mistake.fault(), fault, "{origin}");
    }
    for origin in [
        format!("https://{host}"),
        format!("https://{host}."),
        format!("https://{host}:65535"),
        format!("https://*.{}", &host[2..]),
        format!("{}://{}a", "s".repeat(64), "A~".repeat(126)),
    ] {
        assert!(builder().allow_origin(&origin).build().is_ok(), "{origin}");
    }
}

#[test]
#[rustfmt::skip]
fn combinations() {
    let any = || CorsLayer::builder().allow_any_origin();
    let cases = [
        (CorsLayer::builder(), "allow_origins: no origin is listed, so no page could read any response; list one, such as \"https://example.com\", or allow any with \"*\""),
        (any().allow_origins(["https://a.com", "https://*.b.com"]), "allow_origins: any origin is allowed, so \"https://a.com\", \"https://*.b.com\" would have no effect; remove the \"*\" (or allow_any_origin), or the rest"),
        (builder().allow_origin("*"), "allow_origins: any origin is allowed, so \"https://example.com\" would have no effect; remove the \"*\" (or allow_any_origin), or the rest"),
        (any().allow_credentials(true), "allow_origins: any origin is allowed, and so are credentials, which browsers refuse together; list the origins, or do not allow credentials (a bearer token needs none, only \"authorization\" among allow_headers)"),
        (builder().allow_origin("null"), "allow_origins: \"null\" is the origin of any page that wants it, from a sandboxed frame or after a redirect; serve the page from an origin of its own, or accept Danger::NullOrigin (in a file, \"null-origin\")"),
        (builder().allow_origin("null").allow_credentials(true).dangerously_allow(Danger::NullOrigin), "allow_origins: \"null\" is the origin of any page that wants it, so where requests carry cookies (with credentials, or when disallowed origins are refused) it would give away what they open; remove it"),
        (any().allow_origin("null").dangerously_allow(Danger::NullOrigin), "allow_origins: any origin is allowed, so \"null\" would have no effect; remove the \"*\" (or allow_any_origin), or the rest"),
        (builder().allow_origin("http://example.com").allow_credentials(true), "allow_origins: \"http://example.com\" is not encrypted, so anyone on the network could use its users' credentials; serve it over https and write \"https://example.com\", or accept Danger::InsecureOrigins (in a file, \"insecure-origins\")"),
        (builder().allow_origin("http://example.com:443").allow_credentials(true), "allow_origins: \"http://example.com:443\" is not encrypted, so anyone on the network could use its users' credentials; serve it over https and write \"https://example.com\", or accept Danger::InsecureOrigins (in a file, \"insecure-origins\")"),
        (builder().allow_origin("http://*.example.com:*").allow_credentials(true), "allow_origins: \"http://*.example.com:*\" is not encrypted, so anyone on the network could use its users' credentials; serve it over https and write \"https://*.example.com:*\", or accept Danger::InsecureOrigins (in a file, \"insecure-origins\")"),
        (builder().allow_credentials(true).allow_credentials(false), "allow_credentials: is set to true and to false, and only one can hold; set it once"),
        (builder().allow_methods(["*", "PUT"]), "allow_methods: \"*\" stands for all, so \"PUT\" would have no effect; write \"*\" alone, or only the names"),
        (builder().allow_any_method().allow_methods(["PUT", "DELETE"]), "allow_methods: \"*\" stands for all, so \"PUT\", \"DELETE\" would have no effect; write \"*\" alone, or only the names"),
        (builder().allow_method("PUT,DELETE"), "allow_methods: \"PUT,DELETE\" looks like a list, and is read as one method; write each method as an entry of its own, such as \"PUT\" (in an environment variable, with commas between them)"),
        (builder().allow_method(""), "allow_methods: \"\" is an empty entry, perhaps after a trailing comma or from an empty variable; remove it"),
        (builder().allow_method("Connect"), "allow_methods: \"Connect\" is a method that no script can send; remove it"),
        (builder().allow_method("patch"), "allow_methods: \"patch\" is not how the method is spelled, and methods are compared byte for byte; write \"PATCH\""),
        (builder().allow_headers(["*", "x-a", "authorization"]), "allow_headers: \"*\" stands for all, so \"x-a\" would have no effect; write \"*\" alone, or only the names"),
        (builder().allow_header("x-a, x-b"), "allow_headers: \"x-a, x-b\" looks like a list, and is read as one header name; write each header name as an entry of its own, such as \"content-type\" (in an environment variable, with commas between them)"),
        (builder().allow_header("Cookie"), "allow_headers: \"cookie\" is a header that no script can set, so no preflight asks for it; remove it, and allow credentials for cookies to be sent"),
        (builder().allow_header("Host"), "allow_headers: \"host\" is a header that no script can set, so no preflight asks for it; remove it"),
        (builder().allow_header("Access-Control-Allow-Origin"), "allow_headers: \"access-control-allow-origin\" is a header of responses, which no request needs; remove it"),
        (builder().expose_headers(["*", "etag"]), "expose_headers: \"*\" stands for all, so \"etag\" would have no effect; write \"*\" alone, or only the names"),
        (builder().expose_header(""), "expose_headers: \"\" is an empty entry, perhaps after a trailing comma or from an empty variable; remove it"),
        (builder().expose_header("Set-Cookie"), "expose_headers: \"set-cookie\" is a header that no script can read on the response to its request; remove it"),
        (any().allow_private_network(true), "allow_origins: any origin is allowed, and so are private networks, so every site could reach into them; list the origins, or do not allow private networks"),
        (builder().allow_origin("http://example.com").allow_private_network(true).dangerously_allow(Danger::InsecureOrigins), "allow_origins: \"http://example.com\" is not encrypted, so anyone on the network could reach into private ones; serve it over https and write \"https://example.com\", or do not allow private networks"),
        (builder().allow_private_network(true).allow_private_network(false), "allow_private_network: is set to true and to false, and only one can hold; set it once"),
        (builder().allow_timing(true).allow_timing(false), "allow_timing: is set to true and to false, and only one can hold; set it once"),
        (builder().echo_beside_wildcard(true), "echo_beside_wildcard: neither allow_methods nor allow_headers has \"*\", so it has no effect; remove it, or add \"*\" to one of them"),
        (builder().allow_method("PUT").allow_header("x-a").allow_credentials(true).echo_beside_wildcard(true), "echo_beside_wildcard: neither allow_methods nor allow_headers has \"*\", so it has no effect; remove it, or add \"*\" to one of them"),
        (builder().allow_any_method().allow_credentials(true).echo_beside_wildcard(true), "echo_beside_wildcard: credentials are allowed, so the requested method and headers are sent instead of \"*\", and it has no effect; remove it"),
        (builder().allow_any_header().allow_credentials(true).echo_beside_wildcard(true), "echo_beside_wildcard: credentials are allowed, so the requested method and headers are sent instead of \"*\", and it has no effect; remove it"),
        (builder().allow_any_header().echo_beside_wildcard(true).echo_beside_wildcard(false), "echo_beside_wildcard: is set to true and to false, and only one can hold; set it once"),
        (builder().vary_on("x tenant"), "vary_on: \"x tenant\" has white space or a control character, which no header name has; write each header name as an entry of its own, such as \"content-type\" (in an environment variable, with commas between them)"),
        (builder().max_age(Duration::from_secs(1)).max_age(Duration::ZERO), "max_age: is set to 1s and to 0ns, and only one can hold; set it once"),
        (builder().preflight_status(StatusCode::NOT_FOUND), "preflight_status: 404 is not in 200 to 299, so browsers would refuse every preflight; write 204, or 200 for old clients"),
        (builder().preflight_status(StatusCode::OK).preflight_status(StatusCode::CREATED), "preflight_status: is set to 200 and to 201, and only one can hold; set it once"),
    ];
    for (builder, text) in cases {
        assert_eq!(mistakes(builder), text);
    }
}

#[test]
#[rustfmt::skip]
fn max_ages() {
    for (max_age, text) in [
        (Duration::from_secs(86_401), "86401s is longer than any browser keeps the response to a preflight; write at most 86400 seconds (Firefox's limit; Chromium's is 7200)"),
        (Duration::MAX, "18446744073709551615.999999999s is longer than any browser keeps the response to a preflight; write at most 86400 seconds (Firefox's limit; Chromium's is 7200)"),
        (Duration::from_secs(3_600_000), "3600000s is longer than any browser keeps the response to a preflight; write at most 86400 seconds (Firefox's limit; Chromium's is 7200), or 3600 if milliseconds were meant"),
        (Duration::from_secs(2_592_000), "2592000s is longer than any browser keeps the response to a preflight; write at most 86400 seconds (Firefox's limit; Chromium's is 7200)"),
        (Duration::from_millis(3_600), "3.6s has a fraction of a second, and the header holds whole ones; write Duration::from_secs(4), or Duration::from_secs(3600) if seconds were meant"),
        (Duration::from_micros(1_500), "1.5ms has a fraction of a second, and the header holds whole ones; write Duration::from_secs(1)"),
        (Duration::from_millis(86_399_999), "86399.999s has a fraction of a second, and the header holds whole ones; write Duration::from_secs(86400)"),
        (Duration::from_millis(1_500), "1.5s has a fraction of a second, and the header holds whole ones; write Duration::from_secs(2), or Duration::from_secs(1500) if seconds were meant"),
    ] {
        assert_eq!(mistakes(builder().max_age(max_age)), format!("max_age: {text}"));
    }
}

#[test]
fn all_mistakes_in_the_order_of_the_options() {
    let mistakes = CorsLayer::builder()
        .preflight_status(StatusCode::FOUND)
        .max_age(Duration::from_secs(1))
        .max_age(Duration::from_secs(2))
        .expose_header("set-cookie")
        .allow_headers(["host", "x a"])
        .allow_methods(["put", "TRACE"])
        .allow_credentials(true)
        .allow_origins(["https://a.com/", "null", "https://b.com", "http://c.com"])
        .build()
        .unwrap_err();
    let debug = format!("{mistakes:?}");
    assert_eq!(
        debug,
        format!(
            "the CORS configuration does not build:\n  {}",
            mistakes.to_string().replace('\n', "\n  ")
        )
    );
    assert_eq!(Vec::from_iter(&mistakes), mistakes.iter().collect::<Vec<_>>());
    let [
        ConfigError::InvalidOrigin(origin),
        ConfigError::InsecureOriginWithCredentials { origin: insecure },
        ConfigError::NullOriginWithCredentials,
        ConfigError::MisspelledMethod { method, suggestion },
        ConfigError::ForbiddenMethod { .. },
        ConfigError::InvalidHeaderName { .. } | ConfigError::ForbiddenRequestHeader { .. },
        ConfigError::InvalidHeaderName { .. } | ConfigError::ForbiddenRequestHeader { .. },
        ConfigError::UnreadableHeaderExposed { name },
        ConfigError::SetTwice { .. },
        ConfigError::PreflightStatus { .. },
    ] = &mistakes.into_iter().collect::<Vec<_>>()[..]
    else {
        panic!("{debug}")
    };
    assert_eq!((origin.text(), origin.fault()), ("https://a.com/", OriginFault::Path));
    assert_eq!(origin.suggestion(), Some("https://a.com"));
    assert_eq!((insecure.as_str(), name.as_str()), ("http://c.com", "set-cookie"));
    assert_eq!((method.as_str(), suggestion.as_str()), ("put", "PUT"));
}

/// Loopback and app origins need no danger. Other origins over plain http do.
#[test]
fn credentials_with_origins_that_are_not_encrypted() {
    for origin in [
        "http://localhost",
        "http://localhost:*",
        "http://localhost.",
        "http://*.localhost:3000",
        "http://*.localhost.",
        "http://a.localhost",
        "http://127.0.0.1:8080",
        "http://127.9.9.9",
        "http://[::1]:*",
        "tauri://localhost",
    ] {
        assert!(builder().allow_origin(origin).allow_credentials(true).build().is_ok(), "{origin}");
    }
    for origin in [
        "http://notlocalhost",
        "http://localhost.com",
        "http://128.0.0.1",
        "http://[::2]",
        "http://a",
    ] {
        let builder = builder().allow_origin(origin);
        assert!(builder.clone().build().is_ok(), "{origin}");
        let builder = builder.allow_credentials(true);
        assert!(builder.clone().build().is_err(), "{origin}");
        assert!(builder.dangerously_allow(Danger::InsecureOrigins).build().is_ok(), "{origin}");
    }
}

#[test]
fn a_danger_grants_nothing() {
    let policy = builder()
        .dangerously_allow(Danger::NullOrigin)
        .dangerously_allow(Danger::InsecureOrigins)
        .dangerously_allow(Danger::AnyOriginWithCredentials)
        .build_policy()
        .unwrap();
    for origin in ["null", "http://example.com", "https://example.org"] {
        assert!(!policy.allows_origin(&HeaderValue::from_static(origin)));
    }
}

/// A private network relies on its location for protection, as a user's data relies on cookies. So the same
/// configurations need a danger, or do not build.
#[test]
fn private_networks_are_guarded_like_credentials() {
    let yes = |_: &Origin, _: &RequestHead<'_>| true;
    let none = CorsLayer::builder;
    let dangers = [
        Danger::NullOrigin,
        Danger::InsecureOrigins,
        Danger::PublicSuffixes,
        Danger::PredicateWithCredentials,
        Danger::AnyOriginWithCredentials,
    ];
    for (builder, lifted_by) in [
        (none().allow_any_origin(), None),
        (none().allow_origin("null"), None),
        (none().allow_origin("http://example.com"), None),
        (none().allow_origin("https://*.com"), Some(Danger::PublicSuffixes)),
        (none().allow_origin("https://*.com:*"), Some(Danger::PublicSuffixes)),
        (none().allow_origin("https://*.nas"), Some(Danger::PublicSuffixes)),
        (none().allow_origin_if(yes), Some(Danger::PredicateWithCredentials)),
        (builder().allow_origin_if(yes), Some(Danger::PredicateWithCredentials)),
    ] {
        let builder = builder.allow_private_network(true);
        for credentials in [false, true] {
            for refuses in [false, true] {
                let mut builder = builder.clone().allow_credentials(credentials);
                if refuses {
                    builder = builder.refuse_disallowed_origins(Refuse::All).no_own_origins();
                }
                assert!(builder.clone().build().is_err(), "{builder:?}");
                for danger in dangers {
                    let builds = builder.clone().dangerously_allow(danger).build().is_ok();
                    assert_eq!(builds, lifted_by == Some(danger), "{danger} {builder:?}");
                }
            }
        }
    }
    for origin in
        ["http://localhost:*", "https://*.example.com", "https://nas", "tauri://localhost"]
    {
        let builder = none().allow_origin(origin).allow_private_network(true);
        assert_eq!(builder.build_policy().unwrap().warnings(), [], "{origin}");
    }
    // The predicate is not called about plain http, and no danger lifts that.
    let asking = none()
        .allow_origin_if(yes)
        .allow_private_network(true)
        .dangerously_allow(Danger::PredicateWithCredentials);
    assert_eq!(asking.clone().build_policy().unwrap().warnings(), []);
    let policy = asking.dangerously_allow(Danger::InsecureOrigins).build_policy().unwrap();
    let danger = Danger::InsecureOrigins;
    assert_eq!(policy.warnings(), [ConfigWarning::UnneededDanger { danger }]);
    for (origin, is_allowed) in
        [("http://example.com", false), ("http://localhost:1", true), ("https://example.com", true)]
    {
        let request = Request::get("/").header("origin", origin).body(()).unwrap();
        assert_eq!(policy.explain(&request).refusal.is_none(), is_allowed, "{origin}");
    }
}

#[test]
fn what_is_said_of_private_networks() {
    let private = || CorsLayer::builder().allow_private_network(true);
    #[rustfmt::skip]
    let cases = [
        (private().allow_origin("null"), r#"allow_origins: "null" is the origin of any page that wants it, and private networks are allowed, so every site could reach into them; remove it, or do not allow private networks"#),
        (private().allow_origin("https://*.com"), r#"allow_origins: "https://*.com" covers the names below the public suffix "com", which anyone can have, and private networks are allowed, so they could reach into them; list the names that are yours, or accept Danger::PublicSuffixes (in a file, "public-suffixes")"#),
        (private().allow_origin_if(|_, _| true), r#"allow_origins: a predicate decides, and private networks are allowed, so a slip in it lets a stranger reach into them; list patterns, or accept Danger::PredicateWithCredentials (in a file, "predicate-with-credentials")"#),
    ];
    for (builder, message) in cases {
        assert_eq!(builder.build().unwrap_err().to_string(), message);
    }
}

/// A longer method is always refused, so a configuration must not list one.
#[test]
fn methods_of_more_than_64_bytes() {
    assert!(builder().allow_method("A".repeat(64)).build().is_ok());
    let method = "A".repeat(65);
    assert_eq!(
        builder().allow_method(&method).build().unwrap_err().to_string(),
        format!(
            "allow_methods: \"{method}\" is longer than the 64 bytes that a requested method may have, so no \
             preflight for it would be allowed; write a shorter one"
        )
    );
}

/// Request headers that no preflight announces, and response headers that no script can read.
#[test]
fn header_names_that_no_list_has() {
    for name in [
        "accept-charset",
        "accept-encoding",
        "access-control-request-headers",
        "access-control-request-method",
        "connection",
        "content-length",
        "cookie",
        "cookie2",
        "date",
        "dnt",
        "expect",
        "host",
        "keep-alive",
        "origin",
        "referer",
        "set-cookie",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "via",
        "proxy-x",
        "sec-x",
        "access-control-allow-credentials",
        "access-control-allow-headers",
        "access-control-allow-methods",
        "access-control-allow-origin",
        "access-control-allow-private-network",
        "access-control-expose-headers",
        "access-control-max-age",
    ] {
        assert_eq!(builder().allow_header(name).build().unwrap_err().iter().len(), 1, "{name}");
    }
    for name in [
        "set-cookie",
        "set-cookie2",
        "origin",
        "access-control-request-headers",
        "access-control-request-method",
        "access-control-allow-headers",
        "access-control-allow-methods",
        "access-control-max-age",
    ] {
        assert_eq!(builder().expose_header(name).build().unwrap_err().iter().len(), 1, "{name}");
    }
    for name in ["proxy", "sec", "set-cookie2", "user-agent", "x-method-override"] {
        assert!(builder().allow_header(name).build().is_ok(), "{name}");
    }
}

/// A configuration with every option is read back.
#[test]
fn read_back() {
    let policy = CorsLayer::builder()
        .allow_origins(["null", "https://b.com", "https://*.a.com:8443", "http://localhost:*"])
        .allow_methods(["PUT", "GET", "DELETE"])
        .allow_headers(["X-B", "x-a"])
        .expose_headers(["ETag", "Content-Type", "X-A"])
        .max_age(Duration::from_secs(60))
        .allow_timing(true)
        .vary_on("X-Tenant")
        .preflight_status(StatusCode::OK)
        .dangerously_allow(Danger::PublicSuffixes)
        .dangerously_allow(Danger::NullOrigin)
        .build_policy()
        .unwrap();
    let config = policy.config();
    assert_eq!(
        config.allow_origins,
        ["http://localhost:*", "https://*.a.com:8443", "https://b.com", "null"]
    );
    assert!(!config.allow_credentials);
    assert_eq!(config.allow_methods, ["DELETE", "PUT"]);
    assert_eq!(config.allow_headers, ["x-a", "x-b"]);
    assert_eq!(config.expose_headers, ["etag", "x-a"]);
    assert_eq!(config.max_age, Some(Duration::from_secs(60)));
    assert!(!config.allow_private_network);
    assert!(config.allow_timing);
    assert_eq!(config.vary_on, ["x-tenant"]);
    assert_eq!(config.preflight_status, Some(StatusCode::OK));
    assert_eq!(config.dangerously_allow, [Danger::NullOrigin, Danger::PublicSuffixes]);
    assert_eq!(config.closures(), []);

    let any = CorsLayer::builder()
        .allow_origin("https://a.com")
        .allow_credentials(true)
        .allow_any_method()
        .allow_any_header()
        .expose_all_headers()
        .allow_private_network(true)
        .build_policy()
        .unwrap()
        .config();
    assert!(any.allow_private_network);
    assert!(any.allow_credentials);
    assert_eq!((any.max_age, any.preflight_status), (None, None));
    assert!(!any.echo_beside_wildcard);
    for list in [any.allow_methods, any.allow_headers, any.expose_headers] {
        assert_eq!(list, ["*"]);
    }

    let named = builder().allow_any_header().echo_beside_wildcard(true).build_policy().unwrap();
    assert!(named.config().echo_beside_wildcard);
    assert_ne!(named, builder().allow_any_header().build_policy().unwrap());
}

#[test]
fn subdomains_of_an_origin() {
    let origin = |text: &'static str| Origin::try_from(HeaderValue::from_static(text)).unwrap();
    let host = "https://b.a.example.com:8443";
    for (text, domain, is_subdomain) in [
        (host, "example.com", true),
        (host, "a.example.com", true),
        (host, "b.a.example.com", false),
        (host, "xample.com", false),
        (host, "com", true),
        (host, "", false),
        (host, "Example.com", false),
        ("https://a.com.", "com.", true),
        ("https://1.2.3.4", "3.4", false),
        ("https://1.2.3.4", "4", false),
        ("tauri://a.example.com", "example.com", false),
    ] {
        assert_eq!(origin(text).is_subdomain_of(domain), is_subdomain, "{text} {domain}");
    }
    let origin = origin(host);
    assert_eq!(
        (origin.scheme(), origin.host(), origin.port()),
        ("https", "b.a.example.com", Some(8443))
    );
    assert_eq!(Origin::try_from(HeaderValue::from_static("null")), Err(OriginFault::NoScheme));
    let ports = HeaderValue::from_static("https://example.com:80:81");
    assert_eq!(Origin::try_from(ports), Err(OriginFault::PortForm));
}

/// The usual types, one by one and in several kinds of lists.
#[test]
fn arguments() {
    let origin = "https://example.com";
    let text = String::from(origin);
    let value = HeaderValue::from_static(origin);
    let names = [header::AUTHORIZATION, HeaderName::from_static("x-a")];
    let policies = [
        Policy::builder().allow_origin(origin).allow_method("PUT").allow_header("x-a"),
        Policy::builder().allow_origin(&text).allow_method("PUT"),
        Policy::builder().allow_origin(text.clone()).allow_method(String::from("PUT")),
        Policy::builder().allow_origin(&value).allow_method(Method::PUT),
        Policy::builder().allow_origin(value.clone()).allow_method(&Method::PUT),
        Policy::builder().allow_origin(b"https://example.com").allow_header(header::AUTHORIZATION),
        Policy::builder()
            .allow_origins([origin])
            .allow_methods([Method::PUT])
            .allow_headers(&names),
        Policy::builder().allow_origins(vec![text.clone()]).allow_methods(vec!["PUT"]),
        Policy::builder().allow_origins(std::slice::from_ref(&text)).allow_headers(["x-a"]),
        Policy::builder().allow_origins([&value]).allow_headers(names.clone()),
        Policy::builder().allow_origins(Some(value)).expose_headers(names.to_vec()),
        Policy::builder().allow_origin(origin.parse::<OriginPattern>().unwrap()),
        Policy::builder().allow_origins("https://example.com https://a.com".split(' ')),
        Policy::builder().allow_origin(origin).expose_header(header::ETAG).expose_header("x-a"),
        Policy::builder().allow_origin(origin).expose_headers(names.iter().filter(|_| true)),
        Policy::builder().allow_origin(origin).allow_methods([""; 0]).allow_headers(None::<&str>),
    ];
    for policy in policies {
        let policy = policy.build_policy().unwrap();
        assert!(policy.allows_origin(&HeaderValue::from_static(origin)));
    }
    let bytes = Policy::builder().allow_origin(b"https://\xff.com").build_policy().unwrap_err();
    assert_eq!(
        bytes.to_string(),
        "allow_origins: \"https://\u{fffd}.com\" is not all ASCII, and browsers send such hosts in Punycode; write the host in Punycode, as the browser's address bar gives it when copied",
    );
}
