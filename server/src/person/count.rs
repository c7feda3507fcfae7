//! Counts of people's meetings, beside what they are counted from: an ended meeting is
//! added right after its end, and what a crash kept from it by the sweep.

use super::store;
use crate::app::App;
use crate::db::StoreError;
use connvo_core::id::MeetingId;

/// Meetings looked at in one read.
const MEETINGS: u32 = 100;

/// Adds a meeting that has just ended; nobody waits for it.
pub fn ended(app: &App, meeting: &MeetingId) {
    let (app, meeting) = (app.clone(), meeting.clone());
    app.tasks.clone().spawn(async move {
        if let Err(error) = store::count_meeting(&app.db, &meeting, app.clock.now_ms()).await {
            tracing::warn!(%error, "a meeting is counted later");
        }
    });
}

/// Adds every ended meeting that is not counted yet.
///
/// # Errors
/// The store fails; what was counted until then stays counted.
pub async fn sweep(app: &App) -> Result<(), StoreError> {
    let mut after = String::new();
    while !app.shutdown.is_cancelled() {
        let page = store::uncounted(&app.db, &after, MEETINGS).await?;
        let Some(last) = page.last() else { break };
        after = last.to_string();
        for meeting in &page {
            store::count_meeting(&app.db, meeting, app.clock.now_ms()).await?;
        }
    }
    Ok(())
}
