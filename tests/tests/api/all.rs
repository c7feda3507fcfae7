//! The tests of the HTTP surface; [`crate::POSTGRES`] says over which database.

#[path = "client.rs"]
pub(crate) mod client;
#[path = "../live/line.rs"]
#[allow(dead_code)]
pub(crate) mod line;
#[path = "stage.rs"]
#[allow(dead_code)]
pub(crate) mod stage;

#[path = "attacks.rs"]
mod attacks;
#[path = "dev/token.rs"]
mod dev_token;
#[path = "docs.rs"]
mod docs;
#[path = "first_sight.rs"]
mod first_sight;
#[path = "health.rs"]
mod health;
#[path = "idempotency.rs"]
mod idempotency;
#[path = "keys.rs"]
mod keys;
#[path = "lines.rs"]
mod lines;
#[path = "openapi.rs"]
mod openapi;
#[path = "openapi/examples.rs"]
mod openapi_examples;
#[path = "problems.rs"]
mod problems;
#[path = "rates.rs"]
mod rates;
#[path = "sweeps.rs"]
mod sweeps;

#[path = "v1/admin/audit.rs"]
mod v1_admin_audit;
#[path = "v1/admin/entitlements.rs"]
mod v1_admin_entitlements;
#[path = "v1/admin/gate.rs"]
mod v1_admin_gate;
#[path = "v1/admin/users.rs"]
mod v1_admin_users;
#[path = "v1/meetings/calendar.rs"]
mod v1_calendar;
#[path = "v1/meetings/coming.rs"]
mod v1_coming;
#[path = "v1/connections.rs"]
mod v1_connections;
#[path = "v1/me.rs"]
mod v1_me;
#[path = "v1/me/deletion.rs"]
mod v1_me_deletion;
#[path = "v1/me/deletion/meetings.rs"]
mod v1_me_deletion_meetings;
#[path = "v1/me/deletion/words.rs"]
mod v1_me_deletion_words;
#[path = "v1/me/export.rs"]
mod v1_me_export;
#[path = "v1/me/interests.rs"]
mod v1_me_interests;
#[path = "v1/me/profile.rs"]
mod v1_me_profile;
#[path = "v1/me/sign_out.rs"]
mod v1_me_sign_out;
#[path = "v1/meetings.rs"]
mod v1_meetings;
#[path = "v1/meetings/messages.rs"]
mod v1_messages;
#[path = "v1/meetings/notes.rs"]
mod v1_notes;
#[path = "v1/meetings/notes/history.rs"]
mod v1_notes_history;
#[path = "v1/meetings/notes/ops.rs"]
mod v1_notes_ops;
#[path = "v1/meetings/notes/versions.rs"]
mod v1_notes_versions;
#[path = "v1/meetings/now.rs"]
mod v1_now;
#[path = "v1/orgs.rs"]
mod v1_orgs;
#[path = "v1/meetings/participants.rs"]
mod v1_participants;
#[path = "v1/meetings/plan.rs"]
mod v1_plan;
#[path = "v1/meetings/retention.rs"]
mod v1_retention;
#[path = "v1/meetings/said.rs"]
mod v1_said;
#[path = "v1/meetings/series.rs"]
mod v1_series;
#[path = "v1/meetings/service_tokens.rs"]
mod v1_service_tokens;
#[path = "v1/sign_in.rs"]
mod v1_sign_in;
#[path = "v1/meetings/start_end.rs"]
mod v1_start_end;
#[path = "v1/meetings/transcript.rs"]
mod v1_transcript;
#[path = "v1/meetings/transcript/export.rs"]
mod v1_transcript_export;
#[path = "v1/meetings/transcript/providers.rs"]
mod v1_transcript_providers;
#[path = "v1/meetings/transcript/speakers.rs"]
mod v1_transcript_speakers;
#[path = "v1/meetings/transcript/spoken.rs"]
mod v1_transcript_spoken;
#[path = "v1/users.rs"]
mod v1_users;
#[path = "v1/users/counts.rs"]
mod v1_users_counts;
#[path = "v1/webhooks/audited.rs"]
mod v1_webhooks_audited;
#[path = "v1/webhooks/billing.rs"]
mod v1_webhooks_billing;
#[path = "v1/webhooks/unsigned.rs"]
mod v1_webhooks_unsigned;
#[path = "v1/webhooks/workos.rs"]
mod v1_webhooks_workos;
