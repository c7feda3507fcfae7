//! How PostgreSQL would find the rows of every statement that a server sends.
//!
//! [`watch`] notes the text of whatever goes to the database while a suite runs; no list is
//! kept by hand, so none can lack one. [`Big`] is a database whose every table has
//! [`fill::ROWS`] rows, in which each of these statements is planned, with values such as the
//! server's: one that reads a whole table of [`LARGE`] rows is refused.

pub mod fill;

use crate::postgres;
use serde_json::Value;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, Row};
use std::collections::BTreeSet;
use std::fmt::{self, Debug};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

/// Rows of a table from which on it may not be read as a whole.
pub const LARGE: f64 = 100_000.0;
/// Where the driver tells what it sends.
const TOLD: &str = "sqlx::query";
/// PostgreSQL's codes for a parameter whose type it cannot know, and for one of which it finds
/// two; and what the driver sends then.
const TYPES: [(&str, &str); 2] = [("42P18", "text"), ("42P08", "int8")];

static SEEN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Notes from now on what this process sends to its databases.
///
/// # Panics
/// Something else takes the logs of this process.
pub fn watch() {
    static WATCHING: OnceLock<()> = OnceLock::new();
    WATCHING.get_or_init(|| {
        let only = Targets::new().with_target(TOLD, LevelFilter::DEBUG);
        let notes = tracing_subscriber::registry().with(Notes.with_filter(only));
        tracing::subscriber::set_global_default(notes).expect("nobody else takes the logs");
    });
}

/// What was sent so far, each text once; transactions and settings aside.
#[must_use]
pub fn seen() -> Vec<String> {
    let reads_or_writes = |sql: &&String| {
        let word = sql.split_whitespace().next().unwrap_or_default();
        ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"].contains(&word)
    };
    lock().iter().filter(reads_or_writes).cloned().collect()
}

fn lock() -> MutexGuard<'static, BTreeSet<String>> {
    SEEN.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Notes;

impl<S: Subscriber> Layer<S> for Notes {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut text = Text::default();
        event.record(&mut text);
        // A short text is told as its own summary.
        let sql = Some(text.statement).filter(|sql| !sql.is_empty());
        let sql = sql.unwrap_or(text.summary);
        lock().insert(sql.trim().to_owned());
    }
}

#[derive(Default)]
struct Text {
    summary: String,
    statement: String,
}

impl Visit for Text {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "summary" => value.clone_into(&mut self.summary),
            "db.statement" => value.clone_into(&mut self.statement),
            _ => {}
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}
}

/// A statement that reads a large table as a whole, or cannot be planned.
#[derive(Debug)]
pub struct Refused {
    /// Its text.
    pub sql: String,
    /// The tables, or why not.
    pub why: String,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:\n{}\n", self.why, self.sql)
    }
}

/// A database in which every table that can grow has grown.
pub struct Big {
    line: PgConnection,
    large: BTreeSet<String>,
    _database: postgres::Database,
}

impl Big {
    /// Makes one: `migrate` makes the tables at an address.
    ///
    /// # Panics
    /// There is no PostgreSQL; a table cannot be filled.
    pub async fn make(migrate: impl AsyncFnOnce(&str)) -> Self {
        let database = postgres::database().await;
        migrate(database.url()).await;
        fill::fill(database.url()).await;
        let mut line = connect(database.url()).await;
        run(&mut line, "SET plan_cache_mode = force_custom_plan").await;
        let tables: Vec<(String, f32)> = sqlx::query_as(
            "SELECT relname::text, reltuples FROM pg_class
             WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
        )
        .fetch_all(&mut line)
        .await
        .expect("the catalogue");
        let large = tables
            .into_iter()
            .filter(|(_, rows)| f64::from(*rows) >= LARGE);
        Self {
            large: large.map(|(name, _)| name).collect(),
            line,
            _database: database,
        }
    }

    /// The tables that may not be read as a whole.
    #[must_use]
    pub fn large(&self) -> &BTreeSet<String> {
        &self.large
    }

    /// Those of the statements that read a large table as a whole.
    ///
    /// # Panics
    /// One of them is not SQL.
    pub async fn refused(&mut self, statements: &[String]) -> Vec<Refused> {
        run(&mut self.line, "BEGIN").await;
        let refused = self.look(statements).await;
        run(&mut self.line, "ROLLBACK").await;
        refused
    }

    /// As [`Big::refused`], as if an index had never been made.
    ///
    /// # Panics
    /// There is no such index.
    pub async fn refused_without(&mut self, index: &str, statements: &[String]) -> Vec<Refused> {
        run(&mut self.line, "BEGIN").await;
        run(&mut self.line, &format!("DROP INDEX {index}")).await;
        let refused = self.look(statements).await;
        run(&mut self.line, "ROLLBACK").await;
        refused
    }

    async fn look(&mut self, statements: &[String]) -> Vec<Refused> {
        let mut refused = Vec::new();
        for sql in statements {
            let why = match self.plan(sql).await {
                Ok(plan) => {
                    let mut tables = BTreeSet::new();
                    whole(&plan, &mut tables);
                    let large = tables.intersection(&self.large).cloned();
                    large.collect::<Vec<_>>().join(", ")
                }
                Err(error) => {
                    run(&mut self.line, "ROLLBACK TO before").await;
                    error.to_string()
                }
            };
            if !why.is_empty() {
                let sql = sql.clone();
                refused.push(Refused { sql, why });
            }
        }
        refused
    }

