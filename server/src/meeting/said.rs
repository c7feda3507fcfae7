//! What the server has said in a meeting's chat, shown to whoever follows it.

use crate::app::App;
use crate::bus::{Hint, Kind};
use crate::db::streams;
use connvo_core::id::MeetingId;

/// Shows, after the commit of what may have said something in the chat, what there is, here
/// and at the other nodes. What cannot be read now comes with the next message.
pub async fn show_said(app: &App, meeting: &MeetingId) {
    app.fresh.mark(meeting);
    match streams::head(&app.db, meeting, streams::CHAT).await {
        Ok(head) => {
            app.rooms.has_grown(meeting, Kind::Chat, head);
            app.bus.send(|| Hint::Grown {
                meeting_id: meeting.clone(),
                kind: Kind::Chat,
                head,
            });
        }
        Err(error) => tracing::warn!(%error, %meeting, "what was said is shown later"),
    }
}
