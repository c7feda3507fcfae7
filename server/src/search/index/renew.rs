//! Texts as other words than before: where the rule by which core cuts them has changed,
//! what is indexed is made anew, in small pieces and from where a restart left it.

use super::store::renew::{documents, done, names, standing};
use crate::app::App;
use crate::db::StoreError;
use connvo_core::search::token::VERSION;
use tokio::time::Instant;

/// Makes the whole index one of this version of the words; nothing where it is.
///
/// # Errors
/// The store fails: the next time goes on from there.
pub(super) async fn all(app: &App) -> Result<(), StoreError> {
    loop {
        let begun = Instant::now();
        let (version, after) = standing(&app.db).await?;
        if version >= VERSION || app.shutdown.is_cancelled() {
            return Ok(());
        }
        if !documents(&app.db, after).await? {
            names(&app.db).await?;
            done(&app.db, VERSION).await?;
            tracing::info!("what can be found is indexed by version {VERSION} of the words");
        }
        // Writers come first.
        tokio::time::sleep(begun.elapsed()).await;
    }
}
