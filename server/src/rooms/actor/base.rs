//! A room's base: written when it is due, started over when it is not to be trusted.

use super::super::Ground;
use super::{Actor, End};
use crate::bus::Hint;
use crate::db::StoreError;
use crate::note::store as notes;
use connvo_core::id::MeetingId;
use connvo_core::live::note::Reseed;
use connvo_core::note::DocumentError;
use std::time::Duration;
use tokio::time::Instant;

/// Shortest and longest wait after a base that could not be written.
const AGAIN: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// A wait that doubles with every failure.
pub(super) struct Again {
    pub(super) at: Instant,
    wait: Duration,
}

impl Default for Again {
    fn default() -> Self {
        Self {
            at: Instant::now(),
            wait: AGAIN.0,
        }
    }
}

impl Again {
    fn later(&mut self) {
        self.at = Instant::now() + self.wait;
        self.wait = (self.wait * 2).min(AGAIN.1);
    }
}

pub(super) async fn store_reseed(
    ground: &Ground,
    meeting: &MeetingId,
    reseed: &Reseed,
) -> Result<bool, StoreError> {
    let now = ground.clock.now_ms();
    let Reseed {
        epoch,
        base,
        retired,
    } = reseed;
    notes::write_base(&ground.db, meeting, *epoch, base, retired, now).await
}

impl Actor {
    /// The document is not what its log gives: a new epoch is stored, and everybody
    /// comes again.
    pub(super) async fn start_over(&self, error: &DocumentError) -> End {
        let ground = self.rooms.ground();
        let stored = match self.room.note().reseed(ground.client_id()) {
            Ok(Some(reseed)) => store_reseed(ground, &self.meeting, &reseed)
                .await
                .map_err(|error| error.to_string()),
            Ok(None) => Ok(false),
            Err(error) => Err(error.to_string()),
        };
        if let Err(error) = stored {
            tracing::error!(meeting = %self.meeting, error, "the note could not be started over");
        }
        ground.bus.send(|| Hint::Reopen {
            meeting_id: self.meeting.clone(),
        });
        End::Broken(format!("started over from the log: {error}"))
    }

    pub(super) async fn write_base(&mut self) -> Result<(), End> {
        let base = match self.room.begin_base() {
            Ok(base) => base,
            Err(error) => return Err(self.start_over(&error).await),
        };
        let Some(base) = base else {
            return Ok(());
        };
        let ground = self.rooms.ground();
        let epoch = self.room.note().epoch();
        let written = notes::write_base(
            &ground.db,
            &self.meeting,
            epoch,
            &base,
            &[],
            ground.clock.now_ms(),
        )
        .await;
        match &written {
            Ok(_) => self.base_again = Again::default(),
            Err(error) => {
                tracing::warn!(meeting = %self.meeting, %error, "a base could not be written");
                self.base_again.later();
            }
        }
        self.room.base_saved(written.is_ok());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_base_that_fails_is_tried_ever_more_seldom_up_to_a_minute() {
        let mut again = Again::default();
        let waits: Vec<u64> = (0..8)
            .map(|_| {
                again.later();
                (again.at - Instant::now()).as_secs()
            })
            .collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
    }
}
