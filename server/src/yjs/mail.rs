//! What rooms have left for an editor, and rights that end while it is open.

use super::{Editor, Over};
use crate::meeting::ask;
use crate::rooms::mailbox::{Changes, Letter};
use connvo_core::access::Action;
use connvo_core::error::{ErrorCode, Problem};
use connvo_core::live::stock::Message as Stock;
use connvo_core::protocol::close;

impl Editor {
    pub(super) async fn open_mail(&mut self) -> Result<(), Over> {
        let mail = self.mailbox.take();
        if mail.stops {
            return Err(Over(close::RESTART));
        }
        if mail.overflowed {
            return Err(Over(close::TRY_LATER));
        }
        if !mail.changes.is_empty() {
            self.recheck(&mail.changes).await?;
        }
        if !mail.woken.is_empty() {
            self.pacer.wake();
        }
        for letter in mail.letters {
            match letter {
                Letter::Presence { bytes, .. } => self.send(&Stock::Awareness(&bytes)).await?,
                Letter::Gone { .. } => return Err(Over(close::TRY_LATER)),
                // A refused client goes on read-only: closing would make it come
                // back with the same change for ever.
                Letter::Refuse { problem, .. } => {
                    tracing::info!(meeting = %self.meeting, code = ?problem.code, reason = problem.reason, "an update of a stock editor was refused");
                    self.refused = true;
                    self.door.set_writable(false);
                }
                Letter::Acknowledge { .. } | Letter::Replied { .. } => {}
            }
        }
        Ok(())
    }

    async fn recheck(&mut self, changes: &Changes) -> Result<(), Over> {
        if changes.cut_off() {
            return Err(Over(close::TRY_LATER));
        }
        let over = |problem: Problem| match problem.code {
            ErrorCode::Unavailable | ErrorCode::Internal => Over(close::TRY_LATER),
            _ => Over(close::POLICY),
        };
        let (user, session) = (&self.actor.user_id, self.actor.session_id.as_deref());
        if changes.any(|change| change.is_of(user, session)) {
            self.app.auth.stands(user, session).await.map_err(over)?;
        }
        if !changes.any(|change| change.is_in(&self.meeting, user)) {
            return Ok(());
        }
        let membership = ask(&self.app, &self.actor, &self.meeting, Action::ReadNote).await;
        self.membership = membership.map_err(over)?;
        let may = self
            .membership
            .may(Action::WriteNote, self.app.clock.now_ms())
            .is_ok()
            && !self.refused;
        let regained = may && !self.door.is_writable();
        self.door.set_writable(may);
        if regained && let Ok(state) = self.seat.room.sync(vec![0]).await {
            // What the client changed meanwhile was dropped: ask for it again.
            self.send(&Stock::Step1(&state.state_vector)).await?;
        }
        Ok(())
    }
}
