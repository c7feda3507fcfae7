//! The provider's news in the database. A removal may carry the time of the last change
//! before it: of one time it is the last. An organisation that was removed, there or by
//! its own administrator, stays so: the provider never gives an id again.

use super::{ProviderMembership, ProviderOrg};
use crate::db::{Db, StoreError, to_i64, to_id};
use crate::on_db;
use connvo_core::id::OrgId;
use connvo_core::org::OrgRole;

/// Stores an organisation under the provider's id, `fresh` as its own at first sight;
/// absent when what is known is newer.
pub(super) async fn put_org(
    db: &Db,
    fresh: &OrgId,
    news: &ProviderOrg<'_>,
    name: &str,
    now_ms: u64,
) -> Result<Option<OrgId>, StoreError> {
    let now = to_i64(now_ms);
    let row: Option<(String,)> = on_db!(
        db,
        write | pool | {
            sqlx::query_as(
                "INSERT INTO orgs
                    (id, name, workos_id, provider_updated_at, removed_at, created_at, updated_at)
                VALUES ($1, $2, $3, $4, $5, $6, $6)
                ON CONFLICT (workos_id) DO UPDATE SET name = excluded.name,
                    provider_updated_at = excluded.provider_updated_at,
                    removed_at = COALESCE(orgs.removed_at, excluded.removed_at),
                    updated_at = excluded.updated_at
                WHERE COALESCE(orgs.provider_updated_at, -1) < excluded.provider_updated_at
                    OR (orgs.provider_updated_at = excluded.provider_updated_at
                        AND excluded.removed_at IS NOT NULL AND orgs.removed_at IS NULL)
                RETURNING id",
            )
            .bind(fresh.as_str())
            .bind(name)
            .bind(news.workos_id)
            .bind(to_i64(news.updated_at))
            .bind(news.removed.then_some(now))
            .bind(now)
            .fetch_optional(pool)
            .await?
        }
    );
    row.map(|(id,)| to_id(&id)).transpose()
}

/// Stores a membership, and its organisation where that is not known yet; false when
/// what is known of it is newer.
pub(super) async fn put_membership(
    db: &Db,
    fresh: &OrgId,
    news: &ProviderMembership<'_>,
    role: OrgRole,
    org_name: &str,
    now_ms: u64,
) -> Result<bool, StoreError> {
    let now = to_i64(now_ms);
    let changed = on_db!(
        db,
        transaction | tx | {
            sqlx::query(
                "INSERT INTO orgs (id, name, workos_id, created_at, updated_at)
                VALUES ($1, $2, $3, $4, $4) ON CONFLICT (workos_id) DO NOTHING",
            )
            .bind(fresh.as_str())
            .bind(org_name)
            .bind(news.workos_org_id)
            .bind(now)
            .execute(&mut *tx)
            .await?;
            sqlx::query(
                "INSERT INTO org_memberships (org_id, user_id, role, provider_updated_at,
                    removed_at, created_at, updated_at)
                SELECT id, $2, $3, $4, $5, $6, $6 FROM orgs WHERE workos_id = $1
                ON CONFLICT (org_id, user_id) DO UPDATE SET role = excluded.role,
                    provider_updated_at = excluded.provider_updated_at,
                    removed_at = excluded.removed_at, updated_at = excluded.updated_at
                WHERE COALESCE(org_memberships.provider_updated_at, -1)
                        < excluded.provider_updated_at
                    OR (org_memberships.provider_updated_at = excluded.provider_updated_at
                        AND excluded.removed_at IS NOT NULL
                        AND org_memberships.removed_at IS NULL)",
            )
            .bind(news.workos_org_id)
            .bind(news.user_id.as_str())
            .bind(role.as_str())
            .bind(to_i64(news.updated_at))
            .bind((!news.active).then_some(now))
            .bind(now)
            .execute(&mut *tx)
            .await?
            .rows_affected()
        }
    );
    Ok(changed == 1)
}
