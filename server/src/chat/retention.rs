//! Messages are kept for 90 days, or for as long as the plan keeps the transcript beside
//! them, and then deleted, a little at a time, with what search knows of them.

use super::store;
use crate::app::App;
use crate::db::StoreError;
use crate::transcript::retention::since;
use connvo_core::chat::KEPT_MS;
use connvo_core::id::{MeetingId, OrgId};
use std::collections::HashMap;

/// Meetings looked at in one read.
const MEETINGS: u32 = 100;

/// Deletes what is older than it is kept; answers how many messages.
///
/// # Errors
/// The store fails; what was deleted until then stays deleted.
pub async fn sweep(app: &App) -> Result<u64, StoreError> {
    let always = app.clock.now_ms().saturating_sub(KEPT_MS);
    let mut since_of: HashMap<Option<OrgId>, u64> = HashMap::new();
    let (mut gone, mut after): (u64, Option<MeetingId>) = (0, None);
    while !app.shutdown.is_cancelled() {
        let page = store::oldest(&app.db, after.as_ref(), always, MEETINGS).await?;
        let Some((last, _)) = page.last() else { break };
        after = Some(last.clone());
        for (meeting, org) in page {
            let spoken = match since_of.get(&org) {
                Some(spoken) => *spoken,
                None => since(app, org.as_ref()).await?,
            };
            since_of.insert(org, spoken);
            gone += store::forget(&app.db, &meeting, always.min(spoken)).await?;
        }
    }
    Ok(gone)
}
