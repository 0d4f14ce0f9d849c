//! The types of text that options take.

use std::{borrow::Cow, collections::BTreeSet, rc::Rc, sync::Arc};

use http::{HeaderName, HeaderValue, Method, header::CONTENT_TYPE};
use tower_cors::{CorsLayer, CorsLayerBuilder, Danger, Origin, OriginPattern};

const ORIGIN: &str = "https://example.com";

fn assert_allows(builder: CorsLayerBuilder) {
    let config = builder.build_policy().unwrap().config();
    assert_eq!(config.allow_origins, [ORIGIN]);
}

/// One by one and in a list, by value and by reference.
macro_rules! assert_is_text_of_an_origin {
    ($($origin:expr),* $(,)?) => {$(
        let builder = CorsLayer::builder;
        let origin = || $origin;
        assert_allows(builder().allow_origin(origin()));
        assert_allows(builder().allow_origin(&origin()));
        assert_allows(builder().allow_origins([origin()]));
        assert_allows(builder().allow_origins(vec![origin()]));
        assert_allows(builder().allow_origins(&[origin()]));
        assert_allows(builder().allow_origins(Some(&origin())));
        let own = builder().allow_origin(ORIGIN).refuse_disallowed_origins(tower_cors::Refuse::All);
        let own = own.own_origin(origin()).build_policy().unwrap().config().own_origins;
        assert_eq!(own, [ORIGIN]);
    )*};
}

#[test]
fn every_type_of_text_can_be_an_origin() {
    assert_is_text_of_an_origin![
        ORIGIN,
        &ORIGIN,
        String::from(ORIGIN),
        Cow::Borrowed(ORIGIN),
        Cow::<str>::Owned(String::from(ORIGIN)),
        Box::<str>::from(ORIGIN),
        Rc::<str>::from(ORIGIN),
        Arc::<str>::from(ORIGIN),
        HeaderValue::from_static(ORIGIN),
        ORIGIN.parse::<HeaderValue>().unwrap(),
        ORIGIN.parse::<OriginPattern>().unwrap(),
        ORIGIN.as_bytes(),
        ORIGIN.as_bytes().to_vec(),
        b"https://example.com",
    ];
}

#[test]
fn every_iterator_over_texts_can_be_a_list() {
    let builder = CorsLayer::builder;
    assert_allows(builder().allow_origins(BTreeSet::from([ORIGIN])));
    assert_allows(builder().allow_origins("https://example.com".split(',').map(str::trim)));
    assert_allows(builder().allow_origins([""; 0]).allow_origin(ORIGIN));
    assert_allows(builder().allow_origins(Arc::<[Box<str>]>::from([ORIGIN.into()]).iter()));
}

/// A function of an application that takes what the builder took before it had traits of its own.
#[test]
fn a_type_that_is_only_known_to_be_bytes_can_be_an_origin() {
    fn allow<O: AsRef<[u8]>, L: IntoIterator<Item = O>>(one: O, list: L) -> CorsLayerBuilder {
        CorsLayer::builder().allow_origin(one).allow_origins(list)
    }
    assert_allows(allow(ORIGIN, []));
}

#[test]
fn bytes_that_are_no_text_are_a_mistake() {
    let mistakes = CorsLayer::builder().allow_origin(b"https://\xff.com").build().unwrap_err();
    assert_eq!(
        mistakes.to_string(),
        "allow_origins: \"https://\u{fffd}.com\" is not all ASCII, and browsers send such hosts in Punycode; \
         write the host in Punycode, as the browser's address bar gives it when copied"
    );
}

#[test]
fn every_type_of_text_can_be_a_name() {
    let builder = CorsLayer::builder().allow_origin(ORIGIN);
    let config = builder
        .allow_method(Method::PUT)
        .allow_methods(&[Method::DELETE])
        .allow_methods([Arc::<str>::from("PATCH")])
        .allow_header(CONTENT_TYPE)
        .allow_headers(&[HeaderName::from_static("x-a")])
        .allow_headers([Cow::Borrowed("x-b")])
        .expose_header(Box::<str>::from("x-c"))
        .expose_headers(["x-d", "x-e"].iter())
        .build_policy()
        .unwrap()
        .config();
    assert_eq!(config.allow_methods, ["DELETE", "PATCH", "PUT"]);
    assert_eq!(config.allow_headers, ["content-type", "x-a", "x-b"]);
    assert_eq!(config.expose_headers, ["x-c", "x-d", "x-e"]);
}

#[test]
fn a_plural_adds_what_several_singulars_add() {
    let builder =
        || CorsLayer::builder().allow_origins(["null", "http://example.com"]).allow_timing(true);
    let dangers = [Danger::NullOrigin, Danger::InsecureOrigins];
    let plural = builder().vary_on_headers(["x-a", "x-b"]).dangerously_allow_these(dangers);
    let singular = builder().vary_on("x-a").vary_on("x-b");
    let singular = singular.dangerously_allow(dangers[0]).dangerously_allow(dangers[1]);
    let policy = plural.build_policy().unwrap();
    assert_eq!(policy, singular.build_policy().unwrap());
    assert_eq!(policy.config().vary_on, ["x-a", "x-b"]);
    assert_eq!(policy.config().dangerously_allow, dangers);
}

#[test]
fn an_origin_compares_with_texts_in_both_directions() {
    let origin = Origin::try_from(HeaderValue::from_static(ORIGIN)).unwrap();
    for (text, is_equal) in [
        (ORIGIN, true),
        ("https://example.co", false),
        ("https://example.com.", false),
        ("HTTPS://example.com", false),
        ("", false),
    ] {
        let string = String::from(text);
        assert_eq!([origin == text, origin == *text, origin == string], [is_equal; 3], "{text}");
        assert_eq!([text == origin, *text == origin, string == origin], [is_equal; 3], "{text}");
    }
    assert_eq!(origin.as_bytes(), ORIGIN.as_bytes());
}
