//! What a live connection was found to be allowed at its last call, kept for as long as
//! nothing changes: somebody who speaks sends a call for each sentence.

use super::{ACTION, CAPABILITY, provided_by};
use crate::app::App;
use crate::flag;
use crate::listeners::{About, Hearing};
use crate::meeting::Membership;
use crate::org::standing::Standing;
use crate::rooms::Room;
use crate::rooms::mailbox::Mailbox;
use connvo_core::id::{MeetingId, UserId};
use connvo_core::transcript::NewChunk;
use connvo_core::transcript::speaker::may_speak_for;
use std::ops::Range;
use std::sync::Arc;

/// A member's right to have something written down. Whoever holds it drops it as soon as
/// rights have changed, of which its mailbox is told.
#[derive(Debug)]
pub struct Pass {
    meeting: MeetingId,
    by: Membership,
    standing: Standing,
    pub(super) room: Room,
    /// When what it says is good, in milliseconds since the Unix epoch.
    good: Range<u64>,
    cleared: u64,
    _hears: Hearing,
}

/// What is heard from before the question on.
pub(super) struct Asked {
    hears: Hearing,
    cleared: u64,
}

impl Asked {
    pub(super) fn now(app: &App, meeting: &MeetingId, mailbox: &Arc<Mailbox>) -> Self {
        let about = About::Meeting(meeting.clone());
        Self {
            hears: app.listeners.hear(about, mailbox),
            cleared: app.standings.cleared(),
        }
    }

    /// What was found of this person. It is good for as long as what it was found by, which
    /// may have been remembered for a while; for no time where that has changed since.
    pub(super) fn found(
        self,
        app: &App,
        (user, meeting): (&UserId, &MeetingId),
        (by, standing): (Membership, Standing),
        room: Room,
    ) -> Pass {
        let of_member = app.memberships.good(meeting, user).unwrap_or(0..0);
        let of_meeting = app.standings.good(&(), meeting).unwrap_or(0..0);
        let begin = of_member.start.max(of_meeting.start);
        let end = of_member.end.min(of_meeting.end);
        let changes_at = standing.entitlements.changes_at;
        Pass {
            meeting: meeting.clone(),
            by,
            room,
            good: begin..changes_at.map_or(end, |at| at.min(end)),
            standing,
            cleared: self.cleared,
            _hears: self.hears,
        }
    }
}

impl Pass {
    /// Whether it holds for these chunks of this person's; if not, it has to be asked.
    pub(super) fn admits(
        &self,
        app: &App,
        (user, meeting): (&UserId, &MeetingId),
        mailbox: &Mailbox,
        chunks: &[NewChunk],
    ) -> bool {
        let now = app.clock.now_ms();
        let holds = !chunks.is_empty()
            && self.meeting == *meeting
            && self.good.contains(&now)
            && !mailbox.is_urgent()
            && self.cleared == app.standings.cleared()
            && !self.room.is_closing();
        holds
            && self.by.may(ACTION, now).is_ok()
            && self.by.writes_down().is_ok()
            && may_speak_for(self.by.standing.role, user, chunks).is_ok()
            && provided_by(&self.standing, now).is_ok()
            && flag::is_on_for_all(app, CAPABILITY)
    }
}
