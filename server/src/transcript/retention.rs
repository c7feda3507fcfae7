//! Transcript that is older than the plan keeps is deleted, a little at a time, and a
//! week later than reads hide it: who pays again within the week has it back.

use super::store;
use crate::app::App;
use crate::db::StoreError;
use crate::org::standing::of_org;
use connvo_core::entitlement::{Limits, Plan};
use connvo_core::id::{MeetingId, OrgId};
use std::collections::HashMap;

/// How much longer transcript is stored than the plan shows it, in milliseconds: what a
/// smaller plan, or a subscription that ended by mistake, hides is not lost at once.
pub const GRACE_MS: u64 = 7 * 24 * 3_600_000;
/// Meetings looked at in one read.
const MEETINGS: u32 = 100;
/// Chunks deleted in one transaction: writers wait for no more than that.
const CHUNKS: u32 = 500;

/// Deletes whatever is older by [`GRACE_MS`] than its meeting's plan keeps; answers how many
/// chunks.
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
        let hidden = |limits: Limits| limits.transcript_since(now).saturating_sub(GRACE_MS);
        let mut since_of: HashMap<OrgId, u64> = HashMap::new();
        for meeting in page {
            let since = match meeting.org_id {
                None => hidden(Limits::of(Plan::Free)),
                Some(org) => match since_of.get(&org) {
                    Some(since) => *since,
                    None => {
                        let limits = of_org(&app.db, &org, now).await?.limits;
                        let since = hidden(limits);
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
