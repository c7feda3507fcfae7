//! Refusals, counted before they are written: like ones of one minute are one row,
//! so that a flood of them is not a flood of rows.

use super::{Entry, store};
use crate::app::App;
use connvo_core::id::UserId;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// What like refusals are counted over, in milliseconds.
const MINUTE_MS: u64 = 60_000;
/// Most different refusals of one minute; beyond it those of one caller are counted
/// together, and beyond twice as many all of one action.
const DIFFERENT: usize = 1_000;
/// What stands for the resource of refusals that are counted together.
const MANY: &str = "*";

/// Refusals that wait to be written.
#[derive(Debug, Default)]
pub struct Denials {
    held: Mutex<Held>,
    some: Notify,
}

#[derive(Debug, Default)]
struct Held {
    minute: u64,
    /// How many different ones this minute has had.
    different: HashMap<String, ()>,
    waiting: HashMap<String, Entry>,
}

impl Denials {
    /// Counts a refusal.
    pub(super) fn count(&self, mut entry: Entry) {
        let mut held = self.lock();
        let minute = entry.created_at / MINUTE_MS;
        if minute != held.minute {
            held.minute = minute;
            held.different.clear();
        }
        let known = held.different.contains_key(&flood(&entry));
        if !known && held.different.len() >= DIFFERENT {
            entry.resource = MANY.into();
            if held.different.len() >= 2 * DIFFERENT {
                (entry.actor_id, entry.session_id) = (None, None);
                entry.request = std::sync::Arc::default();
            }
        }
        held.add(entry);
        drop(held);
        self.some.notify_one();
    }

    /// Waits until there is something to write.
    pub(crate) async fn some(&self) {
        self.some.notified().await;
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn add(&mut self, entry: Entry) {
        let flood = flood(&entry);
        self.different.insert(flood.clone(), ());
        self.waiting
            .entry(flood)
            .and_modify(|first| first.count += entry.count)
            .or_insert(entry);
    }
}

/// Writes what was counted. What cannot be written now waits on.
pub async fn write_behind(app: &App) {
    let waiting = std::mem::take(&mut app.denials.lock().waiting);
    if waiting.is_empty() {
        return;
    }
    let rows: Vec<(String, Entry)> = waiting.into_iter().collect();
    if let Err(error) = store::count(&app.db, &rows).await {
        tracing::error!(%error, "refusals cannot be written to the audit log yet");
        let mut held = app.denials.lock();
        rows.into_iter().for_each(|(_, entry)| held.add(entry));
        drop(held);
        app.denials.some.notify_one();
    }
}

/// What like refusals have in common, and the minute.
fn flood(entry: &Entry) -> String {
    let ip = || entry.request.ip.map(|ip| ip.to_string());
    let who = entry.actor_id.as_ref().map(UserId::to_string).or_else(ip);
    format!(
        "{} {} {} {} {}",
        entry.created_at / MINUTE_MS,
        who.unwrap_or_default(),
        entry.action,
        entry.resource,
        entry.reason.as_deref().unwrap_or_default(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::Kind;
    use std::sync::Arc;

    fn refusal(resource: &str, created_at: u64) -> Entry {
        Entry {
            id: resource.into(),
            actor_id: None,
            session_id: None,
            kind: Kind::Denial,
            resource: resource.into(),
            action: "readNote".into(),
            success: false,
            reason: None,
            request: Arc::default(),
            changes: serde_json::json!({}),
            count: 1,
            created_at,
        }
    }

    fn waiting(denials: &Denials) -> usize {
        denials.lock().waiting.len()
    }

    #[test]
    fn like_refusals_of_one_minute_are_counted_into_one() {
        let denials = Denials::default();
        for at in 0..100 {
            denials.count(refusal("meetings/1", 60_000 + at));
        }
        denials.count(refusal("meetings/2", 60_000));
        denials.count(refusal("meetings/1", 120_000));
        assert_eq!(waiting(&denials), 3);
        let held = denials.lock();
        assert!(held.waiting.values().any(|first| first.count == 100));
    }

    #[test]
    fn a_caller_who_tries_one_meeting_after_the_other_fills_no_table() {
        let denials = Denials::default();
        for at in 0..5 * DIFFERENT {
            denials.count(refusal(&format!("meetings/{at}"), 60_000));
        }
        assert!(waiting(&denials) <= 2 * DIFFERENT);
        let counted = denials
            .lock()
            .waiting
            .values()
            .map(|row| row.count)
            .sum::<u64>();
        assert_eq!(counted, 5 * DIFFERENT as u64);
    }
}
