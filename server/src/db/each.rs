//! Pieces of several journals in one read (PostgreSQL).

use super::{StoreError, to_i64};
use connvo_core::id::MeetingId;
use connvo_core::live::journal::Sequenced;
use std::collections::HashMap;

/// The journals and the sequences after which each is read, as columns.
#[must_use]
pub fn columns(journals: &[(MeetingId, u64)]) -> (Vec<&str>, Vec<i64>) {
    journals
        .iter()
        .map(|(meeting, after)| (meeting.as_str(), to_i64(*after)))
        .unzip()
}

/// What was read of each journal, in order.
///
/// # Errors
/// A row makes no sense.
pub fn grouped<E: Sequenced>(
    rows: impl Iterator<Item = Result<(MeetingId, E), StoreError>>,
) -> Result<HashMap<MeetingId, Vec<E>>, StoreError> {
    let mut found: HashMap<MeetingId, Vec<E>> = HashMap::new();
    for row in rows {
        let (meeting, entry) = row?;
        found.entry(meeting).or_default().push(entry);
    }
    for page in found.values_mut() {
        page.sort_by_key(Sequenced::sequence);
    }
    Ok(found)
}
