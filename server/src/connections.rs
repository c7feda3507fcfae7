//! How many live connections everybody holds, through either door.

use crate::bus::{Bus, Hint};
use connvo_core::error::{ErrorCode, Problem};
use connvo_core::id::UserId;
use connvo_core::protocol::CONNECTIONS;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Who is connected how often; cheap to clone.
#[derive(Debug, Clone)]
pub struct Connections {
    held: Arc<Mutex<Held>>,
    bus: Bus,
}

#[derive(Debug, Default)]
struct Held {
    here: HashMap<UserId, usize>,
    /// By node.
    elsewhere: HashMap<String, HashMap<UserId, usize>>,
}

impl Held {
    fn count(&self, user: &UserId) -> usize {
        let elsewhere = self.elsewhere.values();
        let elsewhere = elsewhere.filter_map(|node| node.get(user)).sum::<usize>();
        elsewhere + self.here.get(user).copied().unwrap_or(0)
    }
}

/// One person's connection; dropping it ends it.
#[derive(Debug)]
pub struct Connected {
    connections: Connections,
    user: UserId,
}

impl Connections {
    /// Nobody is connected. What other nodes say of theirs counts too, as soon as it has
    /// come: two connections made at two nodes within a few milliseconds may be one too
    /// many.
    #[must_use]
    pub fn new(bus: Bus) -> Self {
        Self {
            held: Arc::default(),
            bus,
        }
    }

    /// One more connection of this person's. None that stands gives way to it.
    ///
    /// # Errors
    /// `RATE_LIMITED` when they hold as many as they may.
    pub fn enter(&self, user: &UserId) -> Result<Connected, Problem> {
        let mut held = self.lock();
        if held.count(user) >= CONNECTIONS {
            let detail = format!("at most {CONNECTIONS} live connections a person: close another");
            let mut problem = Problem::new(ErrorCode::RateLimited, detail);
            problem.retry_after_ms = Some(5_000);
            return Err(problem);
        }
        let count = held.here.entry(user.clone()).or_default();
        *count += 1;
        let count = *count;
        drop(held);
        self.say(user, count);
        Ok(Connected {
            connections: self.clone(),
            user: user.clone(),
        })
    }

    /// How many there are at this node.
    #[must_use]
    pub fn count(&self) -> usize {
        self.lock().here.values().sum()
    }

    /// Somebody holds so many at another node.
    pub fn elsewhere(&self, node: &str, user: &UserId, count: usize) {
        let mut held = self.lock();
        let of_node = held.elsewhere.entry(node.to_owned()).or_default();
        if count == 0 {
            of_node.remove(user);
        } else {
            of_node.insert(user.clone(), count);
        }
    }

    /// A node is gone, with all connections to it.
    pub fn forget(&self, node: &str) {
        self.lock().elsewhere.remove(node);
    }

    /// Tells the other nodes of all.
    pub fn tell(&self) {
        let held = self.lock();
        for (user, count) in &held.here {
            self.say(user, *count);
        }
    }

    fn say(&self, user: &UserId, count: usize) {
        self.bus.send(|| Hint::Connected {
            user_id: user.clone(),
            count,
        });
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Connected {
    fn drop(&mut self) {
        let mut held = self.connections.lock();
        let mut left = 0;
        if let Some(count) = held.here.get_mut(&self.user) {
            *count -= 1;
            left = *count;
        }
        if left == 0 {
            held.here.remove(&self.user);
        }
        drop(held);
        self.connections.say(&self.user, left);
    }
}
