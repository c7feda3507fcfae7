//! `/v1/admin/audit`.

use super::store::{self, AuditRow, Filter};
use super::{Kind, read, write_behind};
use crate::app::App;
use crate::auth::admin::Admin;
use crate::http::{Failure, Json, Page, PageQuery, Query};
use axum::extract::State;
use connvo_core::error::Problem;
use connvo_core::id::UserId;
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Longest filter, in bytes.
const FILTER_BYTES: usize = 200;

/// The routes of the audit log.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list))
}

/// Which rows; each condition that is there must hold.
#[derive(Debug, Clone, Deserialize, Serialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// By this person.
    #[param(value_type = Option<String>, format = Uuid)]
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<UserId>,
    /// To this resource.
    #[param(
        example = "meetings/0197f7a4-5e0b-7c3a-9d2e-3f1b2a4c5d6e",
        max_length = 200
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    resource: Option<String>,
    /// This action.
    #[param(example = "startMeeting", max_length = 200)]
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<String>,
    /// Of this kind.
    #[param(inline)]
    #[serde(skip_serializing_if = "Option::is_none")]
    r#type: Option<Kind>,
    /// Done, or refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    success: Option<bool>,
    /// From this moment on, in milliseconds since the Unix epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<u64>,
    /// Before this moment, in milliseconds since the Unix epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<u64>,
}

impl AuditQuery {
    fn filter(self) -> Result<Filter, Problem> {
        let checked = |pointer: &str, text: Option<String>| match text {
            Some(text) if text.len() > FILTER_BYTES || text.contains('\0') => {
                Err(Problem::field(pointer, "nothing has such a name"))
            }
            text => Ok(text),
        };
        Ok(Filter {
            actor: self.actor,
            resource: checked("/resource", self.resource)?,
            action: checked("/action", self.action)?,
            kind: self.r#type,
            success: self.success,
            from: self.from,
            to: self.to,
        })
    }
}

/// The audit log, newest first. Reading it is in it, too.
#[utoipa::path(get, path = "/v1/admin/audit", tag = "admin", security(("bearer" = [])),
    params(AuditQuery, PageQuery),
    responses((status = 200, body = Page<AuditRow>),
        (status = 403, description = "For the platform's administrators (`admin`)")))]
async fn list(
    State(app): State<App>,
    admin: Admin,
    Query(query): Query<AuditQuery>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<AuditRow>>, Failure> {
    let limit = page.limit(50)?;
    let after: Option<String> = page.after()?;
    let asked = serde_json::to_value(&query).unwrap_or_default();
    let filter = query.filter()?;
    // Refusals counted on this node a moment ago are among the rows.
    write_behind(&app).await;
    read(&app, &admin, "readAudit", "audit", asked).await?;
    let items = store::page(&app.db, &filter, after.as_deref(), limit + 1).await?;
    let cursor = |last: &AuditRow| last.id.clone();
    Ok(Json(Page::of(items, limit, cursor)))
}
