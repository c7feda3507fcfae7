//! Rows that a transaction holds until it ends, so that two who read and then write what
//! belongs to one come one after the other.

use super::{StoreError, Tx};
use crate::on_tx;
use connvo_core::id::MeetingId;

/// Holds a meeting.
///
/// # Errors
/// The store fails.
pub async fn meeting(tx: impl Into<Tx<'_>>, id: &MeetingId) -> Result<(), StoreError> {
    on_tx!(tx.into(), |line| {
        sqlx::query("UPDATE meetings SET updated_at = updated_at WHERE id = $1")
            .bind(id.as_str())
            .execute(line)
            .await?;
    });
    Ok(())
}

/// Holds a meeting's journal (see [`super::streams`]). False where the meeting is no more: of
/// one that was removed meanwhile nothing is written.
///
/// # Errors
/// The store fails.
pub async fn journal(
    tx: impl Into<Tx<'_>>,
    meeting: &MeetingId,
    kind: &str,
) -> Result<bool, StoreError> {
    let held = on_tx!(tx.into(), |line| {
        sqlx::query("UPDATE streams SET head = head WHERE meeting_id = $1 AND kind = $2")
            .bind(meeting.as_str())
            .bind(kind)
            .execute(line)
            .await?
            .rows_affected()
    });
    Ok(held > 0)
}
