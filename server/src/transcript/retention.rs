//! Transcript that is older than the plan keeps is deleted, a little at a time.

use super::store;
use crate::app::App;
use crate::db::StoreError;
use crate::org::standing::of_org;
use connvo_core::entitlement::{Limits, Plan};
use connvo_core::id::{MeetingId, OrgId};
use std::collections::HashMap;

/// Meetings looked at in one read.
const MEETINGS: u32 = 100;
/// Chunks deleted in one transaction: writers wait for no more than that.
const CHUNKS: u32 = 500;

/// Deletes whatever is older than its meeting's plan keeps; answers how many chunks.
///
/// # Errors
/// The store fails; what was deleted until then stays deleted.
pub async fn sweep(app: &App) -> Result<u64, StoreError> {
    let (mut chunks, mut after): (u64, Option<MeetingId>) = (0, None);
    while !app.shutdown.is_cancelled() {
        let now = app.clock.now_ms();
        let page = store::oldest(&app.db, after.as_ref(), MEETINGS).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.meeting_id.clone());
        let mut since_of: HashMap<OrgId, u64> = HashMap::new();
        for meeting in page {
            let since = match meeting.org_id {
                None => Limits::of(Plan::Free).transcript_since(now),
                Some(org) => match since_of.get(&org) {
                    Some(since) => *since,
                    None => {
                        let limits = of_org(&app.db, &org, now).await?.limits;
                        let since = limits.transcript_since(now);
                        since_of.insert(org, since);
                        since
                    }
                },
            };
            if meeting.at_ms >= since {
                continue;
            }
            loop {
                let gone = store::forget(&app.db, &meeting.meeting_id, since, CHUNKS).await?;
                chunks += gone;
                if gone < u64::from(CHUNKS) {
                    break;
                }
            }
        }
    }
    Ok(chunks)
}
