//! Feature flags: what is switched on for whom. Evaluated by the server, for the
//! person who asks.

mod draft;
mod seed;
#[cfg(test)]
mod tests;

use crate::entitlement::Plan;
use crate::error::{ErrorCode, Problem};
use crate::id::{OrgId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use draft::{FlagDraft, NewFlag, validate_key, validate_reason};
pub use seed::{CAPABILITIES, seeds};

/// A flag.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Flag {
    /// Its name, as `insights`.
    pub key: String,
    /// What those get for whom it is on and no rule says otherwise.
    #[cfg_attr(feature = "ts", ts(type = "unknown"))]
    pub value: Value,
    /// The only environment that it is on in; every one where absent.
    pub environment: Option<String>,
    /// For how many of a hundred people it is on.
    pub rollout: u8,
    /// Exceptions: the first that fits decides.
    pub rules: Vec<Rule>,
    /// What it switches.
    pub description: String,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// Whether it is on at all.
    pub active: bool,
}

/// Whom a rule of a flag fits, and what they get. Each list that is not empty has to
/// hold what is asked about.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Rule {
    /// People.
    pub user_ids: Vec<UserId>,
    /// What stands behind the @ of their address, in lower case.
    pub email_domains: Vec<String>,
    /// Organisations.
    pub org_ids: Vec<OrgId>,
    /// Plans in force.
    pub plans: Vec<Plan>,
    /// Environments.
    pub environments: Vec<String>,
    /// What they get.
    #[cfg_attr(feature = "ts", ts(type = "unknown"))]
    pub value: Value,
}

/// Whom a flag is evaluated for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Context<'a> {
    /// The person.
    pub user_id: &'a UserId,
    /// The person's address, once known.
    pub email: Option<&'a str>,
    /// The person's organisation.
    pub org_id: Option<&'a OrgId>,
    /// The plan in force.
    pub plan: Plan,
    /// Where the server runs, as `production`.
    pub environment: &'a str,
}

impl Rule {
    /// Whether the rule is about whoever asks.
    #[must_use]
    pub fn fits(&self, context: &Context<'_>) -> bool {
        let domain = context.email.and_then(|email| email.rsplit_once('@'));
        let domain = domain.map(|(_, domain)| domain);
        holds(&self.user_ids, Some(context.user_id))
            && holds_text(&self.email_domains, domain)
            && holds(&self.org_ids, context.org_id)
            && holds(&self.plans, Some(&context.plan))
            && holds_text(&self.environments, Some(context.environment))
    }
}

fn holds<T: PartialEq>(list: &[T], item: Option<&T>) -> bool {
    list.is_empty() || item.is_some_and(|item| list.contains(item))
}

fn holds_text(list: &[String], item: Option<&str>) -> bool {
    list.is_empty() || item.is_some_and(|item| list.iter().any(|known| known == item))
}

/// What whoever asks gets: the value of the first rule that fits, else the flag's own
/// where the rollout has reached them, else `false`. A flag that is not active, or is
/// for another environment, is `false` to everybody.
#[must_use]
pub fn evaluate(flag: &Flag, context: &Context<'_>) -> Value {
    let here = flag.environment.as_deref();
    if !flag.active || here.is_some_and(|only| only != context.environment) {
        return Value::Bool(false);
    }
    if let Some(rule) = flag.rules.iter().find(|rule| rule.fits(context)) {
        return rule.value.clone();
    }
    if place(&flag.key, context.user_id) < u64::from(flag.rollout) * PLACES / 100 {
        flag.value.clone()
    } else {
        Value::Bool(false)
    }
}

/// What a flag is to everybody alike in an environment; absent where it depends on who
/// asks.
#[must_use]
pub fn same_for_all(flag: &Flag, environment: &str) -> Option<Value> {
    let here = flag.environment.as_deref();
    if !flag.active || here.is_some_and(|only| only != environment) {
        return Some(Value::Bool(false));
    }
    (flag.rules.is_empty() && flag.rollout >= 100).then(|| flag.value.clone())
}

/// Whether what a capability's flag is to somebody lets them use it: `false` is off.
///
/// # Errors
/// `FORBIDDEN` with the reason `flag`; `errors` names it.
pub fn require(key: &str, value: &Value) -> Result<(), Problem> {
    if *value != Value::Bool(false) {
        return Ok(());
    }
    let mut problem = Problem::field(format!("/flags/{key}"), "this is switched off");
    problem.code = ErrorCode::Forbidden;
    Err(problem.because("flag"))
}

/// Places in the line of a rollout.
const PLACES: u64 = 10_000;

/// A person's place in the line of a flag's rollout: the same for ever, and another for
/// every flag, so that it is not always the same people who come first.
fn place(key: &str, user: &UserId) -> u64 {
    // FNV-1a, then a finaliser (of MurmurHash3) that spreads it over all bits.
    let bytes = key.bytes().chain([0]).chain(user.as_str().bytes());
    let mut hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    (hash ^ (hash >> 33)) % PLACES
}
