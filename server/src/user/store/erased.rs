//! Subjects of people who deleted their account: kept as a hash alone, by which news of them
//! are known as such.

use crate::audit::address_hash;
use crate::db::{StoreError, Tx, to_id};
use crate::on_tx;
use connvo_core::id::UserId;

/// What stands for a subject when its person has gone.
fn hash(subject: &str) -> String {
    address_hash("subject", subject)
}

/// What is to stand for the subject of a user; absent when there is no such user.
///
/// # Errors
/// The store fails.
pub async fn subject_hash(
    tx: impl Into<Tx<'_>>,
    user: &UserId,
) -> Result<Option<String>, StoreError> {
    on_tx!(tx.into(), |line| {
        let row: Option<(String,)> = sqlx::query_as("SELECT subject FROM users WHERE id = $1")
            .bind(user.as_str())
            .fetch_optional(line)
            .await?;
        Ok(row.map(|(subject,)| hash(&subject)))
    })
}

/// Whose subject it was, where its person deleted their account and has not signed in since.
///
/// # Errors
/// The store fails.
pub async fn erased(tx: impl Into<Tx<'_>>, subject: &str) -> Result<Option<UserId>, StoreError> {
    on_tx!(tx.into(), |line| {
        let row: Option<(String,)> = sqlx::query_as(
            "SELECT id FROM users WHERE erased_subject_hash = $1
                 AND NOT EXISTS (SELECT 1 FROM users back WHERE back.subject = $2)
             ORDER BY erased_at DESC LIMIT 1",
        )
        .bind(hash(subject))
        .bind(subject)
        .fetch_optional(line)
        .await?;
        row.map(|(id,)| to_id(&id)).transpose()
    })
}
