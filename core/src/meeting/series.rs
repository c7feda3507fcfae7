//! The dates of a recurring meeting.

use serde::{Deserialize, Serialize};

/// A date of a series that is to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SeriesDate {
    /// When it is by the rule, in milliseconds since the Unix epoch: by this it is named.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub occurrence_at: u64,
    /// When it is; null where it is called off.
    #[cfg_attr(feature = "ts", ts(type = "number | null"))]
    pub scheduled_at: Option<u64>,
}
