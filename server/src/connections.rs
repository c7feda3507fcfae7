//! How many live connections everybody holds, through either door.

use connvo_core::error::{ErrorCode, Problem};
use connvo_core::id::UserId;
use connvo_core::protocol::CONNECTIONS;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Who is connected how often; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Connections(Arc<Mutex<HashMap<UserId, usize>>>);

/// One person's connection; dropping it ends it.
#[derive(Debug)]
pub struct Connected {
    connections: Connections,
    user: UserId,
}

impl Connections {
    /// One more connection of this person's. None that stands gives way to it.
    ///
    /// # Errors
    /// `RATE_LIMITED` when they hold as many as they may.
    pub fn enter(&self, user: &UserId) -> Result<Connected, Problem> {
        let mut held = self.lock();
        let count = held.entry(user.clone()).or_default();
        if *count >= CONNECTIONS {
            let detail = format!("at most {CONNECTIONS} live connections a person: close another");
            let mut problem = Problem::new(ErrorCode::RateLimited, detail);
            problem.retry_after_ms = Some(5_000);
            return Err(problem);
        }
        *count += 1;
        drop(held);
        Ok(Connected {
            connections: self.clone(),
            user: user.clone(),
        })
    }

    /// How many there are in all.
    #[must_use]
    pub fn count(&self) -> usize {
        self.lock().values().sum()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<UserId, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Connected {
    fn drop(&mut self) {
        let mut held = self.connections.lock();
        if let Some(count) = held.get_mut(&self.user) {
            *count -= 1;
            if *count == 0 {
                held.remove(&self.user);
            }
        }
    }
}
