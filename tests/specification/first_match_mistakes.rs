//! Policies that cannot be combined with `first_match`.

use tower_cors::{ConfigError, ConfigErrors, CorsLayer, Danger, FirstMatch, Policy, Refuse};

use crate::{
    actor::Actor::{AllowedOrigin, OwnPage, Partner},
    first_match::{everyone, ours, parts},
};

#[test]
fn no_policy_and_policies_after_one_for_any_origin_are_mistakes() {
    let text = |result: Result<CorsLayer<FirstMatch>, ConfigErrors>| {
        let mistakes = result.unwrap_err();
        (mistakes.iter().cloned().collect::<Vec<_>>(), mistakes.to_string())
    };
    let (mistakes, message) = text(CorsLayer::first_match([]));
    assert_eq!(mistakes, [ConfigError::NoPolicy]);
    assert_eq!(
        message,
        "first_match: there is no policy, so nothing would match; give one or more"
    );
    let policies = [everyone(), ours(), CorsLayer::public().policy().clone(), everyone()];
    let (mistakes, message) = text(CorsLayer::first_match(policies));
    assert_eq!(
        mistakes,
        [
            ConfigError::AnyOriginBeforeLast { place: 1 },
            ConfigError::AnyOriginBeforeLast { place: 3 }
        ]
    );
    assert_eq!(
        message,
        "first_match: policy 1 allows any origin, so those after it would never be asked; make it the last\n\
         first_match: policy 3 allows any origin, so those after it would never be asked; make it the last"
    );
    let reflecting = Policy::builder()
        .allow_any_origin()
        .allow_credentials(true)
        .dangerously_allow(Danger::AnyOriginWithCredentials)
        .build_policy()
        .unwrap();
    let (mistakes, _) = text(CorsLayer::first_match([reflecting, ours()]));
    assert_eq!(mistakes, [ConfigError::AnyOriginBeforeLast { place: 1 }]);
}

/// Each option for the whole layer is set in one of two parts, either the first or the second.
#[test]
fn policies_that_differ_in_an_option_of_the_whole_layer_are_a_mistake() {
    let none = CorsLayer::builder;
    let refusing = || none().refuse_disallowed_origins(Refuse::All).no_own_origins();
    let own = |origin: &str| none().own_origin(origin);
    let refusing_but = |origin: &str| own(origin).refuse_disallowed_origins(Refuse::All);
    for (option, one, other) in [
        ("refuse_disallowed_origins", refusing(), none()),
        ("refuse_disallowed_origins", refusing_but(OwnPage.origin()), own(OwnPage.origin())),
        ("refuse_disallowed_origins", none().mcp().no_own_origins(), none()),
        (
            "refuse_disallowed_origins",
            refusing(),
            none().refuse_disallowed_origins(Refuse::Upgrades).no_own_origins(),
        ),
        ("own_origins", refusing_but(OwnPage.origin()), refusing()),
        ("own_origins", refusing_but(OwnPage.origin()), refusing_but("https://other.example")),
        ("own_origins", own(OwnPage.origin()), none()),
        ("own_origins", own(OwnPage.origin()), own("https://other.example")),
        ("forward_preflights", none().forward_preflights(true), none()),
        ("allow_methods_of_route", none().allow_methods_of_route(), none()),
        ("on_decision", none().on_decision(|_, _| {}), none()),
        ("on_decision", none().on_decision(|_, _| {}), none().on_decision(|_, _| {})),
        ("attach_outcome", none().attach_outcome(true), none()),
        ("diagnose", none().diagnose(true), none()),
        ("report_only", none().report_only(true), none()),
    ] {
        for (one, other) in [(&one, &other), (&other, &one)] {
            let one = one.clone().allow_origin(AllowedOrigin.origin()).build_policy().unwrap();
            let other = other.clone().allow_origin(Partner.origin()).build_policy().unwrap();
            let mistakes = CorsLayer::first_match([one, other]).unwrap_err();
            assert_eq!(
                mistakes.to_string(),
                format!(
                    "first_match: policy 2 differs from policy 1 in {option}{}, and all need the same, since it \
                     also applies to origins that none of them allows; set it once on a builder, and build each \
                     policy from a clone of that builder",
                    if option == "on_decision" {
                        " (a closure is the same if one call of on_decision gave it)"
                    } else {
                        ""
                    }
                )
            );
        }
    }
    // If all parts set the option, there is no mistake.
    for all in [
        refusing(),
        own(OwnPage.origin()),
        none().forward_preflights(true),
        none().allow_methods_of_route(),
        none().on_decision(|_, _| {}),
        none().attach_outcome(true).diagnose(true).report_only(true),
    ] {
        assert!(CorsLayer::first_match(parts(&all)).is_ok(), "{all:?}");
    }
    // An option that only silences a warning is not compared.
    let silent = refusing().allow_origin(AllowedOrigin.origin()).build_policy().unwrap();
    let warned = none().refuse_disallowed_origins(Refuse::All).allow_origin(Partner.origin());
    assert!(CorsLayer::first_match([silent, warned.build_policy().unwrap()]).is_ok());
}

