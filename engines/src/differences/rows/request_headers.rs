//! Request headers: which of them need a preflight, and how it names them.

use super::super::Row;
use crate::engine::Engine::{Chromium, Firefox, WebKit};

pub(super) const ROWS: &[Row] = &[
    Row {
        reason: "client hints and User-Agent need no preflight",
        section: Some("cors-safelisted-request-header"),
        engines: &[(Chromium, 10)],
        level: |pair| {
            let hints = [
                "device-memory",
                "downlink",
                "dpr",
                "ect",
                "rtt",
                "save-data",
                "viewport-width",
                "width",
            ];
            for name in hints.iter().chain(&["user-agent"]) {
                pair.drop_preflights_of_model(name);
            }
        },
    },
    Row {
        reason: "a Range with a number of more than 64 bits is not safelisted",
        section: Some("simple-range-header-value"),
        engines: &[(Chromium, 2), (Firefox, 2), (WebKit, 2)],
        level: |pair| {
            if pair.case.has_value("range", |value| value.contains("99999999999999999999")) {
                pair.drop_preflights_of_engine("range");
            }
        },
    },
    Row {
        reason: "a Range with a number of 2^63 - 1 or more is not safelisted",
        section: Some("simple-range-header-value"),
        engines: &[(Chromium, 3)],
        level: |pair| {
            let numbers = ["9223372036854775807", "9223372036854775808", "18446744073709551615"];
            if pair.case.has_value("range", |value| numbers.iter().any(|it| value.contains(it))) {
                pair.drop_preflights_of_engine("range");
            }
        },
    },
    Row {
        reason: "a Range is safelisted even if its unit is not in lower case",
        section: Some("simple-range-header-value"),
        engines: &[(WebKit, 2)],
        level: |pair| {
            if pair.case.has_value("range", |value| value.eq_ignore_ascii_case("bytes=0-9")) {
                pair.drop_preflights_of_model("range");
            }
        },
    },
    Row {
        reason: "the values of a header that a script sets more than once are joined before the check",
        section: Some("cors-unsafe-request-header-names"),
        engines: &[(Chromium, 4), (WebKit, 4)],
        level: |pair| {
            for name in ["accept", "content-type", "range"] {
                if pair.case.repeats_header(name) {
                    pair.drop_preflights_of_engine(name);
                }
            }
        },
    },
    Row {
        reason: "safelisted headers may have more than 1024 bytes together",
        section: Some("cors-unsafe-request-header-names"),
        engines: &[(Firefox, 1)],
        level: |pair| {
            let lengths = pair.case.headers.iter().map(|(_, value)| value.len());
            if lengths.sum::<usize>() > 1024 {
                pair.drop_preflights_of_model("accept");
            }
        },
    },
    Row {
        reason: "values beyond ASCII are not safelisted",
        section: Some("cors-safelisted-request-header"),
        engines: &[(Firefox, 2)],
        level: |pair| {
            for name in ["accept", "content-type"] {
                if pair.case.has_value(name, |value| !value.is_ascii()) {
                    pair.drop_preflights_of_engine(name);
                }
            }
        },
    },
    Row {
        reason: "a Content-Type with an empty parameter is not safelisted",
        section: Some("cors-safelisted-request-header"),
        engines: &[(Firefox, 1)],
        level: |pair| {
            if pair.case.has_value("content-type", |value| value == "text/plain;;") {
                pair.drop_preflights_of_engine("content-type");
            }
        },
    },
    Row {
        reason: "Access-Control-Request-Headers has a name as often as a script set it",
        section: Some("cors-unsafe-request-header-names"),
        engines: &[(Firefox, 2)],
        level: |pair| {
            for request in &mut pair.engine.requests {
                if let Some(names) = &mut request.requested_headers {
                    *names = names.replacen("x-a,x-a", "x-a", 1);
                }
            }
        },
    },
];
