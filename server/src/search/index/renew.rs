//! Texts as other words than before: where the rule by which core cuts them has changed,
//! what is indexed is made anew, a piece beside each look at the journals and from where a
//! restart left it.

use super::store::renew::{documents, done, names, standing};
use crate::app::App;
use crate::db::StoreError;
use connvo_core::search::token::VERSION;

/// Makes the next piece of the index one of this version of the words; whether there is
/// more to do.
///
/// # Errors
/// The store fails: the next time goes on from there.
pub(super) async fn piece(app: &App) -> Result<bool, StoreError> {
    let (version, after) = standing(&app.db).await?;
    if version >= VERSION {
        return Ok(false);
    }
    if documents(&app.db, after).await? {
        return Ok(true);
    }
    names(&app.db).await?;
    done(&app.db, VERSION).await?;
    tracing::info!("what can be found is indexed by version {VERSION} of the words");
    Ok(false)
}
