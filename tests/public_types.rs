//! The traits of all public types.

use std::{
    collections::BTreeSet,
    convert::Infallible,
    error::Error,
    fmt::Debug,
    future::ready,
    hash::Hash,
    panic::{RefUnwindSafe, UnwindSafe},
};

use http::{HeaderValue, Request, Response};
use tower::{Layer, Service, service_fn};
use tower_cors::{
    AnySource, AsyncPolicy, AsyncPredicate, AsyncResponseFuture, ClosureOption, ConfigError,
    ConfigErrors, ConfigOption, ConfigWarning, Cors, CorsConfig, CorsLayer, CorsLayerBuilder,
    Danger, Decision, FirstMatch, Hint, InvalidLabelPattern, InvalidOriginPattern, LabelPattern,
    Origin, OriginDifference, OriginFault, OriginPattern, OriginSet, Outcome, Policy, PolicySource,
    Refusal, Refuse, RequestHead, RequestKind, ResponseFuture, ResponseHeaders, Select,
    UnknownDanger, UnknownRefuse,
    browser::{
        Browser, CookieRefusal, CookieRefusalReason, Credentials, Exchange, Exchanges, Fetch,
        FetchResponse, Mode, NetworkError, NetworkErrorCause, Page, ReadableResponse, Redirect,
        ReferrerPolicy, ResponseKind, SameSite,
    },
};
#[cfg(feature = "reload")]
use tower_cors::{PolicyHandle, Reloadable};

/// What a value needs to be sent to another thread, shared by threads, and moved while it is polled.
trait Shared: Send + Sync + Unpin {}

impl<T: Send + Sync + Unpin> Shared for T {}

/// What a value needs to be used across a caught panic, too.
trait AutoTraits: Shared + UnwindSafe + RefUnwindSafe {}

impl<T: Shared + UnwindSafe + RefUnwindSafe> AutoTraits for T {}

