//! The cases for cookies: who sets which, and who sends a request afterwards.

use super::case::{CookieCase, Step, case, get, set};

pub(crate) fn all() -> Vec<CookieCase> {
    let mut cases = sites(false);
    cases.extend(sites(true));
    cases.extend(one_host());
    cases.extend(prefixes());
    cases.extend(domains());
    cases.extend(replacements());
    cases.extend(redirects());
    cases
}

/// All kinds of `SameSite` and `Secure`, from pages that are on the same site or on another.
fn sites(blocks_third_parties: bool) -> Vec<CookieCase> {
    let lines = [
        "unset=1",
        "secure=1; Secure",
        "lax=1; SameSite=Lax",
        "strict=1; SameSite=Strict; Secure",
        "none=1; SameSite=None",
        "none-secure=1; SameSite=None; Secure",
        "unknown=1; SameSite=Unknown; Secure",
        "last-is-lax=1; SameSite=None; SameSite=Lax; Secure",
        "last-is-none=1; SameSite=Lax; samesite=NONE; SECURE",
        "last-is-unknown=1; SameSite=None; SameSite; Secure",
        "partitioned=1; SameSite=None; Secure; HttpOnly; Max-Age=600",
    ];
    let (http, https) = ("http://app.example.com", "https://app.example.com");
    let pairs = [
        (http, "http://app.example.com/"),
        (http, "http://api.example.com/"),
        (http, "http://example.com/"),
        (http, "https://app.example.com/"),
        (http, "https://api.example.com/"),
        (http, "http://other.example.net/"),
        (http, "https://other.example.net/"),
        (http, "http://localhost/"),
        (https, "https://app.example.com/"),
        (https, "https://api.example.com/"),
        (https, "https://other.example.net/"),
        ("http://a.example.co.uk", "http://b.example.co.uk/"),
        ("http://a.example.co.uk", "http://b.other.co.uk/"),
        ("http://localhost", "http://localhost/"),
        ("http://localhost", "https://localhost/"),
        ("http://localhost", "http://127.0.0.1/"),
        ("http://localhost", "http://a.localhost/"),
        ("http://localhost", "https://app.example.com/"),
        ("http://a.localhost", "http://b.localhost/"),
        ("http://a.localhost", "http://b.a.localhost/"),
        ("http://127.0.0.1", "http://127.0.0.1/"),
        ("null", "http://localhost/"),
        ("null", "https://app.example.com/"),
    ];
    let mut cases = Vec::new();
    for (page, url) in pairs {
        let own = url.trim_end_matches('/');
        // Whether the cookies are stored, and whether those that are stored are sent.
        let stored = [set(page, url, &lines), get(page, url), get(own, url)];
        let sent = [set(own, url, &lines), get(page, url), get(own, url)];
        cases.extend([stored, sent].map(case));
    }
    for case in &mut cases {
        case.blocks_third_parties = blocks_third_parties;
    }
    cases
}

