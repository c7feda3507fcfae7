//! Everything kept about a person, as JSON lines: `{"type": …, "data": {…}}` each, read
//! and sent a page at a time. The last line has the type `end` and counts those before
//! it: without it the export is not whole.
//!
//! Of a meeting's note it has the person's own operations, of its transcript what was
//! said in their name; what others wrote is others'.

pub mod routes;
pub mod store;

use crate::actor::Actor;
use crate::app::App;
use crate::audit::{self, Entry, Kind};
use crate::db::StoreError;
use bytes::Bytes;
use connvo_core::error::Problem;
use connvo_core::id::UserId;
use futures_util::stream::{self, Stream};
use serde_json::{Value, json};
use store::{Cursor, Section};

/// Begins an export; that it was asked for is in the audit log, and so in the export.
///
/// # Errors
/// The store fails. What fails later breaks the stream off.
pub async fn begin(
    app: &App,
    actor: &Actor,
) -> Result<impl Stream<Item = Result<Bytes, StoreError>> + use<>, Problem> {
    let resource = super::resource(&actor.user_id);
    let entry = Entry::new(app, actor, Kind::Read, "exportPerson", &resource);
    audit::store::write(&app.db, &entry).await?;
    let at = Place {
        app: app.clone(),
        user: actor.user_id.clone(),
        next: Some((Section::User, Cursor::default())),
        lines: 0,
    };
    Ok(stream::try_unfold(at, Place::step))
}

/// How far an export has come.
struct Place {
    app: App,
    user: UserId,
    /// The section, and what was read of it; absent after the last line.
    next: Option<(Section, Cursor)>,
    lines: u64,
}

impl Place {
    /// The next page's lines; absent at the end.
    async fn step(mut self) -> Result<Option<(Bytes, Self)>, StoreError> {
        while let Some((section, after)) = self.next.take() {
            let mut page = store::page(&self.app.db, &self.user, section, &after).await?;
            if section == Section::User {
                for (_, data) in &mut page {
                    // With what is not written yet.
                    let stored = data["lastSeenAt"].as_u64();
                    data["lastSeenAt"] = json!(self.app.seen.latest(&self.user, stored));
                }
            }
            let last = page.last().map(|(cursor, _)| cursor.clone());
            self.next = match (last, section.next()) {
                (Some(last), _) => Some((section, last)),
                (None, Some(section)) => Some((section, Cursor::default())),
                (None, None) => {
                    let end = json!({"type": "end", "data": {"lines": self.lines}});
                    return Ok(Some((line(&end), self)));
                }
            };
            if !page.is_empty() {
                self.lines += page.len() as u64;
                let name = section.as_str();
                let lines = page.into_iter();
                let lines = lines.map(|(_, data)| line(&json!({"type": name, "data": data})));
                let lines: Vec<Bytes> = lines.collect();
                return Ok(Some((lines.concat().into(), self)));
            }
        }
        Ok(None)
    }
}

fn line(value: &Value) -> Bytes {
    format!("{value}\n").into()
}
