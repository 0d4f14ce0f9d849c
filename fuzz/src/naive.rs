//! The oracles that the crate's own tests use, too.

#[path = "../../tests/naive/labels.rs"]
pub(crate) mod labels;
#[path = "../../tests/naive/origins.rs"]
pub(crate) mod origins;
#[path = "../../tests/naive/request_headers.rs"]
pub(crate) mod request_headers;

use idna::punycode;

/// Whether a label that begins with `xn--` decodes to a text that is not all ASCII, and encodes to the same label.
pub(crate) fn is_punycode(label: &str) -> bool {
    let encoded = &label["xn--".len()..];
    punycode::decode_to_string(encoded).is_some_and(|text| {
        !text.is_ascii() && punycode::encode_str(&text).is_some_and(|again| again == encoded)
    })
}