/// Cookies of one host, which only its own page sets and sends.
fn one_host() -> Vec<CookieCase> {
    const PAGE: &str = "http://app.example.com";
    let long = |length: usize| format!("long{length}={}", "a".repeat(length - 8));
    let many: Vec<String> = (1..=181).map(|number| format!("many{number}=1")).collect();
    let lengths = [long(4096), long(4097)];
    let attribute = |length: usize| format!("a{length}=1; Path=/{}", "a".repeat(length - 1));
    let attributes = [attribute(1024), attribute(1025)];
    let (at_root, at_folder) = ("http://app.example.com/", "http://app.example.com/a/b/c");
    #[rustfmt::skip]
    let mut lists: Vec<Vec<&str>> = vec![
        // Names and values.
        vec![
            "a = 1 ", "b==2", "c=\"3\"", "d=4,5", "e=f g", "=h", "i", "", ";", "=", " ; Secure", "j=", "=k=l", "\tm\t=\tn\t",
            "a b=c d", "o=1;;;", "p=1; =2; Path", "q=\u{e9}",
        ],
        vec!["only-a-value"],
        vec!["=only-a-value"],
        vec!["empty="],
        // `Max-Age`.
        vec![
            "a=1; Max-Age=600", "b=1; Max-Age=0", "c=1; Max-Age=-1", "d=1; Max-Age=", "f=1; Max-Age=6x",
            "g=1; Max-Age=99999999999999999999", "h=1; Max-Age=-99999999999999999999", "j=1; max-age = 0 ",
            "k=1; Max-Age=0; Max-Age=600", "l=1; Max-Age=600; Max-Age=0", "m=1; Max-Age=600; Max-Age=x",
            "n=1; Max-Age", "o=1; Max-Age=00",
        ],
        // `Expires`.
        vec![
            "a=1; Expires=Wed, 21 Oct 2015 07:28:00 GMT", "b=1; Expires=Thu, 21 Oct 2055 07:28:00 GMT",
            "c=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "d=1; Expires=Thu, 01-Jan-1970 00:00:01 GMT",
            "e=1; Expires=Thursday, 01-Jan-70 00:00:00 GMT", "f=1; Expires=Thu Jan  1 00:00:00 1970",
            "g=1; Expires=nonsense", "h=1; Expires=", "i=1; Expires=Wed, 21 Oct 2015 07:28:00 GMT; Max-Age=600",
            "j=1; Max-Age=0; Expires=Thu, 21 Oct 2055 07:28:00 GMT", "k=1; Expires=0", "l=1; Expires=21 oct 2015 07:28:00",
            "m=1; Expires=Sun, 30 Feb 2015 07:28:00 GMT", "n=1; Expires=Wed, 21 Oct 2015 24:28:00 GMT",
            "o=1; Expires=Wed, 21 Oct 2015", "p=1; Expires=21 Oct 15 7:28:0", "q=1; Expires=21 Oct 69 07:28:00",
            "r=1; Expires=Mon, 01 Jan 0001 00:00:00 GMT",
        ],
        vec![
            "a=1; Domain=", "b=1; Domain", "c=1; Domain=app.example.com; Domain=", "d=1; Domain=other.example.net; Domain=",
        ],
        lengths.iter().map(String::as_str).collect(),
    ];
    let mut cases: Vec<CookieCase> = lists
        .drain(..)
        .map(|lines| case([set(PAGE, at_root, &lines), get(PAGE, at_root)]))
        .collect();
    // One response cannot have so many lines.
    let many = many.chunks(90).map(|lines| {
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        set(PAGE, at_root, &lines)
    });
    cases.push(case(many.chain([get(PAGE, at_root)]).collect::<Vec<_>>()));
    let dates = [
        "a=1; Expires=Mon, 31 Dec 2040 00:00:00 GMT",
        "b=1; Expires=Thu, 02 Jan 2020 00:00:00 GMT",
    ];
    for date in ["Tue, 01 Jan 2041 00:00:00 GMT", "Wed, 01 Jan 2020 00:00:00 GMT", "nonsense"] {
        let set = Step { date: Some(date), ..set(PAGE, at_root, &dates) };
        cases.push(case([set, get(PAGE, at_root)]));
    }
    #[rustfmt::skip]
    let paths = [
        "unset=1", "root=1; Path=/", "a=1; Path=/a", "a-slash=1; Path=/a/", "b=1; Path=/a/b", "c=1; Path=/a/b/c",
        "below=1; Path=/a/b/c/d", "aside=1; Path=/x", "relative=1; Path=a", "empty=1; Path=", "case=1; PATH=/A",
        "last=1; Path=/x; Path=/a", "last-empty=1; Path=/x; Path=", "quoted=1; Path=\"/a\"", "query=1; Path=/a?b",
    ];
    let mut steps = vec![set(PAGE, at_folder, &paths)];
    for path in
        ["/", "/a", "/a/", "/A", "/a/b", "/a/bc", "/a/b/c", "/a/b/c/", "/a/b/c/d", "/x", "/x/y"]
    {
        steps.push(get(PAGE, String::leak(format!("http://app.example.com{path}"))));
    }
    cases.push(case(steps));
    for url in ["http://app.example.com/a", "http://app.example.com/a/", "http://app.example.com//"]
    {
        let reads = ["/", "/a", "/a/", "/a/b", "//", "//b"];
        let reads =
            reads.map(|path| get(PAGE, String::leak(format!("http://app.example.com{path}"))));
        cases.push(case([vec![set(PAGE, url, &["unset=1"])], reads.into()].concat()));
    }
    let lines: Vec<&str> = attributes.iter().map(String::as_str).collect();
    let deep = String::leak(format!("http://app.example.com/{}", "a".repeat(1023)));
    cases.push(case([set(PAGE, at_root, &lines), get(PAGE, at_root), get(PAGE, deep)]));
    cases
}

