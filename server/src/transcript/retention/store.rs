//! For how long organisations were shown their transcript, in the database.

use crate::db::{Db, StoreError, to_i64, to_u64};
use crate::on_db;
use connvo_core::entitlement::Retention;
use connvo_core::id::OrgId;

/// What is known of an organisation, by days.
pub(super) async fn known(db: &Db, org: &OrgId) -> Result<Vec<Retention>, StoreError> {
    let rows: Vec<(i64, Option<i64>)> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(
                "SELECT days, ended_at FROM transcript_retentions WHERE org_id = $1 ORDER BY days",
            )
            .bind(org.as_str())
            .fetch_all(pool)
            .await?
        }
    );
    let retention = |(days, ended_at): (i64, Option<i64>)| Retention {
        days: u32::try_from(days).unwrap_or(u32::MAX),
        ended_at: ended_at.map(to_u64),
    };
    Ok(rows.into_iter().map(retention).collect())
}

/// Stores what is known of an organisation in the place of what was.
pub(super) async fn put(db: &Db, org: &OrgId, all: &[Retention]) -> Result<(), StoreError> {
    on_db!(
        db,
        transaction | tx | {
            sqlx::query("DELETE FROM transcript_retentions WHERE org_id = $1")
                .bind(org.as_str())
                .execute(&mut *tx)
                .await?;
            for held in all {
                // Another node may have looked at the same moment.
                sqlx::query(
                    "INSERT INTO transcript_retentions (org_id, days, ended_at)
                    VALUES ($1, $2, $3)
                    ON CONFLICT (org_id, days) DO UPDATE SET ended_at = excluded.ended_at",
                )
                .bind(org.as_str())
                .bind(i64::from(held.days))
                .bind(held.ended_at.map(to_i64))
                .execute(&mut *tx)
                .await?;
            }
        }
    );
    Ok(())
}
