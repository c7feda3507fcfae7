//! Bounds that both sides keep. Every one is told to clients in `welcome.limits`.

use serde::{Deserialize, Serialize};

/// Bounds of one collaborative note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct NoteLimits {
    /// Longest text, in UTF-16 code units.
    pub text_utf16: u32,
    /// Largest update or frame, in bytes.
    pub update_bytes: usize,
    /// Largest encoded document state, in bytes.
    pub state_bytes: usize,
}

impl Default for NoteLimits {
    fn default() -> Self {
        Self {
            text_utf16: 262_144,
            update_bytes: 1 << 20,
            state_bytes: 8 << 20,
        }
    }
}
