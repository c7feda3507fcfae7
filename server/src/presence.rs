//! Who is in which meeting now: of this server core's presence
//! ([`connvo_core::meeting::presence`]) by meeting, driven by the clock; of other nodes
//! what they have in the database.
//!
//! A server that starts anew finds nobody there, and everybody comes again with their
//! connections. What is kept of it is when somebody was there last (`leftAt` of a
//! participant), written after the fact. Somebody is there from the moment
//! that a live connection of theirs opens the note or the transcript ([`Here`] stands with
//! the open thing); joining over HTTP alone is no presence.

mod store;

use self::store as here;
use crate::actor::Actor;
use crate::app::App;
use crate::bus::Hint;
use crate::clock::Clock;
use crate::db::StoreError;
use crate::meeting::{What, store as meetings, touched};
use connvo_core::id::{MeetingId, UserId};
use connvo_core::meeting::presence::{Change, Presence as People};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// What could not be written is tried again after so long, in milliseconds.
const AGAIN_MS: u64 = 2_000;

/// News of people: the last of each in each meeting, and whether they are there.
type News = BTreeMap<(MeetingId, UserId), bool>;

/// Who is where; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Presence(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    held: Mutex<Held>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct Held {
    meetings: HashMap<MeetingId, People>,
    /// What is to be told: the last of each person in each meeting.
    news: News,
}

impl Held {
    fn note(&mut self, meeting: &MeetingId, changes: impl IntoIterator<Item = Change>) -> bool {
        let before = self.news.len();
        for change in changes {
            let (user, here) = match change {
                Change::Came(user) => (user, true),
                Change::Went(user) => (user, false),
            };
            self.news.insert((meeting.clone(), user), here);
        }
        self.news.len() > before
    }

    /// These are to be told too, where nothing newer is.
    fn tell_also(&mut self, news: News) {
        for (whose, here) in news {
            self.news.entry(whose).or_insert(here);
        }
    }

    fn people(
        &mut self,
        meeting: &MeetingId,
        act: impl FnOnce(&mut People) -> Vec<Change>,
    ) -> bool {
        let people = self.meetings.entry(meeting.clone()).or_default();
        let changes = act(people);
        if people.is_empty() {
            self.meetings.remove(meeting);
        }
        self.note(meeting, changes)
    }
}

/// Something that a person's device holds open in a meeting; dropping it closes that.
#[derive(Debug)]
pub struct Here {
    presence: Presence,
    clock: Clock,
    meeting: MeetingId,
    user: UserId,
    device: String,
}

impl Drop for Here {
    fn drop(&mut self) {
        let now = self.clock.now_ms();
        let went = |people: &mut People| {
            people.went(&self.user, &self.device, now);
            Vec::new()
        };
        let mut held = self.presence.lock();
        held.people_if_there(&self.meeting, went);
        drop(held);
        // Whoever waits is to wait for this one too.
        self.presence.0.changed.notify_one();
    }
}

impl Held {
    fn people_if_there(
        &mut self,
        meeting: &MeetingId,
        act: impl FnOnce(&mut People) -> Vec<Change>,
    ) -> bool {
        self.meetings.contains_key(meeting) && self.people(meeting, act)
    }
}

impl Presence {
    /// The actor opens something in a meeting. A device is what they signed in with: tabs
    /// of one browser are one.
    #[must_use]
    pub fn came(app: &App, meeting: &MeetingId, actor: &Actor) -> Here {
        let (user, device) = (&actor.user_id, actor.session_id.as_deref());
        let device = device.unwrap_or_default();
        let came = |people: &mut People| people.came(user, device).into_iter().collect();
        if app.presence.lock().people(meeting, came) {
            app.presence.0.changed.notify_one();
        }
        Here {
            presence: app.presence.clone(),
            clock: app.clock.clone(),
            meeting: meeting.clone(),
            user: user.clone(),
            device: device.to_owned(),
        }
    }

    /// This person has left the meeting, or was sent away, at another node.
    pub fn left_elsewhere(&self, meeting: &MeetingId, user: &UserId) {
        let left = |people: &mut People| people.left(user).into_iter().collect();
        if self.lock().people_if_there(meeting, left) {
            self.0.changed.notify_one();
        }
    }

    /// Who is in a meeting at this node.
    fn people_here(&self, meeting: &MeetingId) -> BTreeSet<UserId> {
        let held = self.lock();
        let people = held.meetings.get(meeting);
        people.map_or_else(BTreeSet::new, |people| people.people().cloned().collect())
    }

