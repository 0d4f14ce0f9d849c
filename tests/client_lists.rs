//! The lists of `docs/configurations.md` are what their clients need: with them, a page can make each request and read
//! each header, and without any one of the names it cannot.

use std::convert::Infallible;

use http::{HeaderName, Request, Response};
use tower::{ServiceBuilder, service_fn};
use tower_cors::{CorsLayer, CorsLayerBuilder, browser::Browser};

const PAGE: &str = include_str!("../docs/configurations.md");

/// A request of a client, and the headers that it reads from the response.
struct Call {
    method: &'static str,
    sent: &'static [(&'static str, &'static str)],
    read: &'static [&'static str],
}

const HTMX: &[Call] = &[
    Call {
        method: "GET",
        sent: &[
            ("hx-request", "true"),
            ("hx-boosted", "true"),
            ("hx-current-url", "https://app.example.com/items"),
            ("hx-history-restore-request", "true"),
            ("hx-target", "list"),
            ("hx-trigger", "button"),
            ("hx-trigger-name", "more"),
        ],
        read: &["hx-location", "hx-push-url", "hx-redirect", "hx-refresh", "hx-replace-url"],
    },
    Call {
        method: "PUT",
        sent: &[("hx-request", "true"), ("content-type", "application/x-www-form-urlencoded")],
        read: &["hx-reselect", "hx-reswap", "hx-retarget"],
    },
    Call {
        method: "PATCH",
        sent: &[("hx-request", "true")],
        read: &["hx-trigger", "hx-trigger-after-settle", "hx-trigger-after-swap"],
    },
    Call { method: "DELETE", sent: &[("hx-prompt", "yes")], read: &[] },
];

const TRACING: &[Call] = &[
    Call {
        method: "GET",
        sent: &[
            ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
            ("tracestate", "vendor=1"),
            ("baggage", "user=7"),
        ],
        read: &[],
    },
    Call {
        method: "GET",
        sent: &[("sentry-trace", "1-2-1"), ("baggage", "sentry-a=b")],
        read: &[],
    },
    Call { method: "POST", sent: &[("b3", "1-2-1")], read: &[] },
    Call {
        method: "POST",
        sent: &[
            ("X-B3-TraceId", "1"),
            ("X-B3-SpanId", "2"),
            ("X-B3-ParentSpanId", "3"),
            ("X-B3-Sampled", "1"),
            ("X-B3-Flags", "1"),
        ],
        read: &[],
    },
];

const TUS: &[Call] = &[
    Call {
        method: "OPTIONS",
        sent: &[],
        read: &["tus-version", "tus-extension", "tus-max-size", "tus-checksum-algorithm"],
    },
    Call {
        method: "POST",
        sent: &[
            ("tus-resumable", "1.0.0"),
            ("upload-length", "100"),
            ("upload-metadata", "name YQ=="),
            ("upload-concat", "partial"),
        ],
        read: &["location", "tus-resumable", "upload-expires"],
    },
    Call { method: "POST", sent: &[("upload-defer-length", "1")], read: &["location"] },
    Call {
        method: "PATCH",
        sent: &[
            ("tus-resumable", "1.0.0"),
            ("upload-offset", "0"),
            ("upload-checksum", "sha1 Kq5s"),
            ("content-type", "application/offset+octet-stream"),
        ],
        read: &["upload-offset"],
    },
    Call {
        method: "POST",
        sent: &[("x-http-method-override", "PATCH"), ("upload-offset", "0")],
        read: &["upload-offset"],
    },
    Call {
        method: "HEAD",
        sent: &[("tus-resumable", "1.0.0")],
        read: &["upload-length", "upload-metadata", "upload-concat", "upload-defer-length"],
    },
    Call { method: "DELETE", sent: &[("tus-resumable", "1.0.0")], read: &[] },
];

const WEBDAV: &[Call] = &[
    Call { method: "OPTIONS", sent: &[("authorization", "Basic YTpi")], read: &["dav", "allow"] },
    Call {
        method: "PROPFIND",
        sent: &[("depth", "1"), ("content-type", "application/xml")],
        read: &["etag"],
    },
    Call { method: "PROPPATCH", sent: &[], read: &[] },
    Call { method: "MKCOL", sent: &[], read: &["location"] },
    Call { method: "PUT", sent: &[("if-match", "\"1\""), ("if-none-match", "*")], read: &["etag"] },
    Call {
        method: "COPY",
        sent: &[("destination", "/b"), ("overwrite", "F"), ("depth", "infinity")],
        read: &[],
    },
    Call { method: "MOVE", sent: &[("destination", "/b"), ("if", "(<urn:a>)")], read: &[] },
    Call { method: "LOCK", sent: &[("timeout", "Second-60")], read: &["lock-token"] },
    Call { method: "UNLOCK", sent: &[("lock-token", "<urn:a>")], read: &[] },
    Call { method: "DELETE", sent: &[], read: &[] },
];

