//! `first_match`: one allowlist in parts, each with its own options for its origins.

use std::sync::Arc;

use super::{
    action::{Action, Decide, PolicySource, Seal},
    layer::CorsLayer,
    report,
};
use crate::{
    compile,
    config::{ConfigError, ConfigErrors, ConfigOption},
    policy::{AllowedOrigins, Hook, OriginCheck, Policy, RequestHead, Rules},
};

impl CorsLayer {
    /// Creates a layer whose policy depends on the origin, for example with cookies for our pages only. The
    /// first policy that allows the origin decides. The last one decides about origins that no policy allows,
    /// and about requests without `Origin`.
    ///
    /// The policies are the parts of one allowlist. Each part has its own options for the origins that it
    /// allows. Options for the whole layer, or for origins that no part allows, are the same in all parts. Set
    /// these once on a builder, and build each part from a clone of it:
    ///
    /// ```
    /// use tower_cors::{CorsLayer, Policy, Refuse};
    ///
    /// let all = Policy::builder()
    ///     .refuse_disallowed_origins(Refuse::All)
    ///     .own_origin("https://api.example.com")
    ///     .on_decision(|request, outcome| println!("{}: {outcome}", request.uri));
    /// let ours = all.clone().allow_origin("https://app.example.com").allow_credentials(true);
    /// let partner = all.allow_origin("https://partner.example.org");
    /// let cors = CorsLayer::first_match([ours.build_policy()?, partner.build_policy()?])?;
    /// # Ok::<(), tower_cors::ConfigErrors>(())
    /// ```
    ///
    /// | option | in a `first_match` |
    /// |---|---|
    /// | origins, synchronous predicates, credentials, methods, headers, exposed headers, max-age, `echo_beside_wildcard`, timing, private networks, the status of preflights, dangers | each part has its own |
    /// | `refuse_disallowed_origins` | the same in all parts: an origin that no part lists is refused by all or by none |
    /// | `own_origins` | the same in all parts, with refusing or without: the server's own pages are known to all or to none |
    /// | `on_decision`, `attach_outcome`, `diagnose`, `report_only` | the same in all parts, so that every request is reported. A closure is the same if one call of `on_decision` gave it |
    /// | `forward_preflights`, `allow_methods_of_route` | the same in all parts: the inner service sees preflights or does not |
    /// | `vary_on` | combined: every response carries the names of all parts |
    ///
    /// A part is a [`Policy`], which a layer gives by `layer.policy().clone()`. If a part's list of origins can be empty,
    /// leave the part out then: it would not build.
    ///
    /// A part's predicate decides before the lists of later parts. Put a part with a predicate after the parts
    /// whose origins the predicate could also allow.
    ///
    /// Every response carries `Vary: origin`, even one with `*`, and one to a request without `Origin`.
    /// Otherwise a cache could answer a fetch with credentials with a stored `*`, which browsers refuse.
    ///
    /// If only our pages may send cookies, but everyone may read, the last part allows any origin:
    ///
    /// ```
    /// use tower_cors::{CorsLayer, Policy};
    ///
    /// let ours = Policy::builder()
    ///     .allow_origin("https://app.example.com")
    ///     .allow_credentials(true)
    ///     .build_policy()?;
    /// let everyone = Policy::builder().allow_any_origin().build_policy()?;
    /// let cors = CorsLayer::first_match([ours, everyone])?;
    /// # Ok::<(), tower_cors::ConfigErrors>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`ConfigError::NoPolicy`] for an empty list;
    /// - [`ConfigError::AnyOriginBeforeLast`] for a part that allows any origin and is not the last;
    /// - [`ConfigError::RefusingBeforeAnyOrigin`] for parts that refuse before a last one that allows any
    ///   origin;
    /// - [`ConfigError::PartsDiffer`] for an option that is not the same in all parts;
    /// - [`ConfigError::CoveredByPart`] for an entry that an earlier part covers, and that is never used.
    pub fn first_match(
        policies: impl IntoIterator<Item = Policy>,
    ) -> Result<CorsLayer<FirstMatch>, ConfigErrors> {
        let mut policies: Vec<Policy> = policies.into_iter().collect();
        let mistakes = mistakes(&policies);
        if !mistakes.is_empty() {
            return Err(ConfigErrors::new(mistakes));
        }
        compile::unite_parts(&mut policies);
        let Some(last) = policies.pop() else {
            return Err(ConfigErrors::new(vec![ConfigError::NoPolicy]));
        };
        Ok(CorsLayer::from_source(FirstMatch { first: policies.into(), last }))
    }
}

