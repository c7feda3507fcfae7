//! The provider's news in the database. A removal may carry the time of the last change
//! before it: of one time it is the last. An organisation that was removed, there or by
//! its own administrator, stays so: the provider never gives an id again. What changed is
//! in the audit log.

use super::{ProviderMembership, ProviderOrg};
use crate::audit::{self, Trail};
use crate::db::{StoreError, Tx, to_i64, to_id};
use crate::on_tx;
use connvo_core::id::{OrgId, UserId};
use connvo_core::org::OrgRole;
use serde_json::json;

/// Holds an organisation, and tells how it is.
const HOLD_SQL: &str = "UPDATE orgs SET updated_at = updated_at WHERE workos_id = $1
    RETURNING id, name, removed_at";
type OrgRow = (String, String, Option<i64>);

/// Holds an organisation; absent when it is not known.
pub(super) async fn hold(
    tx: impl Into<Tx<'_>>,
    workos_id: &str,
) -> Result<Option<OrgRow>, StoreError> {
    on_tx!(tx.into(), |line| {
        let held = sqlx::query_as(HOLD_SQL).bind(workos_id);
        Ok(held.fetch_optional(line).await?)
    })
}

/// Stores an organisation under the provider's id, `fresh` as its own at first sight;
/// absent when what is known is newer.
pub(super) async fn put_org(
    tx: impl Into<Tx<'_>>,
    fresh: &OrgId,
    news: &ProviderOrg<'_>,
    name: &str,
    trail: &Trail,
) -> Result<Option<OrgId>, StoreError> {
    let now = to_i64(trail.now_ms());
    let row: Option<(String,)> = on_tx!(tx.into(), |line| {
        let held = hold(&mut *line, news.workos_id).await?;
        let row: Option<(String,)> = sqlx::query_as(
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
        .fetch_optional(&mut *line)
        .await?;
        if let Some((id,)) = &row {
            let was = held.as_ref().map(|held| held.1.as_str());
            let resource = format!("orgs/{id}");
            if was != Some(name) {
                let action = was.map_or("createOrg", |_| "renameOrg");
                let changes = json!({"name": {"from": was, "to": name}});
                let entry = trail.change(action, &resource, changes);
                audit::store::record(&mut *line, &entry).await?;
            }
            if news.removed && held.is_none_or(|held| held.2.is_none()) {
                let changes = json!({"removedAt": {"from": null, "to": trail.now_ms()}});
                let entry = trail.change("closeOrg", &resource, changes);
                audit::store::record(&mut *line, &entry).await?;
            }
        }
        row
    });
    row.map(|(id,)| to_id(&id)).transpose()
}

/// Stores a membership, and its organisation where that is not known yet; false when
/// what is known of it is newer.
pub(super) async fn put_membership(
    tx: impl Into<Tx<'_>>,
    (fresh, org_name): (&OrgId, &str),
    user: &UserId,
    (news, role): (&ProviderMembership<'_>, OrgRole),
    trail: &Trail,
) -> Result<bool, StoreError> {
    let now = to_i64(trail.now_ms());
    let changed = on_tx!(tx.into(), |line| {
        let made = sqlx::query(
            "INSERT INTO orgs (id, name, workos_id, created_at, updated_at)
                VALUES ($1, $2, $3, $4, $4) ON CONFLICT (workos_id) DO NOTHING",
        )
        .bind(fresh.as_str())
        .bind(org_name)
        .bind(news.workos_org_id)
        .bind(now)
        .execute(&mut *line)
        .await?
        .rows_affected();
        let (org, _, _): OrgRow = sqlx::query_as(HOLD_SQL)
            .bind(news.workos_org_id)
            .fetch_one(&mut *line)
            .await?;
        let resource = format!("orgs/{org}");
        if made == 1 {
            let changes = json!({"name": {"from": null, "to": org_name}});
            let entry = trail.change("createOrg", &resource, changes);
            audit::store::record(&mut *line, &entry).await?;
        }
        let held: Option<(String,)> = sqlx::query_as(
            "SELECT role FROM org_memberships
                WHERE org_id = $1 AND user_id = $2 AND removed_at IS NULL",
        )
        .bind(&org)
        .bind(user.as_str())
        .fetch_optional(&mut *line)
        .await?;
        let changed = sqlx::query(
            "INSERT INTO org_memberships (org_id, user_id, role, provider_updated_at,
                    removed_at, created_at, updated_at)
                VALUES ($1, $2, $3, $4, $5, $6, $6)
                ON CONFLICT (org_id, user_id) DO UPDATE SET role = excluded.role,
                    provider_updated_at = excluded.provider_updated_at,
                    removed_at = excluded.removed_at, updated_at = excluded.updated_at
                WHERE COALESCE(org_memberships.provider_updated_at, -1)
                        < excluded.provider_updated_at
                    OR (org_memberships.provider_updated_at = excluded.provider_updated_at
                        AND excluded.removed_at IS NOT NULL
                        AND org_memberships.removed_at IS NULL)",
        )
        .bind(&org)
        .bind(user.as_str())
        .bind(role.as_str())
        .bind(to_i64(news.updated_at))
        .bind((!news.active).then_some(now))
        .bind(now)
        .execute(&mut *line)
        .await?
        .rows_affected();
        let (from, to) = (held.map(|held| held.0), news.active.then(|| role.as_str()));
        if changed == 1 && from.as_deref() != to {
            let action = match (&from, to) {
                (None, _) => "addMember",
                (_, None) => "removeMember",
                _ => "changeMember",
            };
            let changes = json!({"userId": user, "role": {"from": from, "to": to}});
            let entry = trail.change(action, &resource, changes);
            audit::store::record(&mut *line, &entry).await?;
        }
        changed
    });
    Ok(changed == 1)
}
