//! Refusals, counted before they are written: like ones of one minute are one row,
//! so that a flood of them is not a flood of rows.

use super::{Entry, store};
use crate::app::App;
use crate::rate::network;
use connvo_core::id::UserId;
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// What like refusals are counted over, in milliseconds.
const MINUTE_MS: u64 = 60_000;
/// Most different refusals of one caller in one minute; what is beyond is one row.
const OF_ONE: usize = 50;
/// Most different refusals of one minute; beyond it each caller has one row more, and
/// beyond twice as many all callers together.
const DIFFERENT: usize = 1_000;
/// What stands for the action and the resource of refusals that are counted together.
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
    different: HashSet<String>,
    /// And how many of them each caller.
    of_one: HashMap<String, usize>,
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
            held.of_one.clear();
        }
        if !held.has_room(&entry) {
            (entry.action, entry.resource) = (MANY.into(), MANY.into());
            entry.reason = None;
            if held.different.len() >= 2 * DIFFERENT && !held.has(&entry) {
                (entry.actor_id, entry.session_id, entry.acted_by) = (None, None, None);
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
    fn has(&self, entry: &Entry) -> bool {
        self.different.contains(&flood(entry))
    }

    /// Whether a refusal has a row of its own. No caller takes it from another.
    fn has_room(&self, entry: &Entry) -> bool {
        let of_one = self.of_one.get(&caller(entry)).copied();
        self.has(entry) || (self.different.len() < DIFFERENT && of_one.unwrap_or_default() < OF_ONE)
    }

    fn add(&mut self, entry: Entry) {
        let flood = flood(&entry);
        if self.different.insert(flood.clone()) {
            *self.of_one.entry(caller(&entry)).or_default() += 1;
        }
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

/// Whose a refusal is: a user's, or else of a network; nobody's where all are together.
fn caller(entry: &Entry) -> String {
    let network = || entry.request.ip.map(|ip| network(ip).to_string());
    let user = entry.actor_id.as_ref().map(UserId::to_string);
    user.or_else(network).unwrap_or_default()
}

/// What like refusals have in common, and the minute.
fn flood(entry: &Entry) -> String {
    format!(
        "{} {} {} {} {} {}",
        entry.created_at / MINUTE_MS,
        caller(entry),
        entry.acted_by.as_deref().unwrap_or_default(),
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
            acted_by: None,
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

    fn by(caller: &str, resource: &str) -> Entry {
        let request = crate::actor::RequestInfo {
            ip: Some(caller.parse().unwrap()),
            ..Default::default()
        };
        Entry {
            request: Arc::new(request),
            ..refusal(resource, 60_000)
        }
    }

    fn counted(denials: &Denials) -> u64 {
        let held = denials.lock();
        held.waiting.values().map(|row| row.count).sum()
    }

    #[test]
    fn a_caller_who_tries_one_meeting_after_the_other_has_one_row_for_the_rest() {
        let denials = Denials::default();
        for at in 0..5 * DIFFERENT {
            denials.count(by("192.0.2.1", &format!("meetings/{at}")));
        }
        assert_eq!(waiting(&denials), OF_ONE + 1);
        assert_eq!(counted(&denials), 5 * DIFFERENT as u64);
    }

    #[test]
    fn one_caller_drives_out_nobody_elses_refusals() {
        let denials = Denials::default();
        // Whoever has one address of IPv6 has the whole network.
        for at in 0..5 * DIFFERENT {
            let address = format!("2001:db8::{:x}", at % 0xffff);
            denials.count(by(&address, &format!("meetings/{at}")));
        }
        denials.count(by("192.0.2.2", "meetings/secret"));
        let held = denials.lock();
        let other = held
            .waiting
            .values()
            .find(|row| row.resource == "meetings/secret");
        assert_eq!(other.unwrap().request.ip, "192.0.2.2".parse().ok());
    }

    #[test]
    fn many_callers_fill_no_table_and_none_is_uncounted() {
        let denials = Denials::default();
        for at in 0..10_000_u32 {
            let address = std::net::Ipv4Addr::from(at).to_string();
            denials.count(by(&address, "meetings/1"));
        }
        assert!(waiting(&denials) <= 2 * DIFFERENT + 1);
        assert_eq!(counted(&denials), 10_000);
    }
}
