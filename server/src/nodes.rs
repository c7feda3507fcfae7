//! More than one server over one PostgreSQL: what comes from the others, and what each
//! looks for in the database by itself.
//!
//! Once a second a node says that it is alive, asks for the right to do the background
//! work, and reads the journal of revocations; while the bus is away, also the heads of
//! its open rooms. It does so on a line of its own, which the load of the pool does not
//! hold up. A node that has not reached the database for [`CUT_OFF`] can no longer know
//! who may read: it ends every live connection, and lets nobody in until it can.

pub mod lead;
mod poll;
pub mod store;

use crate::app::App;
use crate::bus::{Hint, Incoming};
use std::collections::HashMap;
use std::time::Duration;
use tokio::time::{Instant, interval};
use tokio_util::sync::CancellationToken;

/// How often the database is looked at: what ends rights is seen within a second.
const EVERY: Duration = Duration::from_millis(800);
/// A node that has not reached the database for so long serves nothing live.
pub const CUT_OFF: Duration = Duration::from_secs(4);
/// A node that has said nothing over the bus for so long is not counted with.
const SILENT: Duration = Duration::from_secs(10);

/// Takes part until the server is asked to go, and takes hints in until `end`; of who is
/// alone there is nothing to do.
pub async fn run(app: App, end: CancellationToken) {
    let Some(mut incoming) = app.bus.incoming() else {
        return;
    };
    let polls = tokio::spawn(poll::run(app.clone()));
    let mut heard: HashMap<String, Instant> = HashMap::new();
    let mut tick = interval(EVERY);
    loop {
        tokio::select! {
            () = end.cancelled() => break,
            came = incoming.recv() => match came {
                Some(Incoming::Hints(node, hints)) => {
                    for hint in hints {
                        take(&app, &node, hint);
                    }
                    heard.insert(node, Instant::now());
                }
                Some(Incoming::Missed) => look_at_all(&app),
                None => break,
            },
            _ = tick.tick() => {
                let silent = heard.extract_if(|_, at| at.elapsed() > SILENT);
                for (node, _) in silent {
                    app.connections.forget(&node);
                }
            }
        }
    }
    // It ends when the server is asked to go.
    let _ = polls.await;
}

/// Takes a hint of another node's in. Nothing here waits: what ends rights may be next.
fn take(app: &App, node: &str, hint: Hint) {
    match hint {
        Hint::Access(change) => app.access_changed_elsewhere(change),
        Hint::Topics(topics) => app.touched_elsewhere(&topics),
        Hint::Grown {
            meeting_id,
            kind,
            head,
        } => {
            app.fresh.mark(&meeting_id);
            app.rooms.has_grown(&meeting_id, kind, head);
        }
        Hint::Reopen { meeting_id } => {
            let rooms = app.rooms.clone();
            tokio::spawn(async move { rooms.reopen(&meeting_id).await });
        }
        Hint::Left {
            meeting_id,
            user_id,
        } => app.presence.left_elsewhere(&meeting_id, &user_id),
        Hint::Present { meeting_id, states } => {
            app.rooms.present(&meeting_id, states);
        }
        Hint::WhoIsPresent { meeting_id } => app.rooms.tell_present(&meeting_id),
        Hint::Interim {
            meeting_id,
            utterance,
            json,
        } => {
            if let Some(room) = app.rooms.get(&meeting_id) {
                room.feed().volatile(&utterance.into(), &json.into());
            }
        }
        Hint::Connected { user_id, count } => app.connections.elsewhere(node, &user_id, count),
        Hint::Lost => {
            look_at_all(app);
            app.connections.tell();
            for meeting in app.rooms.meetings() {
                app.rooms.tell_present(&meeting);
            }
        }
    }
}

/// Something was missed: everything is looked at.
fn look_at_all(app: &App) {
    app.nodes.look_at_all();
    app.fresh.mark_others();
}