    /// How many meetings somebody is in.
    #[must_use]
    pub fn meetings(&self) -> usize {
        self.lock().meetings.len()
    }

    /// What has changed until `now_ms`, once; and when the next counts as gone. Both times
    /// in milliseconds since the Unix epoch.
    fn tick(&self, now_ms: u64) -> (News, Option<u64>) {
        let mut held = self.lock();
        let due: Vec<MeetingId> = held
            .meetings
            .iter()
            .filter(|(_, people)| people.next_due().is_some_and(|at| at <= now_ms))
            .map(|(meeting, _)| meeting.clone())
            .collect();
        for meeting in due {
            held.people(&meeting, |people| people.tick(now_ms));
        }
        let next = held.meetings.values().filter_map(People::next_due).min();
        (std::mem::take(&mut held.news), next)
    }

    /// Tells again of everybody who is here: the others may have taken this node for dead.
    pub fn tell_again(&self) {
        let mut held = self.lock();
        let all = held.meetings.iter().flat_map(|(meeting, people)| {
            people
                .people()
                .map(|user| ((meeting.clone(), user.clone()), true))
        });
        let all = all.collect();
        held.tell_also(all);
        drop(held);
        self.0.changed.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.0.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// This person has left the meeting, or was sent away: at every node.
pub fn left(app: &App, meeting: &MeetingId, user: &UserId) {
    app.bus.send(|| Hint::Left {
        meeting_id: meeting.clone(),
        user_id: user.clone(),
    });
    app.presence.left_elsewhere(meeting, user);
}

/// Who is in a meeting at any node, by id, at most `most` of them; and how many there are.
///
/// # Errors
/// The store fails.
pub async fn people(
    app: &App,
    meeting: &MeetingId,
    most: usize,
) -> Result<(Vec<UserId>, usize), StoreError> {
    let mut people = app.presence.people_here(meeting);
    people.extend(here::elsewhere(&app.db, app.bus.node(), meeting).await?);
    let count = people.len();
    Ok((people.into_iter().take(most).collect(), count))
}

/// The node that somebody was connected to is dead, and they are at no other.
pub async fn gone(app: &App, meeting: &MeetingId, user: &UserId) {
    if app.presence.people_here(meeting).contains(user) {
        return;
    }
    let now = app.clock.now_ms();
    if let Err(error) = meetings::away(&app.db, (user, meeting), now).await {
        tracing::warn!(%error, "when somebody was in a meeting is not written down");
    }
}

/// Writes that somebody is there, or that they are at no node any more.
async fn write(
    app: &App,
    whose: (&UserId, &MeetingId),
    here: bool,
    now: u64,
) -> Result<(), StoreError> {
    let node = app.bus.node();
    if here {
        here::came(&app.db, node, whose, now).await?;
        meetings::back(&app.db, whose, now).await?;
    } else if !here::went(&app.db, node, whose).await? {
        meetings::away(&app.db, whose, now).await?;
    }
    Ok(())
}

/// Tells of who comes and goes until the server is asked to go.
pub async fn run(app: App) {
    loop {
        let next = once(&app).await;
        let wait = next.map(|at| Duration::from_millis(at.saturating_sub(app.clock.now_ms())));
        tokio::select! {
            () = app.shutdown.cancelled() => return,
            () = app.presence.0.changed.notified() => {}
            () = async { tokio::time::sleep(wait.unwrap_or_default()).await }, if wait.is_some() => {}
        }
    }
}

/// Writes down and tells who has come and gone until now; answers when there is more to do,
/// in milliseconds since the Unix epoch. Where something cannot be written, it and the rest
/// is told all the same, and again later.
pub async fn once(app: &App) -> Option<u64> {
    let now = app.clock.now_ms();
    let (mut news, mut next) = app.presence.tick(now);
    let meetings: BTreeSet<MeetingId> = news.keys().map(|(meeting, _)| meeting.clone()).collect();
    while let Some(((meeting, user), here)) = news.pop_first() {
        if let Err(error) = write(app, (&user, &meeting), here, now).await {
            tracing::warn!(%error, "when somebody was in a meeting is not written down yet");
            news.insert((meeting, user), here);
            app.presence.lock().tell_also(news);
            next = next.into_iter().chain([now + AGAIN_MS]).min();
            break;
        }
    }
    for meeting in meetings {
        touched(app, &meeting, What::Here);
    }
    next
}
