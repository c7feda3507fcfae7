//! What every handler shares.

use crate::audit::Denials;
use crate::auth::Auth;
use crate::bus::{Bus, Hint};
use crate::clock::{Clock, Ids};
use crate::committer::Committer;
use crate::config::Config;
use crate::connections::Connections;
use crate::db::{Db, StoreError};
use crate::flag;
use crate::fresh::Fresh;
use crate::listeners::Listeners;
use crate::meeting::Membership;
use crate::meeting::spoken::Spoken;
use crate::metrics::Metrics;
use crate::nodes::lead::Nodes;
use crate::org::standing::Known;
use crate::person;
use crate::presence::Presence;
use crate::rate::Rates;
use crate::remembered::Remembered;
use crate::rooms::{self, Ground, Rooms};
use crate::user::seen::Seen;
use crate::views::{Topic, Views};
use connvo_core::flag::Flag;
use connvo_core::id::{MeetingId, UserId};
use connvo_core::meeting::MeetingState;
use std::ops::Deref;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The parts of a running server; cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

pub use crate::bus::AccessChange;

/// See [`App`].
pub struct Parts {
    /// Settings.
    pub config: Config,
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// Ids and other randomness.
    pub ids: Ids,
    /// Who is calling.
    pub auth: Auth,
    /// The way to the other nodes.
    pub bus: Bus,
    /// This node among the others.
    pub nodes: Nodes,
    /// The rooms of meetings.
    pub rooms: Rooms,
    /// Meetings that something was written in a moment ago.
    pub fresh: Arc<Fresh>,
    /// What everybody has used of the rate table.
    pub rates: Rates,
    /// Who was heard of when.
    pub seen: Seen,
    /// Refusals that wait to be written to the audit log.
    pub denials: Denials,
    /// Who is what in which meeting.
    pub memberships: Remembered<MeetingId, UserId, Membership>,
    /// What applies to which meeting.
    pub standings: Remembered<(), MeetingId, Arc<Known>>,
    /// The flags.
    pub flags: Remembered<(), (), Arc<[Flag]>>,
    /// How long who has spoken where somebody looks.
    pub spoken: Spoken,
    /// What is counted of the server itself.
    pub metrics: Metrics,
    /// Who is connected how often.
    pub connections: Connections,
    /// Who is in which meeting.
    pub presence: Presence,
    /// Who hears of changes to who may do what, after their commit.
    pub listeners: Listeners,
    /// The live views that somebody follows.
    pub views: Views,
    /// Cancelled when the server is about to go: readiness is off, and all goes on.
    pub leaving: CancellationToken,
    /// Cancelled when the server is to go: readiness is off, live connections drain.
    pub shutdown: CancellationToken,
    /// Live connections and other long tasks, waited for before the end.
    pub tasks: TaskTracker,
    /// The store's epoch: cursors of another are worth nothing.
    pub store_epoch: String,
}

impl Deref for App {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl App {
    /// Opens the store and everything that stands on it.
    ///
    /// # Errors
    /// The store fails.
    pub async fn open(config: Config, clock: Clock, ids: Ids) -> Result<Self, StoreError> {
        let db = Db::open(&config).await?;
        let store_epoch = crate::db::meta::epoch(&db, &ids.uuid(), clock.now_ms()).await?;
        let auth = Auth::open(&config, db.clone(), clock.clone(), ids.clone()).await?;
        let rates = Rates::open(&db, config.rate_limits, clock.now_ms()).await?;
        let fresh = Arc::<Fresh>::default();
        let bus = Bus::of(&config, &store_epoch, ids.uuid());
        let rooms = Rooms::new(Ground {
            committer: Committer::marking(&db, &fresh),
            db: db.clone(),
            clock: clock.clone(),
            ids: ids.clone(),
            limits: config.limits,
            idle: rooms::IDLE,
            bus: bus.clone(),
        });
        flag::store::seed(&db, &connvo_core::flag::seeds(), clock.now_ms()).await?;
        let interests = connvo_core::person::interest::seeds();
        person::store::seed(&db, &interests, clock.now_ms()).await?;
        let views = Views::new(clock.clone());
        Ok(Self(Arc::new(Parts {
            clock,
            ids,
            auth,
            nodes: Nodes::new(bus.is_shared()),
            connections: Connections::new(bus.clone()),
            bus,
            rooms,
            fresh,
            rates,
            seen: Seen::default(),
            denials: Denials::default(),
            memberships: Remembered::of(&db),
            standings: Remembered::of(&db),
            flags: Remembered::of(&db),
            spoken: Spoken::default(),
            metrics: Metrics::default(),
            presence: Presence::default(),
            listeners: Listeners::default(),
            views,
            leaving: CancellationToken::new(),
            shutdown: CancellationToken::new(),
            tasks: TaskTracker::new(),
            store_epoch,
            config,
            db,
        })))
    }