/// What Connect's web client sends: a unary call, one with a timeout, a `GET`, a stream, and metadata.
const CONNECT: &[Call] = &[
    Call {
        method: "POST",
        sent: &[
            ("connect-protocol-version", "1"),
            ("content-type", "application/json"),
            ("connect-timeout-ms", "1000"),
            ("x-user-agent", "connect-es/2.0.0"),
        ],
        read: &["content-type"],
    },
    Call { method: "GET", sent: &[("connect-timeout-ms", "1000")], read: &["content-type"] },
    Call {
        method: "POST",
        sent: &[("connect-protocol-version", "1"), ("content-type", "application/connect+proto")],
        read: &["content-type"],
    },
];

#[tokio::test]
async fn each_client_needs_exactly_the_names_on_the_page() {
    for (variable, calls) in
        [("htmx", HTMX), ("tracing", TRACING), ("tus", TUS), ("webdav", WEBDAV)]
    {
        let lists = Lists::on_the_page(variable);
        lists.assert_needed(variable, calls).await;
    }
}

#[tokio::test]
async fn connect_clients_need_exactly_the_preset() {
    let config = builder().connect().build_policy().unwrap().config();
    let lists = Lists {
        methods: config.allow_methods,
        headers: config.allow_headers,
        exposed: config.expose_headers,
    };
    lists.assert_needed("connect", CONNECT).await;
}

#[tokio::test]
async fn a_get_of_connect_without_a_timeout_needs_no_preflight() {
    let layer = builder().connect().expose_header("trailer-cost").build().unwrap();
    let service =
        ServiceBuilder::new().layer(layer).service(service_fn(async |_: Request<String>| {
            Ok::<_, Infallible>(
                Response::builder().header("trailer-cost", "7").body(String::new()).unwrap(),
            )
        }));
    let mut page = Browser::new(service).page("https://app.example.com");
    let uri =
        "https://api.example.com/greet.v1.Greet/Greet?connect=v1&encoding=json&message=%7B%7D";
    let result = page.fetch(Request::get(uri).body(String::new()).unwrap()).await;
    let response = page.assert_readable(result);
    assert_eq!(response.headers()["trailer-cost"], "7");
    assert_eq!(page.exchanges().iter().filter(|exchange| exchange.is_preflight()).count(), 0);
}

#[derive(Clone, Debug)]
struct Lists {
    methods: Vec<String>,
    headers: Vec<String>,
    exposed: Vec<String>,
}

impl Lists {
    /// The names in the block of the page that begins with `let variable`.
    fn on_the_page(variable: &str) -> Self {
        let block = PAGE.split(&format!("let {variable} = ")).nth(1).unwrap();
        let block = block.split(".build()").next().unwrap();
        let names = |method: &str| -> Vec<String> {
            let call = format!(".{method}([");
            let calls = block.split(&call).skip(1);
            let lists = calls.map(|call| call.split("])").next().unwrap());
            lists.flat_map(|list| list.split('"').skip(1).step_by(2)).map(str::to_owned).collect()
        };
        Self {
            methods: names("allow_methods"),
            headers: names("allow_headers"),
            exposed: names("expose_headers"),
        }
    }

    async fn assert_needed(&self, client: &str, calls: &[Call]) {
        assert_eq!(failure(self, calls).await, None, "{client}");
        let lists: [fn(&mut Self) -> &mut Vec<String>; 3] =
            [|lists| &mut lists.methods, |lists| &mut lists.headers, |lists| &mut lists.exposed];
        for list in lists {
            for index in 0..list(&mut self.clone()).len() {
                let mut fewer = self.clone();
                let name = list(&mut fewer).remove(index);
                assert_ne!(failure(&fewer, calls).await, None, "{client} does not need {name}");
            }
        }
    }
}

/// The first request that the page cannot make, or header that it cannot read.
async fn failure(lists: &Lists, calls: &[Call]) -> Option<String> {
    let layer = builder()
        .allow_methods(&lists.methods)
        .allow_headers(&lists.headers)
        .expose_headers(&lists.exposed)
        .build()
        .unwrap();
    assert!(layer.policy().warnings().is_empty(), "{:?}", layer.policy().warnings());
    for call in calls {
        let service = service_fn(async |_: Request<String>| {
            let mut response = Response::new(String::new());
            for name in call.read {
                let name = HeaderName::from_static(name);
                response.headers_mut().insert(name, "value".parse().unwrap());
            }
            Ok::<_, Infallible>(response)
        });
        let mut page = Browser::new(ServiceBuilder::new().layer(layer.clone()).service(service))
            .page("https://app.example.com");
        let mut request =
            Request::builder().method(call.method).uri("https://api.example.com/items");
        for (name, value) in call.sent {
            request = request.header(*name, *value);
        }
        let response = match page.fetch(request.body(String::new()).unwrap()).await {
            Ok(response) => response,
            Err(error) => return Some(error.to_string()),
        };
        if let Some(name) = call.read.iter().find(|name| !response.headers().contains_key(**name)) {
            return Some(format!("{name} cannot be read"));
        }
    }
    None
}

fn builder() -> CorsLayerBuilder {
    CorsLayer::builder().allow_origin("https://app.example.com")
}
