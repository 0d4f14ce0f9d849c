//! The [fetching](https://fetch.spec.whatwg.org/#fetching) of one request, as a state machine without I/O.
//!
//! It returns each request to send, and takes the response to it, until the script gets a response or an error.

use http::{
    HeaderMap, StatusCode,
    header::{DATE, LOCATION, SET_COOKIE},
};

use super::{
    check::{basic, cors_check, exposed, resource_policy_check},
    cookies::{CookieRefusal, parse_date},
    error::NetworkErrorCause,
    lists::{is_safelisted_method, unsafe_names},
    memory::Memory,
    options::{Mode, Redirect},
    outgoing::{Outgoing, access},
    request::{ScriptRequest, location},
    response::ResponseKind,
};

/// The state of a fetch.
#[derive(Debug)]
pub(super) struct Algorithm {
    request: ScriptRequest,
    /// `true` if the request to the current URL needs a preflight, or an entry of the cache that replaces it.
    is_preflighted: bool,
    /// `true` if the next response is the one to the preflight.
    awaits_preflight: bool,
}

/// The next thing to do.
#[derive(Debug)]
pub(super) enum Step {
    Send(Outgoing),
    Finish { kind: ResponseKind, status: Option<StatusCode>, headers: HeaderMap },
}

impl Algorithm {
    pub(super) fn new(request: ScriptRequest) -> Self {
        Self { request, is_preflighted: false, awaits_preflight: false }
    }

    /// Runs the [main fetch](https://fetch.spec.whatwg.org/#concept-main-fetch) for the current URL.
    pub(super) fn start(&mut self, memory: &mut Memory) -> Result<Outgoing, NetworkErrorCause> {
        let request = &mut self.request;
        self.is_preflighted = false;
        let is_own = request.origin.is_same_origin(request.url());
        if is_own && request.tainting == ResponseKind::Basic {
            return Ok(Outgoing::actual(request, memory));
        }
        match request.options.mode {
            Mode::SameOrigin => {
                return Err(NetworkErrorCause::NotSameOrigin(request.url().to_string()));
            }
            Mode::NoCors if request.options.redirect != Redirect::Follow => {
                return Err(NetworkErrorCause::RedirectsNeedCors);
            }
            Mode::NoCors => {
                request.tainting = ResponseKind::Opaque;
                return Ok(Outgoing::actual(request, memory));
            }
            Mode::Cors => request.tainting = ResponseKind::Cors,
        }
        self.is_preflighted = request.needs_preflight();
        if !self.is_preflighted || is_cached(request, memory) {
            return Ok(Outgoing::actual(request, memory));
        }
        self.awaits_preflight = true;
        Ok(Outgoing::preflight(request))
    }

    /// Stores the cookies of the response to the last request, and returns those that the browser refuses.
    pub(super) fn store_cookies(
        &self,
        response: &HeaderMap,
        memory: &mut Memory,
    ) -> Vec<CookieRefusal> {
        if self.awaits_preflight {
            return Vec::new();
        }
        // Browsers correct `Expires` by the difference between the clocks of server and browser.
        let date = response.get(DATE).and_then(|date| parse_date(date.as_bytes()));
        let access = access(&self.request, memory, date.unwrap_or_else(|| memory.date()));
        let lines = response.get_all(SET_COOKIE).iter();
        lines.filter_map(|line| memory.cookies.store(line.as_bytes(), &access).err()).collect()
    }

    /// Takes the response to the last request.
    pub(super) fn receive(
        &mut self,
        status: StatusCode,
        headers: &HeaderMap,
        memory: &mut Memory,
    ) -> Result<Step, NetworkErrorCause> {
        let request = &mut self.request;
        if self.awaits_preflight {
            let permission = request.preflight().check(status, headers)?;
            self.awaits_preflight = false;
            let (key, now) = (request.key(), memory.now);
            for allowed in permission.allowed {
                let expires = now.saturating_add(permission.max_age);
                memory.preflights.store(&key, request.includes_credentials(), allowed, expires);
            }
            return Ok(Step::Send(Outgoing::actual(request, memory)));
        }
        match request.tainting {
            ResponseKind::Cors => {
                let (origin, credentials) =
                    (request.serialized_origin(), request.includes_credentials());
                cors_check(origin, credentials, headers)?;
            }
            ResponseKind::Opaque => resource_policy_check(&request.origin, request.url(), headers)?,
            ResponseKind::Basic | ResponseKind::OpaqueRedirect => {}
        }
        if matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) {
            match request.options.redirect {
                Redirect::Error => {
                    return Err(NetworkErrorCause::Redirected(location(headers).join(", ")));
                }
                Redirect::Manual => {
                    let kind = ResponseKind::OpaqueRedirect;
                    return Ok(Step::Finish { kind, status: None, headers: HeaderMap::new() });
                }
                Redirect::Follow if headers.contains_key(LOCATION) => {
                    request.redirect(status, headers)?;
                    return self.start(memory).map(Step::Send);
                }
                Redirect::Follow => {}
            }
        }
        let kind = request.tainting;
        Ok(match kind {
            ResponseKind::Basic | ResponseKind::OpaqueRedirect => {
                Step::Finish { kind, status: Some(status), headers: basic(headers) }
            }
            ResponseKind::Cors => {
                let headers = exposed(request.includes_credentials(), headers);
                Step::Finish { kind, status: Some(status), headers }
            }
            ResponseKind::Opaque => Step::Finish { kind, status: None, headers: HeaderMap::new() },
        })
    }

    /// [Clears the cache entries](https://fetch.spec.whatwg.org/#concept-cache-clear) after a network error, if the
    /// request needed a preflight.
    pub(super) fn fail(&self, memory: &mut Memory) {
        if self.is_preflighted {
            memory.preflights.clear(&self.request.key());
        }
    }

    /// The method and the URL, for an error text.
    pub(super) fn describe(&self) -> String {
        let preflight = if self.awaits_preflight { "the preflight of " } else { "" };
        format!("{preflight}{} {}", self.request.method, self.request.url())
    }
}

/// `true` if entries of the preflight cache replace the preflight.
///
/// In the standard, an upload listener or an upload stream needs an entry for its method, even if the method is
/// safelisted. For known browsers and the model, any entry will do.
fn is_cached(request: &ScriptRequest, memory: &Memory) -> bool {
    let (key, credentials) = (request.key(), request.includes_credentials());
    let (cache, method, now) = (&memory.preflights, &request.method, memory.now);
    let is_method_allowed = cache.has_method(&key, credentials, method.as_str(), now)
        || (is_safelisted_method(method)
            && (!request.options.use_cors_preflight() || cache.has_any(&key, credentials, now)));
    is_method_allowed
        && unsafe_names(&request.headers)
            .iter()
            .all(|name| cache.has_header(&key, credentials, name, now))
}
