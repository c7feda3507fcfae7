//! What an organisation's plan gives: features and limits. One function resolves
//! them; the server asks the answer before it acts, the browser before it shows a
//! button.

mod limits;
mod retention;
mod subscription;
#[cfg(test)]
mod tests;

use crate::error::{ErrorCode, Problem};
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use limits::{Limit, Limits, MINUTE_MS, admit, admit_minutes};
pub use retention::{HIDDEN_MS, Retention, retentions, stored_since};
pub use subscription::{PAST_DUE_GRACE_MS, Subscription, SubscriptionStatus, largest};
use subscription::{plan_of, shrinks_at};

/// What an organisation pays for; in order, the larger plan last.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Plan {
    /// Nothing.
    #[default]
    Free,
    /// Every feature.
    Pro,
    /// Every feature, with room for large meetings.
    Enterprise,
}

impl Plan {
    /// Every plan, the smallest first.
    pub const ALL: [Self; 3] = [Self::Free, Self::Pro, Self::Enterprise];

    /// The plan's wire name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Pro => "pro",
            Self::Enterprise => "enterprise",
        }
    }

    /// The plan of a wire name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|plan| plan.as_str() == name)
    }

    /// What the plan includes, before any override.
    #[must_use]
    pub fn includes(self, feature: Feature) -> bool {
        self > Self::Free
            || matches!(
                feature,
                Feature::VideoWebrtc
                    | Feature::Transcription
                    | Feature::AiPrecall
                    | Feature::Matching
            )
    }
}

/// Something that a plan includes, or does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Feature {
    /// Video between the browsers.
    #[serde(rename = "video.webrtc")]
    VideoWebrtc,
    /// Video through a streaming service.
    #[serde(rename = "video.stream")]
    VideoStream,
    /// Recording.
    #[serde(rename = "recording")]
    Recording,
    /// The live transcript.
    #[serde(rename = "transcription")]
    Transcription,
    /// Ideas before a meeting.
    #[serde(rename = "ai.precall")]
    AiPrecall,
    /// Prompts during a meeting.
    #[serde(rename = "ai.incall")]
    AiIncall,
    /// Insights after a meeting.
    #[serde(rename = "ai.insights")]
    AiInsights,
    /// Being matched with somebody.
    #[serde(rename = "matching")]
    Matching,
}

impl Feature {
    /// Every feature.
    pub const ALL: [Self; 8] = [
        Self::VideoWebrtc,
        Self::VideoStream,
        Self::Recording,
        Self::Transcription,
        Self::AiPrecall,
        Self::AiIncall,
        Self::AiInsights,
        Self::Matching,
    ];

    /// The feature's wire name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::VideoWebrtc => "video.webrtc",
            Self::VideoStream => "video.stream",
            Self::Recording => "recording",
            Self::Transcription => "transcription",
            Self::AiPrecall => "ai.precall",
            Self::AiIncall => "ai.incall",
            Self::AiInsights => "ai.insights",
            Self::Matching => "matching",
        }
    }

    /// The feature of a wire name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == name)
    }
}

/// One feature or limit as an override sets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grant {
    /// A feature that is given, or taken away.
    Feature(Feature, bool),
    /// A limit of another size.
    Limit(Limit, u32),
}

impl Grant {
    /// What `key` is set to: true or false for a feature, a whole number for a limit.
    ///
    /// # Errors
    /// `NOT_FOUND` for a key that is neither; `VALIDATION_ERROR` for a value of the
    /// other kind.
    pub fn parse(key: &str, value: &Value) -> Result<Self, Problem> {
        if let Some(feature) = Feature::parse(key) {
            return value
                .as_bool()
                .map(|given| Self::Feature(feature, given))
                .ok_or_else(|| Problem::field("/value", "a feature is true or false"));
        }
        let limit = Limit::parse(key).ok_or_else(|| Problem::not_found("the entitlement"))?;
        value
            .as_u64()
            .and_then(|most| u32::try_from(most).ok())
            .map(|most| Self::Limit(limit, most))
            .ok_or_else(|| Problem::field("/value", "a limit is a whole number from 0 below 2^32"))
    }

