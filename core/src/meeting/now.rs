//! A meeting while it runs: who is there, who waits to speak, what is written down, and
//! whether the talk has come to rest.

use super::MeetingState;
use crate::id::UserId;
use serde::{Deserialize, Serialize};

/// After how long without speech the talk has come to rest, in milliseconds.
pub const LULL_MS: u64 = 20_000;

/// Whether a meeting is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum RecordingStatus {
    /// It is not.
    Inactive,
    /// It is.
    Recording,
    /// It is not for now: host or co-host have paused it.
    Paused,
}

/// Most topics of a meeting just now.
pub const TOPICS: usize = 5;

/// What a meeting is about just now: the topics of its latest pieces, the latest first, each
/// once; at most [`TOPICS`].
#[must_use]
pub fn topics_of(latest: impl IntoIterator<Item = Vec<String>>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for topic in latest.into_iter().flatten() {
        if all.len() < TOPICS && !all.contains(&topic) {
            all.push(topic);
        }
    }
    all
}

/// Whether what is said is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum TakingStatus {
    /// It is not: the meeting does not run, or is not to have it.
    Inactive,
    /// It is.
    Active,
    /// It is not for now: host or co-host have paused it.
    Paused,
}

/// Whether what is said is written down in a meeting that is in `state`, is to have it
/// (`wanted`), and may be paused.
#[must_use]
pub const fn taking(state: MeetingState, wanted: bool, paused: bool) -> TakingStatus {
    match (state, wanted, paused) {
        (MeetingState::Active, true, false) => TakingStatus::Active,
        (MeetingState::Active, true, true) => TakingStatus::Paused,
        _ => TakingStatus::Inactive,
    }
}

/// When the talk has come to rest, unless somebody speaks before: in a meeting that runs
/// since `started_at` and was spoken in last at `spoken_at`. All in milliseconds since the
/// Unix epoch.
#[must_use]
pub const fn lull_at(
    state: MeetingState,
    started_at: Option<u64>,
    spoken_at: Option<u64>,
) -> Option<u64> {
    if !matches!(state, MeetingState::Active) {
        return None;
    }
    match (started_at, spoken_at) {
        (Some(began), Some(spoke)) if spoke > began => Some(spoke.saturating_add(LULL_MS)),
        (Some(began), _) => Some(began.saturating_add(LULL_MS)),
        (None, Some(spoke)) => Some(spoke.saturating_add(LULL_MS)),
        (None, None) => None,
    }
}

/// How long somebody has spoken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SpeakingTime {
    /// Who; absent where the transcript knows a name alone.
    pub user_id: Option<UserId>,
    /// As the transcript names them.
    pub label: String,
    /// Milliseconds.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub ms: u64,
}

/// A meeting as it is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MeetingNow {
    /// Where it is in its life.
    pub state: MeetingState,
    /// Since when it runs, in milliseconds since the Unix epoch.
    #[cfg_attr(feature = "ts", ts(type = "number | null"))]
    pub started_at: Option<u64>,
    /// When it ended, in milliseconds since the Unix epoch.
    #[cfg_attr(feature = "ts", ts(type = "number | null"))]
    pub ended_at: Option<u64>,
    /// Who is there, by id; at most 100.
    pub active_participants: Vec<UserId>,
    /// How many are there.
    pub active_count: u32,
    /// Who waits to speak, the first first.
    pub speaker_queue: Vec<UserId>,
    /// Whether it is recorded.
    pub recording_status: RecordingStatus,
    /// Whether it is written down.
    pub transcription_status: TakingStatus,
    /// What it is about just now, by the latest of what was said; at most 5.
    pub topics: Vec<String>,
    /// Whether the talk has come to rest.
    pub lull: bool,
    /// When it has, unless somebody speaks before; milliseconds since the Unix epoch.
    #[cfg_attr(feature = "ts", ts(type = "number | null"))]
    pub lull_at: Option<u64>,
    /// How long who has spoken, the longest first; at most 100.
    pub speaking_time: Vec<SpeakingTime>,
    /// When something was said or written last; milliseconds since the Unix epoch.
    #[cfg_attr(feature = "ts", ts(type = "number | null"))]
    pub last_activity: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use MeetingState::{Active, Cancelled, Concluded, Scheduled};

    #[test]
    fn nothing_is_written_down_but_in_a_meeting_that_runs_and_wants_it() {
        for state in [Scheduled, Concluded, Cancelled] {
            assert_eq!(taking(state, true, false), TakingStatus::Inactive);
        }
        assert_eq!(taking(Active, true, false), TakingStatus::Active);
        assert_eq!(taking(Active, true, true), TakingStatus::Paused);
        assert_eq!(taking(Active, false, true), TakingStatus::Inactive);
    }

    #[test]
    fn topics_are_those_of_the_latest_each_once_and_few() {
        let list = |words: &str| words.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let latest = [list("budget plan"), list("plan team"), list("a b c d")];
        assert_eq!(topics_of(latest), ["budget", "plan", "team", "a", "b"]);
        assert!(topics_of([]).is_empty());
    }

    #[test]
    fn the_talk_rests_some_time_after_the_last_word_or_the_start() {
        assert_eq!(lull_at(Active, Some(10), None), Some(10 + LULL_MS));
        assert_eq!(lull_at(Active, Some(10), Some(50)), Some(50 + LULL_MS));
        assert_eq!(lull_at(Active, Some(10), Some(5)), Some(10 + LULL_MS));
        assert_eq!(lull_at(Concluded, Some(10), Some(50)), None);
    }
}
