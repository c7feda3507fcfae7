//! What a person's own pages show of them: who they are and what they may use. A
//! snapshot; the latest replaces the last.

use crate::entitlement::Entitlements;
use crate::id::{OrgId, UserId};
use crate::org::OrgRole;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// The person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MyUser {
    /// The person's id.
    pub id: UserId,
    /// Email address, once known.
    pub email: Option<String>,
    /// The name shown.
    pub name: String,
}

/// The organisation whose plan the person uses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MyOrg {
    /// The organisation's id.
    pub id: OrgId,
    /// Its name.
    pub name: String,
    /// The person's standing in it.
    pub role: OrgRole,
}

/// The person, what their plan gives, and what is switched on for them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MeView {
    /// Who it is.
    pub user: MyUser,
    /// Whether the person administers the platform.
    pub is_admin: bool,
    /// The organisation whose plan applies; none on the free plan of a person alone.
    pub org: Option<MyOrg>,
    /// What may be used.
    pub entitlements: Entitlements,
    /// Every flag by its key, as evaluated for the person; `false` is off.
    #[cfg_attr(feature = "ts", ts(type = "Record<string, unknown>"))]
    pub flags: BTreeMap<String, Value>,
}