/// Splitting a configuration that does not build into two parts does not make it build.
#[test]
fn refusing_before_a_policy_for_any_origin_is_a_mistake() {
    let mcp = Policy::builder()
        .mcp()
        .no_own_origins()
        .allow_origin(AllowedOrigin.origin())
        .build_policy()
        .unwrap();
    let mistakes = CorsLayer::first_match([mcp, everyone()]).unwrap_err();
    assert_eq!(
        mistakes.to_string(),
        "first_match: the last policy allows any origin, so there is none left that the others could refuse; list \
         its origins, or do not refuse (the preset mcp does)"
    );
}

/// The first part that allows an origin decides, so a later entry for it is never used.
#[test]
fn an_entry_that_an_earlier_policy_covers_is_a_mistake() {
    let part = |origins: &[&str]| {
        let builder = Policy::builder().allow_origins(origins);
        builder.dangerously_allow(Danger::NullOrigin).build_policy().unwrap()
    };
    for (earlier, later, dead) in [
        (
            &["https://*.a.com"][..],
            &["https://b.a.com"][..],
            &[("https://b.a.com", "https://*.a.com")][..],
        ),
        (&["https://*.a.com"], &["https://*.b.a.com"], &[("https://*.b.a.com", "https://*.a.com")]),
        (&["https://*.a.com"], &["https://*.a.com"], &[("https://*.a.com", "https://*.a.com")]),
        (&["https://*.a.com:*"], &["https://*.a.com"], &[("https://*.a.com", "https://*.a.com:*")]),
        (&["https://a.com:*"], &["https://a.com:1"], &[("https://a.com:1", "https://a.com:*")]),
        (&["https://a.com:*"], &["https://a.com:*"], &[("https://a.com:*", "https://a.com:*")]),
        (&["https://a.com"], &["https://a.com"], &[("https://a.com", "https://a.com")]),
        (
            &["tauri://localhost"],
            &["tauri://localhost"],
            &[("tauri://localhost", "tauri://localhost")],
        ),
        (&["null"], &["null"], &[("null", "null")]),
        // Only unused entries are reported, not the rest of their part.
        (
            &["https://*.a.com", "https://c.com"],
            &["https://b.com", "https://b.a.com"],
            &[("https://b.a.com", "https://*.a.com")],
        ),
        (
            &["https://*.a.com"],
            &["https://a.com", "https://b.a.com:1", "http://b.a.com", "https://ba.com"],
            &[],
        ),
        (&["https://a.com"], &["https://a.com:*", "https://*.a.com", "null"], &[]),
        (&["https://b.a.com", "null"], &["https://*.a.com"], &[]),
    ] {
        let mistakes = match CorsLayer::first_match([
            part(&["https://first.example"]),
            part(earlier),
            part(later),
        ]) {
            Ok(_) => Vec::new(),
            Err(mistakes) => mistakes.into_iter().collect(),
        };
        let expected: Vec<ConfigError> = dead
            .iter()
            .map(|&(origin, by)| ConfigError::CoveredByPart {
                place: 3,
                origin: origin.to_owned(),
                by_place: 2,
                by: by.to_owned(),
            })
            .collect();
        assert_eq!(mistakes, expected, "{earlier:?} {later:?}");
    }
    assert_eq!(
        CorsLayer::first_match([part(&["https://a.com"]), part(&["https://a.com"])])
            .unwrap_err()
            .to_string(),
        "first_match: policies 1 and 2 both list \"https://a.com\", and policy 1, which is asked first, always \
         decides; remove one of the two"
    );
    assert_eq!(
        CorsLayer::first_match([part(&["https://*.a.com"]), part(&["https://b.a.com"])])
            .unwrap_err()
            .to_string(),
        "first_match: policy 2 lists \"https://b.a.com\", and policy 1, which is asked before, allows it already \
         with \"https://*.a.com\"; put policy 2 first, or remove the entry"
    );
}
