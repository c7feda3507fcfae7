//! The store's epoch: made once, changed when a backup is restored.

use super::{Db, StoreError, to_i64};
use crate::on_db;

/// The epoch, `fresh` where there was none.
///
/// # Errors
/// The store fails.
pub async fn epoch(db: &Db, fresh: &str, now_ms: u64) -> Result<String, StoreError> {
    let (epoch,): (String,) = on_db!(
        db,
        write | pool | {
            sqlx::query_as(
                "INSERT INTO store_meta (one, epoch, created_at) VALUES (1, $1, $2)
             ON CONFLICT (one) DO UPDATE SET epoch = store_meta.epoch RETURNING epoch",
            )
            .bind(fresh)
            .bind(to_i64(now_ms))
            .fetch_one(pool)
            .await?
        }
    );
    Ok(epoch)
}
