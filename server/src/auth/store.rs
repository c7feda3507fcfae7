//! Signing keys in the database.

use crate::db::{Db, StoreError, to_i64};
use crate::on_db;

/// A stored key pair.
pub struct SigningKey {
    /// Its id in token headers.
    pub kid: String,
    /// The private key, PKCS #8 in PEM. Never logged.
    pub private_pem: String,
}

/// Every key, oldest first.
///
/// # Errors
/// The store fails.
pub async fn signing_keys(db: &Db) -> Result<Vec<SigningKey>, StoreError> {
    let rows: Vec<(String, String)> = on_db!(
        db,
        read | pool | {
            sqlx::query_as("SELECT kid, private_pem FROM signing_keys ORDER BY created_at, kid")
                .fetch_all(pool)
                .await?
        }
    );
    let key = |(kid, private_pem)| SigningKey { kid, private_pem };
    Ok(rows.into_iter().map(key).collect())
}

/// Adds a key.
///
/// # Errors
/// The store fails.
pub async fn add_signing_key(
    db: &Db,
    kid: &str,
    private_pem: &str,
    now_ms: u64,
) -> Result<(), StoreError> {
    on_db!(
        db,
        write | pool | {
            sqlx::query(
                "INSERT INTO signing_keys (kid, private_pem, created_at) VALUES ($1, $2, $3)",
            )
            .bind(kid)
            .bind(private_pem)
            .bind(to_i64(now_ms))
            .execute(pool)
            .await?;
        }
    );
    Ok(())
}
