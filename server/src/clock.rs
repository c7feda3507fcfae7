//! The only places that read the clock and make randomness. Everything else gets
//! a [`Clock`] and [`Ids`] handed in, so that tests can stop time and repeat ids.

use connvo_core::id::{ConnectionId, MeetingId, MessageId, OrgId, SessionId, UserId};
use rand::{Rng, SeedableRng, rngs::StdRng};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

/// Where the time comes from.
#[derive(Debug, Clone)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// A clock that stands still until it is set; milliseconds since the Unix epoch.
    Fixed(Arc<AtomicU64>),
}

impl Clock {
    /// A clock that stands at `now_ms`.
    #[must_use]
    pub fn fixed(now_ms: u64) -> Self {
        Self::Fixed(Arc::new(AtomicU64::new(now_ms)))
    }

    /// Milliseconds since the Unix epoch.
    #[must_use]
    pub fn now_ms(&self) -> u64 {
        match self {
            Self::System => {
                #[expect(clippy::disallowed_methods, reason = "this is the clock")]
                let now = SystemTime::now();
                now.duration_since(UNIX_EPOCH).map_or(0, |since| {
                    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
                })
            }
            Self::Fixed(now) => now.load(Ordering::SeqCst),
        }
    }

    /// Moves a fixed clock on by `ms`; the machine's clock is left alone.
    pub fn advance(&self, ms: u64) {
        if let Self::Fixed(now) = self {
            now.fetch_add(ms, Ordering::SeqCst);
        }
    }
}

/// Where ids and other randomness come from.
#[derive(Clone)]
pub struct Ids {
    clock: Clock,
    rng: Arc<Mutex<StdRng>>,
}

impl Ids {
    /// Ids from the machine's randomness.
    #[must_use]
    pub fn random(clock: Clock) -> Self {
        #[expect(clippy::disallowed_methods, reason = "this is the randomness")]
        let seed = rand::random();
        Self::seeded(clock, seed)
    }

    /// Ids that repeat for the same seed and clock.
    #[must_use]
    pub fn seeded(clock: Clock, seed: u64) -> Self {
        Self {
            clock,
            rng: Arc::new(Mutex::new(StdRng::seed_from_u64(seed))),
        }
    }

    /// 64 random bits.
    #[must_use]
    pub fn bits(&self) -> u64 {
        self.rng
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .next_u64()
    }

    /// A fresh UUID, version 7, in its text form.
    #[must_use]
    pub fn uuid(&self) -> String {
        let mut tail = [0; 10];
        self.rng
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .fill_bytes(&mut tail);
        uuid::Builder::from_unix_timestamp_millis(self.clock.now_ms(), &tail)
            .into_uuid()
            .to_string()
    }

    /// A fresh id for a meeting.
    #[must_use]
    pub fn meeting(&self) -> MeetingId {
        made(self.uuid())
    }

    /// A fresh id for a user.
    #[must_use]
    pub fn user(&self) -> UserId {
        made(self.uuid())
    }

    /// A fresh id for an organisation.
    #[must_use]
    pub fn org(&self) -> OrgId {
        made(self.uuid())
    }

    /// A fresh id for a message.
    #[must_use]
    pub fn message(&self) -> MessageId {
        made(self.uuid())
    }

    /// A fresh id for a connection between two people.
    #[must_use]
    pub fn connection(&self) -> ConnectionId {
        made(self.uuid())
    }

    /// A fresh id for a live connection.
    #[must_use]
    pub fn session(&self) -> SessionId {
        made(self.uuid())
    }
}

/// A UUID in text form is an id of any kind: there is nothing to refuse.
pub(crate) fn made<Id: TryFrom<String>>(uuid: String) -> Id {
    match Id::try_from(uuid) {
        Ok(id) => id,
        Err(_) => unreachable!("a UUID is in its canonical form"),
    }
}