/// The prefixes of names, over https, over http and at a loopback address.
fn prefixes() -> Vec<CookieCase> {
    let names = ["__Host-", "__Secure-", "__HOST-", "__secure-", "__Http-", "__Host-Http-"];
    let attributes = [
        "",
        "; Path=/",
        "; Secure",
        "; Secure; Path=/",
        "; Secure; Path=/a",
        "; Secure; Path=/; HttpOnly",
        "; Secure; HttpOnly",
        "; Secure; Path=/; Domain={host}",
        "; Secure; Path=/; Domain=",
        "; Secure; Path=/a; Path=/",
    ];
    let mut cases = Vec::new();
    for (page, host) in [
        ("https://app.example.com", "app.example.com"),
        ("http://app.example.com", "app.example.com"),
        ("http://localhost", "localhost"),
    ] {
        for name in names {
            let lines = attributes.iter().enumerate();
            let lines: Vec<String> = lines
                .map(|(number, it)| format!("{name}{number}=1{}", it.replace("{host}", host)))
                .collect();
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            let url = String::leak(format!("{page}/a"));
            cases.push(case([set(page, url, &lines), get(page, url)]));
        }
        let url = String::leak(format!("{page}/"));
        for line in [
            "=__Host-a=1; Path=/; Secure",
            "__Secure-a; Secure",
            "__Host-=1; Path=/; Secure",
            "__Hosta=1",
        ] {
            cases.push(case([set(page, url, &[line]), get(page, url)]));
        }
    }
    cases
}

/// `Domain`, also with public suffixes and addresses.
fn domains() -> Vec<CookieCase> {
    let sets: [(&str, &str, &[&str], &[&str]); 7] = [
        (
            "http://app.example.com",
            "http://app.example.com/",
            &[
                "unset=1",
                "own=1; Domain=app.example.com",
                "dot=1; Domain=.app.example.com",
                "above=1; Domain=example.com",
                "case=1; Domain=EXAMPLE.com",
                "below=1; Domain=b.app.example.com",
                "beside=1; Domain=api.example.com",
                "tail=1; Domain=p.example.com",
                "suffix=1; Domain=com",
                "dot-suffix=1; Domain=.com",
                "other=1; Domain=example.net",
                "last=1; Domain=example.net; Domain=example.com",
                "two-dots=1; Domain=..example.com",
                "only-a-dot=1; Domain=.",
            ],
            &[
                "http://app.example.com/",
                "http://api.example.com/",
                "http://example.com/",
                "http://b.app.example.com/",
                "http://p.example.com/",
            ],
        ),
        (
            "http://example.com",
            "http://example.com/",
            &["unset=1", "own=1; Domain=example.com", "suffix=1; Domain=com"],
            &["http://example.com/", "http://app.example.com/"],
        ),
        (
            "http://a.example.co.uk",
            "http://a.example.co.uk/",
            &["suffix=1; Domain=co.uk", "above=1; Domain=example.co.uk"],
            &["http://a.example.co.uk/", "http://b.example.co.uk/", "http://other.co.uk/"],
        ),
        (
            "http://co.uk",
            "http://co.uk/",
            &["unset=1", "suffix=1; Domain=co.uk", "dot=1; Domain=.co.uk"],
            &["http://co.uk/"],
        ),
        (
            "http://localhost",
            "http://localhost/",
            &["unset=1", "own=1; Domain=localhost", "dot=1; Domain=.localhost"],
            &["http://localhost/"],
        ),
        (
            "http://b.a.localhost",
            "http://b.a.localhost/",
            &["unset=1", "suffix=1; Domain=localhost", "above=1; Domain=a.localhost"],
            &["http://b.a.localhost/", "http://a.localhost/", "http://c.a.localhost/"],
        ),
        (
            "http://127.0.0.1",
            "http://127.0.0.1/",
            &[
                "unset=1",
                "own=1; Domain=127.0.0.1",
                "dot=1; Domain=.127.0.0.1",
                "tail=1; Domain=0.0.1",
            ],
            &["http://127.0.0.1/"],
        ),
    ];
    let mut cases = Vec::new();
    for (page, url, lines, reads) in sets {
        let reads: Vec<Step> = reads.iter().map(|url| get(page, url)).collect();
        cases.push(case([vec![set(page, url, lines)], reads].concat()));
    }
    cases
}

