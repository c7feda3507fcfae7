//! Who is deleted is found no more, at once: segments under their name go with what is
//! found of them, and come again without it when the index follows what became of the
//! transcript.

use super::store;
use crate::app::App;
use crate::db::StoreError;
use connvo_core::id::{MeetingId, UserId};

/// Takes away what is found under a person's id. Chunks have lost it before, and
/// messages the name.
///
/// # Errors
/// The store fails; what was done until then stays done.
pub async fn person(app: &App, user: &UserId) -> Result<(), StoreError> {
    for meeting in store::forget::person(&app.db, user).await? {
        app.fresh.mark(&meeting);
    }
    Ok(())
}

/// Takes away what is found in a meeting under a name and nobody's id, of what was said
/// since then (milliseconds since the Unix epoch). The chunks have lost the name before.
///
/// # Errors
/// The store fails; what was done until then stays done.
pub async fn label(app: &App, meeting: &MeetingId, since: (&str, u64)) -> Result<(), StoreError> {
    store::forget::label(&app.db, meeting, since).await?;
    app.fresh.mark(meeting);
    Ok(())
}
