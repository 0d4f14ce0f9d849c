//! The settings of refusing requests: which of them build, and how they are read back.

use http::StatusCode;
use tower_cors::{CorsLayer, CorsLayerBuilder, Danger, Policy, Refuse};

use crate::refusing::{ours, refusing};

/// The list protects requests that carry cookies, so it has the same dangers as with credentials.
#[test]
fn refusing_has_mistakes_of_its_own_and_those_of_credentials() {
    let refusing = || CorsLayer::builder().refuse_disallowed_origins(Refuse::All);
    let built = |builder: CorsLayerBuilder| match builder.build() {
        Ok(_) => String::new(),
        Err(mistakes) => mistakes.to_string().split(';').next().unwrap().to_owned(),
    };
    #[rustfmt::skip]
    let cases = [
        (refusing().allow_origin("http://example.com"), r#"allow_origins: "http://example.com" is not encrypted, so anyone on the network could use its users' credentials"#),
        (refusing().allow_origin("http://example.com").dangerously_allow(Danger::InsecureOrigins), ""),
        (refusing().allow_origin("http://localhost:*"), ""),
        (refusing().allow_origin("https://*.com"), r#"allow_origins: "https://*.com" covers the names below the public suffix "com", which anyone can have, and they could use your users' credentials"#),
        (refusing().allow_origin("https://*.com").dangerously_allow(Danger::PublicSuffixes), ""),
        (refusing().allow_origin("null").dangerously_allow(Danger::NullOrigin), r#"allow_origins: "null" is the origin of any page that wants it, so where requests carry cookies (with credentials, or when disallowed origins are refused) it would give away what they open"#),
        (refusing().allow_origin_if(|_, _| true), "allow_origins: requests carry cookies (with credentials, or when disallowed origins are refused), and a predicate decides who may use them: a mistake in it, or a name that strangers can get (such as a preview at a shared host), gives away what the cookies open"),
        (refusing().allow_origin_if(|_, _| true).dangerously_allow(Danger::PredicateWithCredentials), ""),
        (refusing().allow_any_origin(), "refuse_disallowed_origins: any origin is allowed, so there is none to refuse"),
        (ours().own_origin("https://a.com"), ""),
        (CorsLayer::builder().allow_any_origin().own_origin("https://a.com"), ""),
        (ours().own_origin("https://*.a.com"), r#"own_origins: "https://*.a.com" is not one origin, and a server's own pages have known ones"#),
        (ours().no_own_origins(), "no_own_origins: no origin is refused, so it has no effect"),
        (refusing().loopback().no_own_origins().own_origin("https://a.com"), "own_origins: own origins are listed, and no_own_origins says that there are none"),
        (refusing().loopback().own_origin("https://*.a.com"), r#"own_origins: "https://*.a.com" is not one origin, and a server's own pages have known ones"#),
        (refusing().loopback().own_origin("https://a.com,https://*.b.com"), r#"own_origins: "https://a.com,https://*.b.com" looks like a list, and is read as one origin"#),
        (refusing().loopback().own_origin("null"), r#"own_origins: "null" is not one origin, and a server's own pages have known ones"#),
        (refusing().loopback().own_origin("https://a.com/"), r#"own_origins: "https://a.com/" has a path or a trailing slash, and browsers send origins without"#),
        (ours().forward_preflights(true).preflight_status(StatusCode::OK), "forward_preflights: the inner service answers the preflights that are allowed, so preflight_status would have no effect"),
        (ours().forward_preflights(true).allow_methods_of_route(), "forward_preflights: the inner service answers the preflights that are allowed, so it would not be asked for the methods of the route"),
        (refusing().allow_origin("https://a.com").refuse_disallowed_origins(Refuse::Upgrades), "refuse_disallowed_origins: is set to All and to Upgrades, and only one can hold"),
    ];
    for (builder, text) in cases {
        assert_eq!(built(builder), text);
    }
}

#[test]
fn the_settings_can_be_read_back() {
    let policy = refusing(Refuse::Upgrades).build_policy().unwrap();
    assert_eq!(Policy::try_from(policy.config()).unwrap(), policy);
    assert_eq!(policy.config().own_origins, ["https://tool.example.com"]);
    let none = ours()
        .refuse_disallowed_origins(Refuse::All)
        .no_own_origins()
        .report_only(true)
        .diagnose(true)
        .attach_outcome(true)
        .allow_methods_of_route()
        .build_policy()
        .unwrap();
    assert_eq!(Policy::try_from(none.config()).unwrap(), none);
    assert_ne!(none, policy);
    let own = ours().own_origins(["https://tool.example.com", "http://localhost"]);
    let own = own.build_policy().unwrap();
    assert_eq!(Policy::try_from(own.config()).unwrap(), own);
    assert_eq!(own.config().own_origins, ["http://localhost", "https://tool.example.com"]);
    assert_ne!(own, ours().build_policy().unwrap());
    let any = CorsLayer::builder().allow_any_origin().own_origin("https://tool.example.com");
    assert_eq!(any.build_policy().unwrap().config().own_origins, ["https://tool.example.com"]);
}

#[test]
fn what_is_refused_has_a_name_in_a_file() {
    assert_eq!("all".parse(), Ok(Refuse::All));
    assert_eq!(Refuse::Upgrades.to_string(), "upgrades");
    for (text, advice) in [("some", "all or upgrades"), ("alll", "all"), ("ale", "all or upgrades")]
    {
        assert_eq!(
            text.parse::<Refuse>().unwrap_err().to_string(),
            format!("{text:?} is nothing that can be refused; write {advice}")
        );
    }
}
