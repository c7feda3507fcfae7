//! The contract of the store, held by SQLite and by PostgreSQL alike: every test
//! here runs on both, every time.
#![allow(missing_docs, unreachable_pub)]

#[path = "store_contract/fixture.rs"]
mod fixture;

/// Makes of each contract one test a database.
macro_rules! on_both {
    ($($contract:ident),+ $(,)?) => {
        mod sqlite {
            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $contract() {
                    super::$contract(crate::fixture::Store::sqlite().await).await;
                }
            )+
        }
        mod postgres {
            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $contract() {
                    super::$contract(crate::fixture::Store::postgres().await).await;
                }
            )+
        }
    };
}

#[path = "store_contract/appending.rs"]
mod appending;
#[path = "store_contract/audit.rs"]
mod audit;
#[path = "store_contract/billing.rs"]
mod billing;
#[path = "store_contract/failing.rs"]
mod failing;
#[path = "store_contract/flags.rs"]
mod flags;
#[path = "store_contract/idempotency.rs"]
mod idempotency;
#[path = "store_contract/identity.rs"]
mod identity;
#[path = "store_contract/inventory.rs"]
mod inventory;
#[path = "store_contract/inviting.rs"]
mod inviting;
#[path = "store_contract/leaving.rs"]
mod leaving;
#[path = "store_contract/meetings.rs"]
mod meetings;
#[path = "store_contract/messages.rs"]
mod messages;
#[path = "store_contract/notes.rs"]
mod notes;
#[path = "store_contract/orgs.rs"]
mod orgs;
#[path = "store_contract/people.rs"]
mod people;
#[path = "store_contract/plans.rs"]
mod plans;
#[path = "store_contract/rates.rs"]
mod rates;
#[path = "store_contract/rights.rs"]
mod rights;
#[path = "store_contract/staged.rs"]
mod staged;
#[path = "store_contract/transcripts.rs"]
mod transcripts;
