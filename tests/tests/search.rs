//! Segments and search: what is said and noted is found, by whom it may be read and by
//! nobody else, the same on SQLite and on PostgreSQL.
#![allow(missing_docs, unreachable_pub)]

/// Makes of each test one a database.
macro_rules! on_both {
    ($($test:ident),+ $(,)?) => {
        mod sqlite {
            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $test() {
                    super::$test(crate::stage::Stage::sqlite().await).await;
                }
            )+
        }
        mod postgres {
            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $test() {
                    super::$test(crate::stage::Stage::postgres().await).await;
                }
            )+
        }
    };
}

#[path = "search/access.rs"]
mod access;
#[path = "search/finding.rs"]
mod finding;
#[path = "search/gone.rs"]
mod gone;
#[path = "search/plans.rs"]
mod plans;
#[path = "search/relevance.rs"]
mod relevance;
#[path = "search/segments.rs"]
mod segments;
#[path = "search/stage.rs"]
mod stage;
