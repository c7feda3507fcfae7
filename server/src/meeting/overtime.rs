//! Meetings that have run for as long as their plan allows end by themselves: in the way
//! that a host ends them, with the server as who does it and the plan as the reason.

use super::store::Running;
use super::{ended, resource, show_said, store, successor};
use crate::app::App;
use crate::audit::Entry;
use crate::db::StoreError;
use crate::org::standing::of_org;
use connvo_core::access::Action;
use connvo_core::entitlement::{Limit, Limits, Plan};
use connvo_core::id::{MeetingId, OrgId};
use connvo_core::meeting::MeetingState;
use serde_json::json;
use std::collections::HashMap;
use std::time::Duration;

/// Meetings looked at in one read.
const MEETINGS: u32 = 100;
/// Longest wait until running meetings are looked at again: plans change, meetings begin.
const LONGEST: Duration = Duration::from_secs(60);
/// And the shortest.
const SHORTEST: Duration = Duration::from_secs(1);

/// Ends what is over until the server is asked to go, while it is this node that does.
pub async fn run(app: App) {
    while app.nodes.leading(&app).await {
        let looked = tokio::select! {
            () = app.shutdown.cancelled() => return,
            looked = once(&app) => looked,
        };
        let wait = match looked {
            Ok(next) => next.map_or(LONGEST, |at| {
                Duration::from_millis(at.saturating_sub(app.clock.now_ms()))
            }),
            Err(error) => {
                tracing::error!(%error, "meetings whose time is over cannot be ended now");
                LONGEST
            }
        };
        tokio::select! {
            () = app.shutdown.cancelled() => return,
            () = tokio::time::sleep(wait.clamp(SHORTEST, LONGEST)) => {}
        }
    }
}

/// Ends every meeting whose time is over now; answers when that of the next is, in
/// milliseconds since the Unix epoch. One that cannot be ended is told of in the log, and
/// keeps no other from its end.
///
/// # Errors
/// The store fails; what was ended until then stays ended.
pub async fn once(app: &App) -> Result<Option<u64>, StoreError> {
    let (mut next, mut after): (Option<u64>, Option<MeetingId>) = (None, None);
    let mut limits_of: HashMap<Option<OrgId>, Limits> = HashMap::new();
    while !app.shutdown.is_cancelled() {
        let page = store::running(&app.db, after.as_ref(), MEETINGS).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id.clone());
        for meeting in page {
            match look(app, &meeting, &mut limits_of).await {
                Ok(over_at) => next = next.into_iter().chain(over_at).min(),
                Err(error) => {
                    tracing::error!(%error, meeting = %meeting.id, "a meeting cannot be ended now");
                }
            }
        }
    }
    Ok(next)
}

/// Ends a meeting whose time is over now; answers when it is over, where it goes on.
async fn look(
    app: &App,
    meeting: &Running,
    limits_of: &mut HashMap<Option<OrgId>, Limits>,
) -> Result<Option<u64>, StoreError> {
    let now = app.clock.now_ms();
    let limits = match (limits_of.get(&meeting.org_id), &meeting.org_id) {
        (Some(limits), _) => *limits,
        (None, None) => Limits::of(Plan::Free),
        (None, Some(org)) => of_org(&app.db, org, now).await?.limits,
    };
    limits_of.insert(meeting.org_id.clone(), limits);
    let over_at = limits.meeting_over_at(meeting.started_at);
    if now < over_at {
        return Ok(Some(over_at));
    }
    end(app, &meeting.id, limits).await?;
    Ok(None)
}

async fn end(app: &App, meeting: &MeetingId, limits: Limits) -> Result<(), StoreError> {
    let to = MeetingState::Concluded;
    let state = json!({"from": MeetingState::Active, "to": to});
    let action = Action::EndMeeting.as_str();
    let entry = Entry::of_server(app, action, &resource(meeting))
        .with(json!({"state": state, "meetingMinutes": limits.meeting_minutes}))
        .because(Limit::MeetingMinutes.as_str());
    // Somebody may have ended it meanwhile.
    let next = successor(app, meeting);
    let along = (&entry, &next);
    if store::conclude(&app.db, meeting, along, app.clock.now_ms()).await? {
        ended(app, meeting, to, Some(&next));
        show_said(app, meeting).await;
    }
    Ok(())
}
