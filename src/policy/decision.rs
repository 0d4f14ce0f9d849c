//! What a policy decides, and what a decision does to a response.

use http::{
    HeaderMap, HeaderValue, Response,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS,
        ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
        ACCESS_CONTROL_MAX_AGE, HeaderName, ORIGIN, VARY,
    },
};

use super::{
    ALLOW_PRIVATE_NETWORK, Exposed, Policy, Rules, diagnosis::CORS_REFUSAL, vary, watch::Watch,
};
use crate::{fetch, trace};

/// The [Resource Timing](https://www.w3.org/TR/resource-timing/#sec-timing-allow-origin) header.
const TIMING_ALLOW_ORIGIN: HeaderName = HeaderName::from_static("timing-allow-origin");

/// What a [`Policy`] decides for a request.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "a caller could not answer a third case rightly")]
#[must_use]
pub enum Decision {
    /// The request goes on, and these headers go on its response.
    Forward(ResponseHeaders),
    /// The request is a preflight, and this is the answer. It has no body.
    Respond(Response<()>),
}

/// The CORS headers of the response to a forwarded request.
#[derive(Clone, Debug)]
#[must_use = "a response without these headers is hidden by browsers, or mixed up by caches"]
pub struct ResponseHeaders(Granted);

#[derive(Clone, Debug)]
enum Granted {
    /// The response only varies by the origin.
    VaryByOrigin,
    /// `origin` is the value of `Access-Control-Allow-Origin`, if there is to be one.
    By { policy: Policy, origin: Option<HeaderValue> },
    /// The response is left as it is.
    Untouched,
    /// What takes an option that few configurations have. In a box, so that the others need no more place.
    Seldom(Box<Seldom>),
}

#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "each is in a box already")]
enum Seldom {
    /// The response says why it is not shared.
    Diagnosed { policy: Policy, reason: HeaderValue },
    /// The headers of an allowed preflight's answer, for the inner service's.
    Preflight { policy: Policy, answer: HeaderMap },
    /// Somebody looks at the response, or it is asked for something.
    Watched(Watch),
}

impl ResponseHeaders {
    #[inline]
    pub(super) fn new(policy: &Policy, origin: Option<HeaderValue>) -> Self {
        Self(if origin.is_some() || trace::IS_COMPILED || policy.0.says_more() {
            Granted::By { policy: policy.clone(), origin }
        } else {
            // Most policies have nothing else to say, and then there is no pointer to count.
            Granted::VaryByOrigin
        })
    }

    pub(crate) fn untouched() -> Self {
        Self(Granted::Untouched)
    }

    pub(super) fn diagnosed(policy: &Policy, reason: HeaderValue) -> Self {
        Self::seldom(Seldom::Diagnosed { policy: policy.clone(), reason })
    }

    pub(super) fn preflight(policy: &Policy, answer: HeaderMap) -> Self {
        Self::seldom(Seldom::Preflight { policy: policy.clone(), answer })
    }

    pub(super) fn watched(watch: Watch) -> Self {
        Self::seldom(Seldom::Watched(watch))
    }

    fn seldom(seldom: Seldom) -> Self {
        Self(Granted::Seldom(Box::new(seldom)))
    }

    /// Whether the request is a preflight, so that the response's status counts.
    pub(super) fn is_preflight(&self) -> bool {
        matches!(&self.0, Granted::Seldom(seldom) if matches!(**seldom, Seldom::Preflight { .. }))
    }

    /// Makes the request what the inner service is to see.
    #[inline]
    pub(crate) fn prepare(&self, request: &mut HeaderMap) {
        if let Granted::Seldom(seldom) = &self.0 {
            seldom.prepare(request);
        }
    }

    /// Does to the inner service's response what there is to do, and not only to its headers.
    #[inline]
    pub(crate) fn finish<B: Default>(self, response: &mut Response<B>) {
        match self.0 {
            Granted::Seldom(seldom) => seldom.finish(response),
            granted => granted.apply(response.headers_mut()),
        }
    }

    /// The inner service failed, and there is no response.
    #[inline]
    pub(crate) fn give_up(&self) {
        if let Granted::Seldom(seldom) = &self.0 {
            seldom.give_up();
        }
    }

    /// Writes the headers into a response's.
    ///
    /// `Access-Control-*` headers that are there already are removed: two parties that allow things
    /// allow what neither meant to. `Vary` is kept, and `origin` is added to it where the
    /// [standard asks for it](https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches). If a map
    /// as full as a [`HeaderMap`] can be has no place for `Vary`, nothing else is added to it.
    #[inline]
    pub fn apply(self, headers: &mut HeaderMap) {
        self.0.apply(headers);
    }
}

impl Granted {
    #[inline]
    fn apply(self, headers: &mut HeaderMap) {
        match self {
            Self::VaryByOrigin => {
                let has_vary = remove_foreign(headers, None);
                vary::add(headers, has_vary, &[ORIGIN], &HeaderValue::from_static("origin"));
            }
            Self::By { policy, origin } => policy.0.write(headers, origin),
            Self::Untouched => {}
            Self::Seldom(seldom) => seldom.apply(headers),
        }
    }
}

