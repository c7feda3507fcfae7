//! What is old goes: rows of the platform's own tables, in small pieces, at the start
//! and then every ten minutes.

use crate::app::App;
use crate::db::StoreError;
use crate::person::{count, erase};
use crate::transcript::{partitions, retention};
use crate::{audit, auth, chat, idempotency, rate};
use std::time::Duration;

/// How often.
const EVERY: Duration = Duration::from_secs(600);

/// Sweeps until the server is asked to go, while it is this node that does.
pub async fn run(app: App) {
    while app.nodes.leading(&app).await {
        tokio::select! {
            () = app.shutdown.cancelled() => return,
            () = once(&app) => {}
        }
        tokio::select! {
            () = app.shutdown.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// Sweeps everything that is old now. What cannot be swept is told of in the log, and
/// keeps nothing else from being swept.
pub async fn once(app: &App) {
    let (db, now) = (&app.db, app.clock.now_ms());
    told(
        "answers kept for retries",
        all(|| idempotency::store::sweep(db, now)).await,
    );
    // First: months are to be there before somebody speaks in them.
    told("months of transcript", partitions::keep(db, now).await);
    told("rates", all(|| rate::store::sweep(db, now)).await);
    told("sessions", all(|| auth::store::sweep(db, now)).await);
    told("the audit log", all(|| audit::store::sweep(db, now)).await);
    told(
        "places in the audit log",
        all(|| audit::store::places::sweep(db, now)).await,
    );
    told("transcripts", retention::sweep(app).await);
    told("messages", chat::retention::sweep(app).await);
    told("people who were deleted", erase::sweep(app).await);
    told("meetings to be counted", count::sweep(app).await);
}

/// Sweeps piece by piece for as long as there may be more.
async fn all<F: Future<Output = Result<bool, StoreError>>>(
    piece: impl Fn() -> F,
) -> Result<(), StoreError> {
    while piece().await? {}
    Ok(())
}

fn told<T>(what: &str, swept: Result<T, StoreError>) {
    if let Err(error) = swept {
        tracing::error!(%error, what, "what is old cannot be swept now");
    }
}
