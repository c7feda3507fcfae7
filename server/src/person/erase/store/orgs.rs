//! The organisations of somebody who goes: one keeps who decides, for as long as others
//! belong to it, and ends with its last member.

use crate::db::{StoreError, Tx, to_u64};
use crate::on_tx;
use connvo_core::error::{ErrorCode, Problem};
use connvo_core::id::UserId;
use connvo_core::org::spare_admin;

/// The organisations of `$1`: which, whether they decide there, how many others do who
/// can come in, how many belong to it.
const ORGS_SQL: &str = "SELECT p.org_id, p.role = 'admin',
        (SELECT COUNT(*) FROM org_memberships a JOIN users u ON u.id = a.user_id
            WHERE a.org_id = p.org_id AND a.user_id <> $1 AND a.role = 'admin'
                AND a.removed_at IS NULL AND u.is_active AND u.deleted_at IS NULL),
        (SELECT COUNT(*) FROM org_memberships a
            WHERE a.org_id = p.org_id AND a.removed_at IS NULL)
    FROM org_memberships p JOIN orgs o ON o.id = p.org_id
    WHERE p.user_id = $1 AND p.removed_at IS NULL AND o.removed_at IS NULL ORDER BY p.org_id";
pub(super) type OrgRow = (String, bool, i64, i64);

/// An organisation keeps somebody who decides, for as long as others belong to it.
pub(super) fn hinders(orgs: &[OrgRow]) -> Option<Problem> {
    let mut shared = orgs.iter().filter(|org| org.1 && org.3 > 1);
    let held = shared.find(|org| spare_admin(to_u64(org.2)).is_err())?;
    let detail = format!(
        "you are the last administrator of the organisation {}: name another first",
        held.0
    );
    Some(Problem::new(ErrorCode::Conflict, detail).because("last-admin"))
}

/// Holds the person's organisations, always in the same order, and then looks at them.
pub(super) async fn hold_orgs(
    tx: impl Into<Tx<'_>>,
    user: &UserId,
    now: i64,
) -> Result<Vec<OrgRow>, StoreError> {
    on_tx!(tx.into(), |line| {
        let orgs: Vec<OrgRow> = sqlx::query_as(ORGS_SQL)
            .bind(user.as_str())
            .fetch_all(&mut *line)
            .await?;
        for org in &orgs {
            sqlx::query("UPDATE orgs SET updated_at = $2 WHERE id = $1")
                .bind(&org.0)
                .bind(now)
                .execute(&mut *line)
                .await?;
        }
        let held = sqlx::query_as(ORGS_SQL).bind(user.as_str());
        Ok(held.fetch_all(&mut *line).await?)
    })
}

/// An organisation of nobody else ends with its last member, unless the provider of
/// sign-in keeps it.
pub(super) async fn end_orgs(
    tx: impl Into<Tx<'_>>,
    orgs: &[OrgRow],
    now: i64,
) -> Result<(), StoreError> {
    on_tx!(tx.into(), |line| {
        for org in orgs.iter().filter(|org| org.3 == 1) {
            sqlx::query("UPDATE orgs SET removed_at = $2 WHERE id = $1 AND workos_id IS NULL")
                .bind(&org.0)
                .bind(now)
                .execute(&mut *line)
                .await?;
        }
    });
    Ok(())
}