impl Seldom {
    #[cold]
    fn prepare(&self, request: &mut HeaderMap) {
        if let Self::Watched(watch) = self {
            watch.prepare(request);
        }
    }

    #[cold]
    fn finish<B: Default>(self, response: &mut Response<B>) {
        match self {
            Self::Watched(watch) => watch.finish(response),
            _ => self.apply(response.headers_mut()),
        }
    }

    #[cold]
    fn give_up(&self) {
        if let Self::Watched(watch) = self {
            watch.give_up();
        }
    }

    #[cold]
    fn apply(self, headers: &mut HeaderMap) {
        match self {
            Self::Diagnosed { policy, reason } => {
                policy.0.write(headers, None);
                let _ = headers.try_insert(CORS_REFUSAL, reason);
            }
            Self::Preflight { policy, answer } => policy.0.write_preflight(headers, answer),
            // Only a layer makes such, and it finishes them.
            Self::Watched(_) => {}
        }
    }
}

impl Rules {
    /// Whether a response that is shared with no one is told more than that it varies by the origin.
    fn says_more(&self) -> bool {
        self.timing || self.varies_by.len() > 1
    }

    fn write(&self, headers: &mut HeaderMap, origin: Option<HeaderValue>) {
        let has_vary = remove_foreign(headers, Some(&self.reported_inner));
        if let Some(value) = &self.vary {
            if !vary::add(headers, has_vary, &self.varies_by, value) {
                return;
            }
        }
        if self.timing {
            headers.remove(TIMING_ALLOW_ORIGIN);
        }
        let Some(origin) = origin else { return };
        // None of these is there any more, and then to append costs less than to insert. In an overfull
        // map the first that fails is the last that could have been written, and what is missing then
        // allows less.
        if self.timing {
            let _ = headers.try_append(TIMING_ALLOW_ORIGIN, origin.clone());
        }
        let _ = headers.try_append(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        if self.credentials {
            let _ = headers
                .try_append(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        }
        let exposed = match &self.exposed {
            Exposed::Safelisted => None,
            Exposed::Listed(names) => Some(names.clone()),
            Exposed::Carried => carried(headers),
        };
        if let Some(exposed) = exposed {
            let _ = headers.try_append(ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
        }
    }

    /// Makes the inner service's response to a preflight the answer.
    fn write_preflight(&self, headers: &mut HeaderMap, mut answer: HeaderMap) {
        let has_vary = remove_foreign(headers, Some(&self.reported_inner));
        if let Some(value) = answer.remove(VARY) {
            if !vary::add(headers, has_vary, &self.preflights_vary_by, &value) {
                return;
            }
        }
        let mut last = None;
        for (name, value) in answer {
            // A map gives the name with the first of its values only.
            last = name.or(last);
            if let Some(name) = &last {
                let _ = headers.try_append(name, value);
            }
        }
    }
}

/// The names of the headers that a script could not read without their being exposed.
fn carried(headers: &HeaderMap) -> Option<HeaderValue> {
    let mut names: Vec<&str> = headers
        .keys()
        .filter(|name| !is_access_control(name))
        .map(HeaderName::as_str)
        .filter(|name| !fetch::is_safelisted_response_header(name))
        .filter(|name| !fetch::is_forbidden_response_header(name))
        .collect();
    names.sort_unstable();
    HeaderValue::try_from(names.join(",")).ok().filter(|_| !names.is_empty())
}

/// Removes the CORS headers that are not this policy's, and says whether there is a `Vary`.
#[inline]
fn remove_foreign(headers: &mut HeaderMap, reported: Option<&trace::Once>) -> bool {
    // One look at each name costs less than a look-up for each name that could be there.
    let (mut has_vary, mut has_foreign) = (false, false);
    for name in headers.keys() {
        has_vary |= *name == VARY;
        has_foreign |= is_access_control(name);
    }
    if has_foreign {
        trace::inner_headers(reported, headers.keys().filter(|name| is_access_control(name)));
        // The protocol's own are removed unseen, as to collect them first would allocate.
        for name in KNOWN {
            headers.remove(name);
        }
        let others: Vec<HeaderName> =
            headers.keys().filter(|name| is_access_control(name)).cloned().collect();
        for name in others {
            headers.remove(name);
        }
    }
    has_vary
}

/// The response headers of the [CORS protocol](https://fetch.spec.whatwg.org/#http-responses).
const KNOWN: [HeaderName; 7] = [
    ACCESS_CONTROL_ALLOW_CREDENTIALS,
    ACCESS_CONTROL_ALLOW_HEADERS,
    ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS,
    ACCESS_CONTROL_MAX_AGE,
    ALLOW_PRIVATE_NETWORK,
];

fn is_access_control(name: &HeaderName) -> bool {
    name.as_str().starts_with("access-control-")
}
