//! The look at the database, each second.

use super::lead::LEASE;
use super::{CUT_OFF, EVERY, store};
use crate::app::App;
use crate::bus::AccessChange;
use crate::db::StoreError;
use crate::meeting::{What, touched};
use crate::presence;
use sqlx::PgConnection;
use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};

/// Longest wait for one look.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often the heads of open rooms are read although the bus carries.
const HEADS: Duration = Duration::from_secs(5);
/// How often all views are read while the bus is away.
const VIEWS: Duration = Duration::from_secs(5);
/// How often what dead nodes have left is cleared away.
const DEAD: Duration = Duration::from_secs(5);

/// Sets a flag again when it is dropped before it is done.
struct Again<'a>(&'a AtomicBool, bool);

impl Again<'_> {
    fn done(mut self) {
        self.1 = false;
    }
}

impl Drop for Again<'_> {
    fn drop(&mut self) {
        if self.1 {
            self.0.store(true, Ordering::SeqCst);
        }
    }
}

/// What is remembered from one look to the next.
#[derive(Default)]
pub(super) struct Poll {
    line: Option<PgConnection>,
    /// Where the journal of revocations is read from.
    since: Option<store::Since>,
    taken: HashSet<i64>,
    heads_at: Option<Instant>,
    views_at: Option<Instant>,
    dead_at: Option<Instant>,
}

/// Looks until the server is asked to go.
pub(super) async fn run(app: App) {
    let mut poll = Poll::default();
    let mut reached = Instant::now();
    loop {
        match timeout(PATIENCE, poll.look(&app)).await {
            Ok(Ok(())) => {
                if reached.elapsed() >= CUT_OFF {
                    app.presence.tell_again();
                }
                reached = Instant::now();
                if app.nodes.cut_off(false) {
                    tracing::info!("the database is in reach again");
                }
            }
            failed => {
                poll.line = None;
                let error = failed.map_or_else(
                    |_| "no answer in time".into(),
                    |done| {
                        done.err()
                            .map(|error| error.to_string())
                            .unwrap_or_default()
                    },
                );
                tracing::warn!(error, "the database cannot be looked at");
                if reached.elapsed() >= CUT_OFF && app.nodes.cut_off(true) {
                    tracing::error!("cut off from the database: nothing live is served");
                }
                if app.nodes.is_cut_off() {
                    // Each time: somebody may have come in meanwhile.
                    app.access_changed_elsewhere(AccessChange::CutOff);
                }
            }
        }
        tokio::select! {
            () = app.shutdown.cancelled() => return,
            () = sleep(EVERY) => {}
            () = app.nodes.look.notified() => {}
        }
    }
}

impl Poll {
    async fn look(&mut self, app: &App) -> Result<(), StoreError> {
        let all = app.nodes.all.swap(false, Ordering::SeqCst);
        // A look that fails, or takes too long and is given up, is to be taken again.
        let again = Again(&app.nodes.all, all);
        self.look_at(app, all).await?;
        again.done();
        Ok(())
    }

    async fn look_at(&mut self, app: &App, all: bool) -> Result<(), StoreError> {
        let line = match &mut self.line {
            Some(line) => line,
            none => none.insert(store::connect(&app.config).await?),
        };
        let asked = Instant::now();
        let leads = store::beat(line, app.bus.node(), LEASE).await?;
        app.nodes.leased(leads, asked);
        let (changes, since) = store::revocations(line, self.since.as_ref()).await?;
        self.since = Some(since);
        let fresh: HashSet<i64> = changes.iter().map(|(id, _)| *id).collect();
        for (id, change) in changes {
            if !self.taken.contains(&id) {
                app.access_changed_elsewhere(change);
            }
        }
        self.taken = fresh;
        let away = !app.bus.is_up();
        if all || away || is_due(&mut self.heads_at, HEADS) {
            let meetings = app.rooms.meetings();
            for page in meetings.chunks(store::MEETINGS) {
                for (meeting, kind, head) in store::heads(line, page).await? {
                    app.rooms.has_grown(&meeting, kind, head);
                }
            }
        }
        if all || away && is_due(&mut self.views_at, VIEWS) {
            app.touched_all();
            app.fresh.mark_others();
        }
        if leads && is_due(&mut self.dead_at, DEAD) {
            store::forget_revocations(line).await?;
            for (meeting, user) in store::bury(line).await? {
                presence::gone(app, &meeting, &user).await;
                touched(app, &meeting, What::Here);
            }
        }
        Ok(())
    }
}

fn is_due(at: &mut Option<Instant>, every: Duration) -> bool {
    let is_due = at.is_none_or(|at| at.elapsed() >= every);
    if is_due {
        *at = Some(Instant::now());
    }
    is_due
}