    /// Says, after the commit, what has changed: what is remembered of it is forgotten, and
    /// the views that read it are looked at again, on every node.
    pub fn touched(&self, topics: &[Topic]) {
        self.bus.send(|| Hint::Topics(topics.to_vec()));
        self.touched_elsewhere(topics);
    }

    /// As [`App::touched`], on this node alone: another one says so.
    pub fn touched_elsewhere(&self, topics: &[Topic]) {
        for topic in topics {
            match topic {
                Topic::Org(_) => self.standings.forget_all(),
                Topic::Flags => self.flags.forget_all(),
                Topic::Speakers(meeting_id) => self.spoken.forget(meeting_id),
                _ => {}
            }
        }
        self.views.touch(topics);
    }

    /// Says that anything may have changed on other nodes.
    pub fn touched_all(&self) {
        self.standings.forget_all();
        self.flags.forget_all();
        self.views.touch_all();
    }

    /// Says, after the commit, that a meeting has another host or is in another state;
    /// `now` is the one that it is in.
    pub fn meeting_changed(&self, meeting_id: &MeetingId, now: MeetingState) {
        self.access_changed(AccessChange::Meeting {
            meeting_id: meeting_id.clone(),
        });
        if now == MeetingState::Concluded {
            person::count::ended(self, meeting_id);
        }
    }

    /// Says, after the commit, that rights have changed: what is remembered of them is
    /// forgotten, and the connections that it is about ask again, on every node.
    pub fn access_changed(&self, change: AccessChange) {
        self.bus.send(|| Hint::Access(change.clone()));
        self.access_changed_elsewhere(change);
    }

    /// As [`App::access_changed`], on this node alone: another one says so.
    pub fn access_changed_elsewhere(&self, change: AccessChange) {
        self.auth.forget(&change);
        match &change {
            AccessChange::Meeting { meeting_id } => {
                self.memberships.forget(meeting_id);
                self.standings.forget_one(&(), meeting_id);
            }
            AccessChange::Member {
                meeting_id,
                user_id,
            } => self.memberships.forget_one(meeting_id, user_id),
            // Whether somebody may come in at all is asked elsewhere.
            AccessChange::Person { .. } | AccessChange::Session { .. } | AccessChange::CutOff => {}
        }
        let topics = match &change {
            AccessChange::Meeting { meeting_id } => vec![
                Topic::Meeting(meeting_id.clone()),
                Topic::Participants(meeting_id.clone()),
                Topic::State(meeting_id.clone()),
            ],
            AccessChange::Member {
                meeting_id,
                user_id,
            } => vec![
                Topic::Participants(meeting_id.clone()),
                Topic::State(meeting_id.clone()),
                Topic::MeetingsOf(user_id.clone()),
            ],
            AccessChange::Person { .. } | AccessChange::Session { .. } | AccessChange::CutOff => {
                Vec::new()
            }
        };
        // Before the views: who sees nothing of it any more is told so first.
        self.listeners.tell(change);
        self.views.touch(&topics);
    }
}
