//! Core's rules as plain functions, for pages that show what is possible and what
//! changed. The server decides by the same ones.

use connvo_core::access::{Action, ParticipantStatus, Role, Standing, can};
use connvo_core::entitlement::allows;
use connvo_core::json::text;
use connvo_core::meeting::MeetingState;
use connvo_core::note::diff::diff;
use wasm_bindgen::prelude::*;

/// Why a member may not do `action`, as a problem in JSON; nothing when they may, and for
/// words that the rules do not know, since then the server alone can tell. `given` has
/// bit 1 for sharing, 2 for recording, 4 for inviting. Times are milliseconds since the
/// Unix epoch.
#[wasm_bindgen]
#[must_use]
pub fn refusal(
    role: &str,
    status: &str,
    given: u8,
    state: &str,
    ended_at: Option<f64>,
    now: f64,
    action: &str,
) -> Option<String> {
    let standing = Standing {
        role: Role::parse(role)?,
        status: ParticipantStatus::parse(status)?,
        can_share: given & 1 > 0,
        can_record: given & 2 > 0,
        can_invite: given & 4 > 0,
    };
    let (state, action) = (MeetingState::parse(state)?, Action::parse(action)?);
    let ended_at = ended_at.map(|at| at as u64);
    let refused = can(&standing, state, ended_at, now as u64, action).err()?;
    Some(text(&refused.to_json()))
}

/// Why entitlements (JSON) do not allow a feature, or one more of a limit of which
/// `used` are there, as a problem in JSON; nothing when they do.
#[wasm_bindgen]
#[must_use]
pub fn lacking(entitlements: &str, name: &str, used: f64) -> Option<String> {
    let entitlements = serde_json::from_str(entitlements).ok()?;
    let problem = allows(&entitlements, name, used as u64).err()?;
    Some(text(&problem.to_json()))
}

/// The edit that turns one text into another, as a JSON list of components.
#[wasm_bindgen(js_name = diffTexts)]
#[must_use]
pub fn diff_texts(from: &str, to: &str) -> String {
    text(&diff(from, to).to_json())
}
