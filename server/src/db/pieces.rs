//! Deleting (and renaming) a little at a time: a statement with a limit of its own, again
//! and again, so that writers wait for no more than one piece.

use super::{Db, StoreError, to_i64};
use crate::on_db;

/// What a statement is told in the place of `$1`, `$2` and so on.
#[derive(Debug, Clone, Copy)]
pub enum Bind<'a> {
    /// A text.
    Text(&'a str),
    /// A number, as a count of rows or milliseconds since the Unix epoch.
    Number(u64),
}

/// Does one piece; answers how many rows it changed.
///
/// # Errors
/// The store fails.
pub async fn piece(db: &Db, sql: &'static str, binds: &[Bind<'_>]) -> Result<u64, StoreError> {
    let changed = on_db!(
        db,
        write | pool | {
            let mut query = sqlx::query(sql);
            for bind in binds {
                query = match *bind {
                    Bind::Text(text) => query.bind(text.to_owned()),
                    Bind::Number(number) => query.bind(to_i64(number)),
                };
            }
            query.execute(pool).await?.rows_affected()
        }
    );
    Ok(changed)
}

/// Does all pieces of at most `rows` rows each, which is the statement's limit; answers how
/// many rows they changed.
///
/// # Errors
/// The store fails; what was done until then stays done.
pub async fn all(
    db: &Db,
    sql: &'static str,
    binds: &[Bind<'_>],
    rows: u64,
) -> Result<u64, StoreError> {
    let mut changed = 0;
    loop {
        let some = piece(db, sql, binds).await?;
        changed += some;
        if some < rows {
            return Ok(changed);
        }
    }
}