    async fn plan(&mut self, sql: &str) -> Result<Value, sqlx::Error> {
        run(&mut self.line, "SAVEPOINT before; DEALLOCATE ALL").await;
        self.prepare(sql).await?;
        let types = "SELECT COALESCE(string_agg(type::text, ','), '')
            FROM pg_prepared_statements, unnest(parameter_types) AS type";
        let types = sqlx::raw_sql(types).fetch_one(&mut self.line).await?;
        let types: String = types.get(0);
        let kinds = types.split(',').filter(|kind| !kind.is_empty());
        let values: Vec<&str> = kinds.map(value).collect();
        let values = match values.is_empty() {
            true => String::new(),
            false => format!("({})", values.join(", ")),
        };
        let with_values = self.explain(&values).await;
        match with_values {
            Err(error) if is_of_a_value(&error) => {
                // Such as words that are to be JSON: planned for whatever comes.
                run(&mut self.line, "ROLLBACK TO before; DEALLOCATE ALL").await;
                self.prepare(sql).await?;
                run(
                    &mut self.line,
                    "SET LOCAL plan_cache_mode = force_generic_plan",
                )
                .await;
                let nulls = vec!["NULL"; types.split(',').count()].join(", ");
                let plan = self.explain(&format!("({nulls})")).await;
                if plan.is_ok() {
                    run(
                        &mut self.line,
                        "SET LOCAL plan_cache_mode = force_custom_plan",
                    )
                    .await;
                }
                plan
            }
            plan => plan,
        }
    }

    async fn explain(&mut self, values: &str) -> Result<Value, sqlx::Error> {
        let explain = AssertSqlSafe(format!("EXPLAIN (FORMAT JSON) EXECUTE asked {values}"));
        let row = sqlx::raw_sql(explain).fetch_one(&mut self.line).await?;
        Ok(row.get(0))
    }

    /// Prepares a statement; a parameter whose type only the driver knows gets it.
    async fn prepare(&mut self, sql: &str) -> Result<(), sqlx::Error> {
        let mut types: Vec<&str> = Vec::new();
        loop {
            let given = match types.is_empty() {
                true => String::new(),
                false => format!("({})", types.join(", ")),
            };
            let prepare = AssertSqlSafe(format!("PREPARE asked {given} AS {sql}"));
            let Err(error) = sqlx::raw_sql(prepare).execute(&mut self.line).await else {
                return Ok(());
            };
            let Some((at, kind)) = missing(&error) else {
                return Err(error);
            };
            types.resize(types.len().max(at + 1), "unknown");
            if types[at] != "unknown" {
                return Err(error);
            }
            types[at] = kind;
            run(&mut self.line, "ROLLBACK TO before").await;
        }
    }
}

/// A parameter as it may be: an id that is there, a page's length.
fn value(kind: &str) -> &'static str {
    match kind {
        "text" => "'0197f7a4-5e0b-7c3a-9d2e-000000000100'",
        "text[]" => "'{0197f7a4-5e0b-7c3a-9d2e-000000000100}'",
        "bigint" | "integer" | "smallint" | "double precision" => "100",
        "bigint[]" => "'{100}'",
        "boolean" => "TRUE",
        _ => "NULL",
    }
}

/// Whether a value made no sense to a statement (SQLSTATE 22…).
fn is_of_a_value(error: &sqlx::Error) -> bool {
    let code = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| code.starts_with("22"))
}

/// Which parameter's type is missing, from 0 on, and what it is.
fn missing(error: &sqlx::Error) -> Option<(usize, &'static str)> {
    let error = error.as_database_error()?;
    let code = error.code()?;
    let (_, kind) = TYPES.iter().find(|(known, _)| *known == code)?;
    let at: usize = error.message().rsplit('$').next()?.parse().ok()?;
    Some((at.checked_sub(1)?, kind))
}

/// The tables that a plan reads as a whole.
fn whole(plan: &Value, tables: &mut BTreeSet<String>) {
    match plan {
        Value::Array(parts) => parts.iter().for_each(|part| whole(part, tables)),
        Value::Object(node) => {
            if node.get("Node Type").is_some_and(|kind| kind == "Seq Scan")
                && let Some(table) = node.get("Relation Name").and_then(Value::as_str)
            {
                tables.insert(table.to_owned());
            }
            node.values().for_each(|part| whole(part, tables));
        }
        _ => {}
    }
}

/// A line of one's own: what goes over it is nothing of a server's.
async fn connect(url: &str) -> PgConnection {
    let options: PgConnectOptions = url.parse().expect("an address");
    let options = options.disable_statement_logging();
    PgConnection::connect_with(&options).await.expect("a line")
}

async fn run(line: &mut PgConnection, sql: &str) {
    let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(line).await;
    done.unwrap_or_else(|error| panic!("{error}: {sql}"));
}
