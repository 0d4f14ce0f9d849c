//! Wildcards over public suffixes, with credentials.

use tower_cors::{ConfigError, CorsLayer, CorsLayerBuilder, Danger};

fn with_credentials(origin: &str) -> CorsLayerBuilder {
    CorsLayer::builder().allow_origin(origin).allow_credentials(true)
}

/// The examples that are published with the list, and a few common ones.
#[test]
fn wildcards_over_public_suffixes() {
    for (name, suffix) in [
        ("com", "com"),
        ("uk.com", "uk.com"),
        ("jp", "jp"),
        ("ac.jp", "ac.jp"),
        ("kyoto.jp", "kyoto.jp"),
        ("ide.kyoto.jp", "ide.kyoto.jp"),
        ("c.kobe.jp", "c.kobe.jp"),
        ("ck", "ck"),
        ("test.ck", "test.ck"),
        ("us", "us"),
        ("ak.us", "ak.us"),
        ("k12.ak.us", "k12.ak.us"),
        ("xn--55qx5d.cn", "xn--55qx5d.cn"),
        ("xn--fiqs8s", "xn--fiqs8s"),
        ("co.uk", "co.uk"),
        ("github.io", "github.io"),
        ("s3.amazonaws.com", "s3.amazonaws.com"),
        ("com.", "com"),
        ("co.uk.", "co.uk"),
        // With a subdomain, at any depth.
        ("kobe.jp", "*.kobe.jp"),
        ("amazonaws.com", "s3.amazonaws.com"),
        ("compute.amazonaws.com", "*.compute.amazonaws.com"),
    ] {
        for pattern in [format!("https://*.{name}"), format!("https://*.{name}:*")] {
            // Without the list, only single labels are public suffixes.
            let is_known = cfg!(feature = "public-suffix")
                || name.find('.').is_none_or(|dot| dot + 1 == name.len());
            if !is_known {
                assert!(with_credentials(&pattern).build().is_ok(), "{pattern}");
                continue;
            }
            let mistakes = with_credentials(&pattern).build().expect_err(&pattern);
            let mistake = ConfigError::PublicSuffixWithCredentials {
                pattern: pattern.clone(),
                suffix: suffix.into(),
            };
            assert_eq!(mistakes.iter().collect::<Vec<_>>(), [&mistake]);
            let builder = with_credentials(&pattern).dangerously_allow(Danger::PublicSuffixes);
            assert!(builder.build().is_ok(), "{pattern}");
            assert!(CorsLayer::builder().allow_origin(&pattern).build().is_ok(), "{pattern}");
        }
    }
}

#[test]
fn wildcards_over_names_of_one_owner() {
    for name in [
        "example.com",
        "example.uk.com",
        "test.jp",
        "test.ac.jp",
        "b.ide.kyoto.jp",
        "b.c.kobe.jp",
        "city.kobe.jp",
        "www.city.kobe.jp",
        "b.test.ck",
        "www.ck",
        "test.us",
        "test.k12.ak.us",
        "xn--85x722f.xn--55qx5d.cn",
        "example.github.io",
        "example.s3.amazonaws.com",
        "example.unlisted",
        "localhost",
        "a.localhost",
        "example.com.",
        "a_b.example.com",
    ] {
        let pattern = format!("https://*.{name}");
        assert!(with_credentials(&pattern).build().is_ok(), "{pattern}");
    }
}

/// A single label counts as a public suffix even if it is not in the list: its owner may give names below it to anyone.
#[test]
fn wildcards_over_a_single_label() {
    for name in ["com", "dev", "unlisted", "internal", "com."] {
        let pattern = format!("https://*.{name}");
        let mistakes = with_credentials(&pattern).build().unwrap_err().to_string();
        let label = name.trim_end_matches('.');
        assert_eq!(
            mistakes,
            format!(
                "allow_origins: {pattern:?} covers the names below the public suffix {label:?}, which \
                 anyone can have, and they could use your users' credentials; list the names that are \
                 yours, or accept Danger::PublicSuffixes (in a file, \"public-suffixes\")"
            )
        );
    }
}

#[test]
fn names_without_a_wildcard() {
    for origin in ["https://com", "https://github.io", "https://co.uk:*", "tauri://com"] {
        assert!(with_credentials(origin).build().is_ok(), "{origin}");
    }
}
