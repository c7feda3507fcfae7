//! The months that the transcript is kept by on PostgreSQL (`0033_transcript_partitions.sql`
//! says how): made ahead, and given up when retention has left nothing in them.

mod store;

use crate::db::{Db, StoreError};

/// Months that are there before they begin.
const AHEAD: i32 = 3;
/// How long a month is over before it is given up. A meeting may be made long before it is
/// held: what is said in one of a month given up is kept with what no month has.
const KEPT_DAYS: i32 = 90;

/// Makes the months to come, and gives up those that are long over and empty.
///
/// # Errors
/// The store fails, or somebody holds the transcript for long: it is done the next time.
pub async fn keep(db: &Db, now_ms: u64) -> Result<(), StoreError> {
    for month in store::missing(db, now_ms, AHEAD).await? {
        store::make(db, &month).await?;
    }
    for name in store::over(db, now_ms, KEPT_DAYS).await? {
        if store::give_up(db, &name).await? {
            tracing::info!(
                name,
                "a month of transcript is over, and nothing of it was left"
            );
        }
    }
    Ok(())
}
