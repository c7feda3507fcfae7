//! What is written behind: counted in memory, stored within about a second and when
//! the server ends.

use crate::app::App;
use crate::user::seen;
use crate::{audit, rate};
use std::time::Duration;

/// How long counts gather before they are written.
const GATHER: Duration = Duration::from_secs(1);

/// Writes what gathers until the server is asked to go; the rest is [`flush`]ed at
/// the very end.
pub async fn run(app: App) {
    loop {
        tokio::select! {
            () = app.shutdown.cancelled() => return,
            () = app.denials.some() => {}
            () = app.rates.some() => {}
            () = app.seen.some() => {}
        }
        tokio::select! {
            () = app.shutdown.cancelled() => return,
            () = tokio::time::sleep(GATHER) => {}
        }
        flush(&app).await;
    }
}

/// Writes what has gathered.
pub async fn flush(app: &App) {
    audit::write_behind(app).await;
    rate::write_behind(app).await;
    seen::write_behind(app).await;
}