/// Asserts the traits of types in a test, and lists the types.
macro_rules! assert_traits {
    ($(#[$attribute:meta])* $test:ident, $list:ident: $($type:ty: $first:path $(, $bound:path)*;)+) => {
        const $list: &[&str] = &[$(stringify!($type)),+];

        $(#[$attribute])*
        #[test]
        fn $test() {
            $({
                fn assert<T: $first $(+ $bound)*>() {}

                assert::<$type>();
            })+
        }
    };
}

assert_traits! {
    types_of_configurations_are_data, CONFIGURATION:
    ClosureOption: AutoTraits, Copy, Debug, Eq, Hash;
    ConfigError: AutoTraits, Clone, Debug, Eq, Error;
    ConfigErrors: AutoTraits, Clone, Debug, Eq, Error;
    ConfigOption: AutoTraits, Copy, Debug, Eq, Hash;
    ConfigWarning: AutoTraits, Clone, Debug, Eq;
    CorsConfig: AutoTraits, Clone, Debug, Default;
    CorsLayerBuilder: AutoTraits, Clone, Debug;
    Danger: AutoTraits, Copy, Debug, Eq, Hash;
    InvalidLabelPattern: AutoTraits, Clone, Debug, Eq, Error;
    InvalidOriginPattern: AutoTraits, Clone, Debug, Eq, Error;
    LabelPattern: AutoTraits, Clone, Debug, Eq, Hash;
    Origin: AutoTraits, Clone, Debug, Eq, Hash;
    OriginFault: AutoTraits, Clone, Debug, Eq, Error;
    OriginPattern: AutoTraits, Clone, Debug, Eq, Hash;
    OriginSet: AutoTraits, Clone, Debug, Eq, Default;
    Refuse: AutoTraits, Copy, Debug, Eq, Hash;
    UnknownDanger: AutoTraits, Clone, Debug, Eq, Error;
    UnknownRefuse: AutoTraits, Clone, Debug, Eq, Error;
}

assert_traits! {
    types_of_decisions_can_be_shared, DECISION:
    Hint: AutoTraits, Clone, Debug, Eq;
    OriginDifference: AutoTraits, Copy, Debug, Eq, Hash;
    Outcome: AutoTraits, Clone, Debug, Eq;
    Policy: AutoTraits, Clone, Debug, Eq;
    Refusal: AutoTraits, Clone, Debug, Eq;
    RequestKind: AutoTraits, Copy, Debug, Eq, Hash;
    ResponseHeaders: Shared, Clone, Debug;
    // The extensions of a request or a response may not be unwind safe.
    Decision: Shared, Debug;
    RequestHead<'_>: Shared, Copy, Debug;
}

assert_traits! {
    layers_of_every_source_can_be_shared, SERVICE:
    AnySource: AutoTraits, Clone, Debug, PolicySource;
    Cors<()>: AutoTraits, Clone, Debug;
    Cors<(), AnySource>: AutoTraits, Clone, Debug;
    Cors<(), FirstMatch>: AutoTraits, Clone, Debug;
    Cors<(), Select>: AutoTraits, Clone, Debug;
    CorsLayer: AutoTraits, Clone, Debug, PolicySource;
    CorsLayer<AnySource>: AutoTraits, Clone, Debug;
    CorsLayer<FirstMatch>: AutoTraits, Clone, Debug;
    CorsLayer<Select>: AutoTraits, Clone, Debug;
    FirstMatch: AutoTraits, Clone, Debug, PolicySource;
    Policy: PolicySource;
    Select: AutoTraits, Clone, Debug, PolicySource;
    AsyncPolicy: AutoTraits, Clone, Debug;
    AsyncPredicate: AutoTraits, Clone, Debug;
    Cors<(), AsyncPolicy>: AutoTraits, Clone, Debug;
    CorsLayer<AsyncPolicy>: AutoTraits, Clone, Debug;
    CorsLayerBuilder<AsyncPredicate>: AutoTraits, Clone, Debug;
    // A response's extensions may not be unwind safe.
    ResponseFuture<std::future::Ready<()>>: Shared, Debug;
    // Its futures need not be shared.
    AsyncResponseFuture<Inner, ()>: Send, Unpin, Debug;
}

assert_traits! {
    #[cfg(feature = "reload")]
    reloadable_layers_can_be_shared, RELOAD:
    Cors<(), Reloadable>: AutoTraits, Clone, Debug;
    CorsLayer<Reloadable>: AutoTraits, Clone, Debug;
    PolicyHandle: AutoTraits, Clone, Debug;
    Reloadable: AutoTraits, Clone, Debug, PolicySource;
}

assert_traits! {
    the_model_of_a_browser_can_be_shared, BROWSER:
    Browser<Inner>: AutoTraits, Debug;
    CookieRefusal: AutoTraits, Clone, Debug, Eq;
    CookieRefusalReason: AutoTraits, Clone, Debug, Eq;
    Credentials: AutoTraits, Copy, Debug, Eq, Hash, Default;
    Exchange: AutoTraits, Clone, Debug;
    Exchanges: AutoTraits, Clone, Debug, Default;
    Fetch<'_, Inner, ()>: Send, Unpin, Debug;
    FetchResponse<()>: AutoTraits, Clone, Debug;
    Mode: AutoTraits, Copy, Debug, Eq, Hash, Default;
    // The error of the service may not be unwind safe.
    NetworkError: Shared, Debug, Error;
    NetworkErrorCause: AutoTraits, Clone, Debug, Eq;
    Page<Inner>: AutoTraits, Debug;
    ReadableResponse<()>: AutoTraits, Clone, Debug;
    Redirect: AutoTraits, Copy, Debug, Eq, Hash, Default;
    ReferrerPolicy: AutoTraits, Copy, Debug, Eq, Hash, Default;
    ResponseKind: AutoTraits, Copy, Debug, Eq, Hash;
    SameSite: AutoTraits, Copy, Debug, Eq, Hash, Default;
}

type Inner = tower::util::BoxCloneSyncService<Request<()>, http::Response<()>, std::io::Error>;

#[test]
fn every_public_type_is_listed() {
    let lists = [CONFIGURATION, DECISION, SERVICE, RELOAD, BROWSER];
    let listed: BTreeSet<&str> = lists.iter().copied().flatten().map(|text| name(text)).collect();
    let roots = [include_str!("../src/lib.rs"), include_str!("../src/browser/mod.rs")];
    let public: BTreeSet<&str> = roots.iter().flat_map(|root| exported(root)).collect();
    let traits = [
        "EmptyBody",
        "NameText",
        "NameTexts",
        "OriginText",
        "OriginTexts",
        "PolicySource",
        "Synchronous",
    ];
    let unlisted: Vec<_> = public.iter().filter(|name| !traits.contains(name)).collect();
    assert_eq!(unlisted, listed.iter().collect::<Vec<_>>());
}

#[test]
fn debug_texts_show_what_is_written_and_which_closures_there_are() {
    let text = "https://example.com";
    let pattern: OriginPattern = text.parse().unwrap();
    assert_eq!(AsRef::<str>::as_ref(&pattern), text);
    assert_eq!(format!("{pattern:?}"), r#"OriginPattern("https://example.com")"#);
    assert_eq!(format!("{:?}", OriginSet::from_iter([pattern])), r#"{"https://example.com"}"#);
    let origin = Origin::try_from(HeaderValue::from_static(text)).unwrap();
    assert_eq!(format!("{origin:?}"), r#"Origin("https://example.com")"#);
    let builder = Policy::builder().allow_origin_if(|_, _| true).on_decision(|_, _| {});
    let written = format!("{builder:?}");
    assert!(written.contains("allow_origin_if(..)") && written.contains("on_decision(..)"));
    let service = service_fn(|_: Request<()>| ready(Ok::<_, Infallible>(Response::new(()))));
    let future = CorsLayer::public().layer(service).call(Request::default());
    assert_eq!(format!("{future:?}"), "ResponseFuture { .. }");
}

/// Long lists are cut, as in `Display`.
#[test]
fn the_debug_text_of_a_policy_is_its_configuration() {
    for count in [20, 21] {
        let origins = (0..count).map(|number| format!("https://n{number:02}.example.com"));
        let policy = Policy::builder().allow_origins(origins).build_policy().unwrap();
        let mut config = policy.config();
        config.allow_origins.truncate(20);
        let more = if count > 20 { ", more_origins: 1" } else { "" };
        assert_eq!(format!("{policy:?}"), format!("Policy {{ config: {config:?}{more} }}"));
    }
}

/// Types elsewhere would be in no list.
#[test]
fn public_items_are_re_exports_of_two_files() {
    for (file, modules) in [
        (include_str!("../src/lib.rs"), &["browser", "guide"][..]),
        (include_str!("../src/browser/mod.rs"), &[]),
    ] {
        let items = file.lines().filter_map(|line| line.trim().strip_prefix("pub "));
        let items = items.filter(|item| !item.starts_with("use "));
        let expected: Vec<String> = modules.iter().map(|module| format!("mod {module};")).collect();
        assert_eq!(items.collect::<Vec<_>>(), expected);
    }
    let guide = include_str!("../src/guide.rs");
    let mut items = guide.lines().filter_map(|line| line.trim().strip_prefix("pub "));
    assert!(items.all(|item| item.starts_with("mod ") && item.ends_with("{}")), "{guide}");
}

/// The names that a file exports.
fn exported(file: &str) -> impl Iterator<Item = &str> {
    let uses = file.split("pub use ").skip(1).map(|rest| rest.split(';').next().unwrap());
    let words = uses.flat_map(|paths| paths.split(|letter: char| !letter.is_alphanumeric()));
    words.filter(|word| word.starts_with(char::is_uppercase))
}

/// The name of a type without its parameters.
fn name(text: &str) -> &str {
    text.split(|letter: char| !letter.is_alphanumeric()).next().unwrap()
}
