//! Every read of search finds its rows by an index.

use crate::stage::Stage;
use connvo_server::db::Db;
use connvo_server::search::{index, store};
use connvo_server::transcript::segment::store as segments;
use connvo_server::transcript::store::{self as chunks, progress};
use sqlx::Row;

on_both!(every_read_uses_an_index);

async fn every_read_uses_an_index(stage: Stage) {
    let ada = stage.sign_in("ada").await;
    let meeting = stage.meeting(&ada).await;
    let names: Vec<_> = (0..400).map(|at| at.to_string()).collect();
    let said = |at: usize| {
        (
            names[at].as_str(),
            0,
            "Ada",
            at as u64 * 9_000,
            at as u64 * 9_000,
            "the budget",
        )
    };
    let said: Vec<_> = (0..400).map(said).collect();
    stage.say(&ada, &meeting, &said).await;
    stage.index().await;
    let reads = store::queries(&stage.app.db).into_iter().chain([
        ("cursor", index::store::CURSOR_SQL.to_owned()),
        ("touched", index::store::TOUCHED_SQL.to_owned()),
        ("progress", progress::HEAD_SQL.to_owned()),
        ("changed", progress::CHANGED_SQL.to_owned()),
        ("segments", segments::PAGE_SQL.to_owned()),
        ("segments between", segments::BETWEEN_SQL.to_owned()),
        ("segment before", segments::BEFORE_SQL.to_owned()),
        ("chunks by time", chunks::BY_TIME_SQL.to_owned()),
    ]);
    for (name, sql) in reads {
        match &stage.app.db {
            Db::Sqlite { readers, .. } => {
                let explain = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
                let rows = sqlx::raw_sql(explain).fetch_all(readers).await.unwrap();
                let plan: Vec<String> = rows.iter().map(|row| row.get("detail")).collect();
                for step in &plan {
                    let whole = step.starts_with("SCAN")
                        && !step.contains("VIRTUAL TABLE INDEX")
                        && !step.contains("VALUES CLAUSE")
                        // What was found before by an index: the meetings of one person.
                        && *step != "SCAN mine"
                        && !step.contains("CONSTANT ROWS");
                    assert!(!whole, "{name}: {plan:#?}");
                }
            }
            Db::Postgres(pool) => {
                let mut line = pool.acquire().await.unwrap();
                for set in [
                    "SET enable_seqscan = off",
                    "SET plan_cache_mode = force_generic_plan",
                    // No month holds a meeting NULL: all of them would be left out.
                    "SET enable_partition_pruning = off",
                ] {
                    sqlx::raw_sql(set).execute(&mut *line).await.unwrap();
                }
                let count = (1..20)
                    .rev()
                    .find(|at| sql.contains(&format!("${at}")))
                    .unwrap();
                let nulls = vec!["NULL"; count].join(", ");
                let prepare = format!("PREPARE asked AS {sql}");
                sqlx::raw_sql(sqlx::AssertSqlSafe(prepare))
                    .execute(&mut *line)
                    .await
                    .unwrap();
                let explain = sqlx::AssertSqlSafe(format!("EXPLAIN EXECUTE asked ({nulls})"));
                let rows = sqlx::raw_sql(explain).fetch_all(&mut *line).await.unwrap();
                let plan: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
                let plan = plan.join("\n");
                sqlx::raw_sql("DEALLOCATE asked")
                    .execute(&mut *line)
                    .await
                    .unwrap();
                assert!(plan.contains("Index"), "{name}:\n{plan}");
                assert!(!plan.contains("Seq Scan"), "{name}:\n{plan}");
            }
        }
    }
}