fn mistakes(policies: &[Policy]) -> Vec<ConfigError> {
    let mut mistakes = Vec::new();
    let (Some((last, before)), Some(first)) = (policies.split_last(), policies.first()) else {
        return vec![ConfigError::NoPolicy];
    };
    for (place, policy) in (1..).zip(before) {
        if allows_any_origin(policy) {
            mistakes.push(ConfigError::AnyOriginBeforeLast { place });
        }
    }
    let refuses = policies.iter().any(|policy| policy.rules().refusing.is_some());
    if allows_any_origin(last) && refuses {
        mistakes.push(ConfigError::RefusingBeforeAnyOrigin);
    }
    for (place, policy) in (1..).zip(policies).skip(1) {
        let differences = differences(first.rules(), policy.rules());
        let is_named_above =
            |option| option == ConfigOption::RefuseDisallowedOrigins && allows_any_origin(last);
        let differences = differences.into_iter().filter(|&option| !is_named_above(option));
        mistakes.extend(differences.map(|option| ConfigError::PartsDiffer { place, option }));
        for (by_place, earlier) in (1..place).zip(policies) {
            let covered = covered(policy.rules(), earlier.rules());
            mistakes.extend(covered.into_iter().map(|(origin, by)| ConfigError::CoveredByPart {
                place,
                origin,
                by_place,
                by,
            }));
        }
    }
    mistakes
}

fn allows_any_origin(policy: &Policy) -> bool {
    !matches!(policy.rules().origins, AllowedOrigins::Listed(_))
}

/// The options that must be the same in all parts, but differ between these two.
fn differences(one: &Rules, other: &Rules) -> Vec<ConfigOption> {
    let refuse = |rules: &Rules| rules.refusing.as_ref().map(|refusing| refusing.refuse);
    let same = [
        (ConfigOption::RefuseDisallowedOrigins, refuse(one) == refuse(other)),
        (ConfigOption::OwnOrigins, one.own_origins == other.own_origins),
        (ConfigOption::ForwardPreflights, one.forward_preflights == other.forward_preflights),
        (ConfigOption::AllowMethodsOfRoute, one.methods_of_route == other.methods_of_route),
        (ConfigOption::OnDecision, Hook::are_same(one.hook.as_ref(), other.hook.as_ref())),
        (ConfigOption::AttachOutcome, one.attach_outcome == other.attach_outcome),
        (ConfigOption::Diagnose, one.diagnose == other.diagnose),
        (ConfigOption::ReportOnly, one.report_only == other.report_only),
    ];
    same.into_iter().filter(|(_, is_same)| !is_same).map(|(option, _)| option).collect()
}

/// The origin entries of `later` that an entry of `earlier` covers, each with that entry.
fn covered(later: &Rules, earlier: &Rules) -> Vec<(String, String)> {
    let (AllowedOrigins::Listed(later), AllowedOrigins::Listed(earlier)) =
        (&later.origins, &earlier.origins)
    else {
        return Vec::new();
    };
    let null = (later.null && earlier.null).then(|| (String::from("null"), String::from("null")));
    later.set.covered_by(&earlier.set).chain(null).collect()
}

/// The source of [`CorsLayer::first_match`].
#[derive(Clone, Debug)]
pub struct FirstMatch {
    first: Arc<[Policy]>,
    last: Policy,
}

impl PolicySource for FirstMatch {}

impl Decide for FirstMatch {
    fn act_on(&self, request: RequestHead<'_>, _: Seal) -> Action {
        let find =
            || self.first.iter().find_map(|part| Some((part, part.allowed_origin(request)?)));
        // All parts have the same hook, so any of them can report a panic.
        let found = if self.last.is_observed() {
            report::with_panics(&self.last, request, find)
        } else {
            find()
        };
        match found {
            Some((part, origin)) => part.act(&OriginCheck::Passed(origin), request),
            None => self.last.act(&OriginCheck::NotRun, request),
        }
    }
}
