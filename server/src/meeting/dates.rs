//! The dates to come of a recurring meeting.

use super::{authorise, store};
use crate::actor::Actor;
use crate::app::App;
use connvo_core::access::Action;
use connvo_core::error::Problem;
use connvo_core::id::MeetingId;
use connvo_core::meeting::SeriesDate;

/// A page of the dates of a meeting's series, those after `after` (milliseconds since the
/// Unix epoch), by the rule; the first is the meeting's own. None where it does not repeat
/// or is over.
///
/// # Errors
/// `NOT_FOUND` to strangers.
pub async fn list(
    app: &App,
    actor: &Actor,
    meeting: &MeetingId,
    (after, limit): (Option<u64>, u32),
) -> Result<Vec<SeriesDate>, Problem> {
    authorise(app, actor, meeting, Action::ReadMeeting).await?;
    let found = store::get_whole(&app.db, &actor.user_id, meeting).await?;
    let (found, series) = found.ok_or_else(|| Problem::not_found("the meeting"))?;
    let (Some(series), Some(planned)) = (series, found.plan.scheduled_at) else {
        return Ok(Vec::new());
    };
    let own = found.occurrence_at.unwrap_or(planned);
    let from = after.map_or(own, |after| own.max(after.saturating_add(1)));
    let most = u16::try_from(limit).unwrap_or(u16::MAX);
    let mut dates = series.dates(from, u64::MAX, most);
    if let Some(first) = dates.first_mut().filter(|one| one.occurrence_at == own) {
        first.scheduled_at = Some(planned);
    }
    Ok(dates)
}
