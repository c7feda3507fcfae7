//! Transcript that is older than the plan keeps is deleted, a little at a time, when reads
//! have hidden it for a week: who pays again within the week has it back. The sweep itself
//! notes what retention it finds, so that it does not matter what made it smaller: an event
//! of the billing service, an override, a grace that ran out, an organisation that closed.

mod store;

use super::store as chunks;
use crate::app::App;
use crate::db::StoreError;
use crate::org::standing::of_org;
use crate::views::Topic;
use connvo_core::entitlement::{Limits, Plan, Retention, retentions, stored_since};
use connvo_core::id::{MeetingId, OrgId};
use std::collections::HashMap;

/// Meetings looked at in one read.
const MEETINGS: u32 = 100;
/// Chunks deleted in one transaction: writers wait for no more than that.
const CHUNKS: u32 = 500;

/// Deletes whatever its meeting's plan has hidden for a week; answers how many chunks.
///
/// # Errors
/// The store fails; what was deleted until then stays deleted.
pub async fn sweep(app: &App) -> Result<u64, StoreError> {
    let (mut gone, mut after): (u64, Option<MeetingId>) = (0, None);
    while !app.shutdown.is_cancelled() {
        let page = chunks::oldest(&app.db, after.as_ref(), MEETINGS).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.meeting_id.clone());
        let mut since_of: HashMap<Option<OrgId>, u64> = HashMap::new();
        for meeting in page {
            let Some(at_ms) = meeting.at_ms else { continue };
            let since = match since_of.get(&meeting.org_id) {
                Some(since) => *since,
                None => since(app, meeting.org_id.as_ref()).await?,
            };
            since_of.insert(meeting.org_id, since);
            if at_ms >= since {
                continue;
            }
            loop {
                let some = chunks::forget(&app.db, &meeting.meeting_id, since, CHUNKS).await?;
                gone += some;
                if some < u64::from(CHUNKS) {
                    break;
                }
            }
            // What nobody is heard under any more has no name either.
            if chunks::speakers::forget(&app.db, &meeting.meeting_id).await? {
                app.touched(&[Topic::Speakers(meeting.meeting_id)]);
            }
        }
    }
    Ok(gone)
}

/// Since when transcript of an organisation's meetings stays, or of those without one; what
/// retention it has now is noted.
pub(crate) async fn since(app: &App, org: Option<&OrgId>) -> Result<u64, StoreError> {
    let now = app.clock.now_ms();
    let Some(org) = org else {
        let always = Retention {
            days: Limits::of(Plan::Free).transcript_retention_days,
            ended_at: None,
        };
        return Ok(stored_since(&[always], now));
    };
    let known = store::known(&app.db, org).await?;
    let limits = of_org(&app.db, org, now).await?.limits;
    let all = retentions(&known, limits.transcript_retention_days, now);
    if all != known {
        store::put(&app.db, org, &all).await?;
    }
    Ok(stored_since(&all, now))
}