    /// The name of the feature or limit.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Feature(feature, _) => feature.as_str(),
            Self::Limit(limit, _) => limit.as_str(),
        }
    }

    /// What it is set to, as JSON.
    #[must_use]
    pub fn value(self) -> Value {
        match self {
            Self::Feature(_, given) => given.into(),
            Self::Limit(_, most) => most.into(),
        }
    }
}

/// Something that an organisation has beside its plan, or in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Override {
    /// The feature or limit, and what it is set to.
    pub grant: Grant,
    /// Until when, in milliseconds since the Unix epoch; for good where absent.
    pub expires_at: Option<u64>,
}

/// What an organisation, or a person without one, may use now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Entitlements {
    /// The plan in force.
    pub plan: Plan,
    /// The features, in the order of [`Feature::ALL`].
    pub features: Vec<Feature>,
    /// The limits.
    pub limits: Limits,
    /// When something of this ends by itself, in milliseconds since the Unix epoch.
    #[cfg_attr(feature = "ts", ts(type = "number | null"))]
    pub changes_at: Option<u64>,
}

impl Entitlements {
    /// Whether a feature is included.
    #[must_use]
    pub fn has(&self, feature: Feature) -> bool {
        self.features.contains(&feature)
    }
}

/// What subscriptions and overrides give at `now_ms` (milliseconds since the Unix epoch).
/// Of several subscriptions the largest plan in force holds; without one it is the free
/// plan. Of two overrides of one key the later in the list holds.
#[must_use]
pub fn resolve(
    subscriptions: &[Subscription],
    overrides: &[Override],
    now_ms: u64,
) -> Entitlements {
    let plan = plan_of(subscriptions, now_ms);
    let lasting = |until: &u64| now_ms < *until;
    let mut changes_at = shrinks_at(subscriptions, now_ms);
    let mut given = Feature::ALL.map(|feature| plan.includes(feature));
    let mut limits = Limits::of(plan);
    for own in overrides {
        if !own.expires_at.as_ref().is_none_or(lasting) {
            continue;
        }
        changes_at = changes_at.into_iter().chain(own.expires_at).min();
        match own.grant {
            Grant::Feature(feature, value) => given[feature as usize] = value,
            Grant::Limit(limit, most) => limits.set(limit, most),
        }
    }
    let features = Feature::ALL
        .into_iter()
        .filter(|feature| given[*feature as usize])
        .collect();
    Entitlements {
        plan,
        features,
        limits,
        changes_at,
    }
}

/// Whether a feature may be used.
///
/// # Errors
/// `FORBIDDEN` with the reason `entitlement`; `errors` names the feature.
pub fn require(entitlements: &Entitlements, feature: Feature) -> Result<(), Problem> {
    if entitlements.has(feature) {
        return Ok(());
    }
    Err(refused(entitlements.plan.as_str(), feature.as_str(), None))
}

/// The same, and [`admit`], for entitlements in JSON (`{plan, features, limits}`) and the
/// name of a feature or limit: the small form for the browser.
///
/// # Errors
/// As [`require`] and [`admit`].
pub fn allows(entitlements: &Value, name: &str, used: u64) -> Result<(), Problem> {
    let most = entitlements["limits"][name].as_u64();
    let listed = entitlements["features"].as_array();
    let allowed = match most {
        Some(most) => used < most,
        None => listed.is_some_and(|all| all.iter().any(|one| one == name)),
    };
    if allowed {
        return Ok(());
    }
    let plan = entitlements["plan"].as_str().unwrap_or_default();
    Err(refused(plan, name, most))
}

fn refused(plan: &str, name: &str, most: Option<u64>) -> Problem {
    let (list, message) = match most {
        Some(most) => (
            "limits",
            format!("the plan {plan} allows no more than {most}"),
        ),
        None => ("features", format!("the plan {plan} does not include this")),
    };
    let mut problem = Problem::field(format!("/{list}/{name}"), message);
    problem.code = ErrorCode::Forbidden;
    problem.because("entitlement")
}
