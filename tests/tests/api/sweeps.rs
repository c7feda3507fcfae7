//! What the server does by itself, every few minutes.

use crate::client::{Api, NOW};
use connvo_server::db::{Db, StoreError};
use connvo_server::{on_db, sweep, transcript};
use serde_json::{Value, json};

/// Takes away the table that is swept first.
async fn break_the_first(db: &Db) -> Result<(), StoreError> {
    on_db!(
        db,
        write | pool | {
            sqlx::raw_sql("DROP TABLE idempotency_keys")
                .execute(pool)
                .await?;
        }
    );
    Ok(())
}

#[tokio::test]
async fn a_sweep_that_fails_keeps_no_other_from_being_done() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    ada.post(&format!("{meeting}/start"), Value::Null).await;
    let chunk = json!({"chunks": [{"sourceId": "mic", "segmentId": "1", "text": "hello",
        "startMs": NOW, "endMs": NOW + 1, "speaker": {"label": "Ada"}}]});
    let path = format!("{meeting}/transcript");
    assert_eq!(ada.post(&path, chunk).await.0, 200);
    api.app.clock.advance(38 * 24 * 3_600_000);
    let db = &api.app.db;
    break_the_first(db).await.unwrap();
    sweep::once(&api.app).await;
    let id = meeting.rsplit('/').next().unwrap().parse().unwrap();
    let left = transcript::store::entries(db, &id, 0, 0, 10).await;
    assert_eq!(left.unwrap(), []);
}
