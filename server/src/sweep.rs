//! What is old goes: rows of the platform's own tables, in small pieces, at the start
//! and then every ten minutes.

use crate::app::App;
use crate::db::StoreError;
use crate::person::{count, erase};
use crate::transcript::retention;
use crate::{audit, auth, idempotency, rate};
use std::time::Duration;

/// How often.
const EVERY: Duration = Duration::from_secs(600);

/// Sweeps until the server is asked to go.
pub async fn run(app: App) {
    loop {
        let swept = tokio::select! {
            () = app.shutdown.cancelled() => return,
            swept = once(&app) => swept,
        };
        if let Err(error) = swept {
            tracing::error!(%error, "what is old cannot be swept now");
        }
        tokio::select! {
            () = app.shutdown.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// Sweeps everything that is old now.
///
/// # Errors
/// The store fails.
pub async fn once(app: &App) -> Result<(), StoreError> {
    let now = app.clock.now_ms();
    while idempotency::store::sweep(&app.db, now).await? {}
    while rate::store::sweep(&app.db, now).await? {}
    while auth::store::sweep(&app.db, now).await? {}
    while audit::store::sweep(&app.db, now).await? {}
    while audit::places::sweep(&app.db, now).await? {}
    retention::sweep(app).await?;
    erase::sweep(app).await?;
    count::sweep(app).await?;
    Ok(())
}