/// Cookies that replace, hide or delete others.
fn replacements() -> Vec<CookieCase> {
    const PAGE: &str = "http://app.example.com";
    const SECURE: &str = "https://app.example.com";
    let (url, secure) = ("http://app.example.com/a/b", "https://app.example.com/a/b");
    let above = "http://example.com/a/b";
    let changed = [set(PAGE, url, &["a=1", "b=1"]), set(PAGE, url, &["a=2"]), get(PAGE, url)];
    let pairs: [(&[&str], &[&str]); 11] = [
        (&["a=1", "b=1"], &["a=1"]),
        (&["a=1", "b=1"], &["a=; Max-Age=0"]),
        (&["a=1", "b=1"], &["a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT"]),
        (&["a=1; Path=/"], &["a=2; Path=/; Max-Age=0"]),
        (&["a=1; Path=/"], &["a=2; Max-Age=0"]),
        (&["a=1"], &["a=2; Domain=app.example.com"]),
        (&["a=1"], &["a=2; Domain=app.example.com; Max-Age=0"]),
        (&["a=1; Domain=example.com"], &["a=2; Domain=example.com"]),
        (&["a=1; Path=/", "b=1; Path=/a"], &["a=2; Path=/a/b", "c=1; Path=/"]),
        (&["a=1"], &["A=2"]),
        (&["a=1; SameSite=Lax"], &["a=2; SameSite=None"]),
    ];
    let mut cases = vec![CookieCase { changes_a_value: true, ..case(changed) }];
    cases.extend(pairs.map(|(first, second)| {
        case([set(PAGE, url, first), set(PAGE, url, second), get(PAGE, url), get(PAGE, above)])
    }));
    // An http response cannot replace or hide a `Secure` cookie.
    for first in [
        "a=1; Secure",
        "a=1; Secure; Path=/",
        "a=1; Secure; Path=/a/b/c",
        "a=1; Secure; Domain=example.com",
    ] {
        for second in [
            "a=2",
            "a=2; Path=/",
            "a=2; Domain=example.com",
            "a=2; Path=/a/b/c",
            "b=2",
            "a=2; Max-Age=0",
        ] {
            cases.push(case([
                set(SECURE, secure, &[first]),
                set(PAGE, url, &[second]),
                get(SECURE, secure),
                get(PAGE, url),
            ]));
        }
    }
    // A loopback address is as good as https.
    cases.push(case([
        set("http://localhost", "http://localhost/", &["a=1; Secure"]),
        set("http://localhost", "http://localhost/", &["a=2"]),
        get("http://localhost", "http://localhost/"),
    ]));
    cases
}

fn redirects() -> Vec<CookieCase> {
    const PAGE: &str = "https://app.example.com";
    let own = "https://app.example.com/";
    let lines = ["unset=1", "strict=1; SameSite=Strict", "none=1; SameSite=None; Secure"];
    let mut cases = Vec::new();
    for chain in [
        &["https://other.example.net/", "https://app.example.com/"][..],
        &["https://app.example.com/", "https://other.example.net/", "https://app.example.com/"],
        &["https://api.example.com/", "https://app.example.com/"],
    ] {
        let mut steps = vec![set(PAGE, own, &lines)];
        for url in chain {
            let hop = Step {
                redirects: true,
                ..set(PAGE, url, &["hop=1", "hop-none=1; SameSite=None; Secure"])
            };
            steps.push(hop);
        }
        if let Some(last) = steps.last_mut() {
            last.redirects = false;
        }
        steps.extend(chain.iter().map(|url| get(PAGE, url)));
        cases.push(case(steps));
    }
    cases
}
