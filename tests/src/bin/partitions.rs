//! `partitions`: the transcript as PostgreSQL keeps it, by the month, beside one plain table
//! with the same indexes: how fast rows go in, how long its two hot reads take, and what each
//! index costs. `PARTITIONS_ROWS` (1 000 000), `PARTITIONS_ROUNDS` (20).

#![expect(clippy::print_stdout, reason = "a command that prints a table")]

use connvo_server::clock::Clock;
use connvo_server::committer::CHUNKS_SQL;
use connvo_server::db::Db;
use connvo_server::db::postgres::migrate;
use connvo_server::transcript::partitions::keep;
use connvo_server::transcript::store::ENTRIES_SQL;
use connvo_server::transcript::store::spoken::{SPOKEN_BY_SQL, SPOKEN_SQL};
use connvo_tests::load::Failure;
use connvo_tests::postgres;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::process::ExitCode;
use tokio::time::Instant;

const MONTHS: i64 = 6;
/// Meetings of a month that have a transcript.
const MEETINGS: i64 = 300;
const DAY_MS: u64 = 86_400_000;
/// Rows of a statement, each of another meeting; statements of a transaction.
const ROWS: i64 = 100;
const STATEMENTS: i64 = 20;
/// Reads of a round.
const READS: usize = 100;
const TABLES: [&str; 2] = ["transcript_chunks", "plain"];
/// The indexes; what the one by label is for is timed too.
const INDEXES: [&str; 5] = [
    "(meeting_id, sequence)",
    "(meeting_id, source_id, segment_id)",
    "(meeting_id, start_ms, sequence)",
    "(speaker_user_id, meeting_id, sequence)",
    "(meeting_id, speaker_label, start_ms, sequence)",
];
const BY_LABEL: usize = 4;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("partitions: {error}");
            ExitCode::FAILURE
        }
    }
}

fn number(name: &str, otherwise: i64) -> Result<i64, Failure> {
    match std::env::var(name) {
        Ok(text) => Ok(text.parse().map_err(|_| format!("{name}: {text}"))?),
        Err(_) => Ok(otherwise),
    }
}

async fn run() -> Result<(), Failure> {
    let (rows, rounds) = (
        number("PARTITIONS_ROWS", 1_000_000)?,
        number("PARTITIONS_ROUNDS", 20)?,
    );
    let chunks = (rows - 1) / (MONTHS * MEETINGS) + 1;
    let database = postgres::durable().await;
    migrate::run(database.url()).await?;
    let db = Db::postgres(database.url()).await?;
    let now = Clock::System.now_ms();
    for month in [2, 4, 6] {
        keep(&db, now + month * 30 * DAY_MS).await?;
    }
    let mut bench = Bench {
        line: PgConnection::connect(database.url()).await?,
        random: Pcg64Mcg::seed_from_u64(1),
        chunks,
        next: MEETINGS,
    };
    bench.fill().await?;
    bench.inserts(rounds).await?;
    bench.reads(rounds).await?;
    bench.indexes(rounds).await?;
    db.close().await;
    Ok(())
}

struct Bench {
    line: PgConnection,
    random: Pcg64Mcg,
    /// Chunks of a meeting.
    chunks: i64,
    /// The next new meeting of the last month.
    next: i64,
}

/// A meeting's id: the month in which it was made, by number, and which of that month's.
fn meeting(month: &str, number: &str) -> String {
    format!(
        "transcript_bound(date_trunc('month', now() AT TIME ZONE 'UTC')
            + make_interval(months => ({month})::int + 2) + ({number})::int * INTERVAL '1 minute')"
    )
}

impl Bench {
    async fn sql(&mut self, sql: String) -> Result<(), Failure> {
        let sql = sqlx::raw_sql(AssertSqlSafe(sql));
        sql.execute(&mut self.line).await?;
        Ok(())
    }

    async fn id(&mut self, month: i64, number: i64) -> Result<String, Failure> {
        let sql = format!("SELECT {}", meeting("$1::int8", "$2::int8"));
        let sql = sqlx::query_as(AssertSqlSafe(sql)).bind(month).bind(number);
        let (id,): (String,) = sql.fetch_one(&mut self.line).await?;
        Ok(id)
    }

    /// Both tables get the same rows, a month after the other, of 20 meetings at a time.
    async fn fill(&mut self) -> Result<(), Failure> {
        self.sql("CREATE TABLE plain (LIKE transcript_chunks INCLUDING ALL)".into())
            .await?;
        for table in TABLES {
            for month in 0..MONTHS {
                let id = meeting(&month.to_string(), "m");
                let chunks = self.chunks;
                self.sql(format!(
                    "INSERT INTO {table} (meeting_id, sequence, source_id, segment_id, revision,
                         bucket, text, start_ms, end_ms, speaker_label, speaker_user_id, confidence,
                         language, revised, word_count, created_at)
                     SELECT {id}, s, 'mic', s::text, 0, s / 12,
                         repeat('so what we said was ', 1 + (s % 7)::int), s * 5000, s * 5000 + 4000,
                         'Speaker ' || (s + m) % 5,
                         CASE (s + m) % 5 WHEN 0 THEN 'user-' || m END, 0.9, 'en', FALSE, 12, s * 5000
                     FROM generate_series(0, {MEETINGS} - 1) m, generate_series(1, {chunks}) AS g (s)
                     ORDER BY m / 20, g.s, m"
                ))
                .await?;
            }
        }
        self.sql("ANALYZE".into()).await?;
        self.sql("CHECKPOINT".into()).await?;
        for table in TABLES {
            let of = format!(
                "SELECT COUNT(*), COUNT(DISTINCT tableoid) FROM {table} WHERE meeting_id >= {}",
                meeting("0", "0")
            );
            let (rows, parts): (i64, i64) = sqlx::query_as(AssertSqlSafe(of))
                .fetch_one(&mut self.line)
                .await?;
            println!("{table}: {rows} rows in {parts} parts");
        }
        Ok(())
    }

    /// As the product writes; how many rows go in a second.
    async fn write(&mut self, table: &str) -> Result<f64, Failure> {
        let sql = CHUNKS_SQL.replace("transcript_chunks", table);
        let mut ids = Vec::new();
        for number in self.next..self.next + ROWS {
            ids.push(self.id(MONTHS - 1, number).await?);
        }
        let count = ids.len();
        let text = |what: &str| vec![what.to_owned(); count];
        let labels: Vec<_> = (0..count).map(|at| format!("Speaker {}", at % 5)).collect();
        let users = (0..count).map(|at| (at % 5 == 0).then(|| format!("user-{at}")));
        let users: Vec<Option<String>> = users.collect();
        let none: Vec<Option<String>> = vec![None; count];
        let begun = Instant::now();
        for sequence in 1..=STATEMENTS {
            let start = vec![sequence * 5_000; count];
            sqlx::query(AssertSqlSafe(sql.as_str()))
                .bind(&ids)
                .bind(vec![sequence; count])
                .bind(text("mic"))
                .bind(text(&sequence.to_string()))
                .bind(vec![0_i64; count])
                .bind(vec![sequence / 12; count])
                .bind(text(&"so what we said was ".repeat(4)))
                .bind(&start)
                .bind(&start)
                .bind(&labels)
                .bind(&users)
                .bind(vec![0.9; count])
                .bind(text("en"))
                .bind(vec![false; count])
                .bind(vec![12_i64; count])
                .bind(&start)
                .bind(&none)
                .bind(&none)
                .execute(&mut self.line)
                .await?;
        }
        Ok((ROWS * STATEMENTS) as f64 / begun.elapsed().as_secs_f64())
    }

    async fn inserts(&mut self, rounds: i64) -> Result<(), Failure> {
        let mut rates = [const { Vec::new() }; 2];
        for round in 0..rounds + 2 {
            for turn in 0..2 {
                let at = (turn + round as usize) % 2;
                self.sql("BEGIN".into()).await?;
                let rate = self.write(TABLES[at]).await?;
                self.sql("COMMIT".into()).await?;
                if round >= 2 {
                    rates[at].push(rate);
                }
            }
            self.next += ROWS;
        }
        println!("rows a second, {ROWS} to a statement, p50 (p5 to p95) of {rounds} rounds:");
        for (table, rates) in TABLES.iter().zip(rates) {
            let of = |part| quantile(&rates, part);
            println!(
                "  {table:<20}{:.0} ({:.0} to {:.0})",
                of(0.5),
                of(0.05),
                of(0.95)
            );
        }
        Ok(())
    }

    /// One read of a table; of what meeting and from where is drawn.
    async fn read(&mut self, sql: &str, table: &str, id: &str, at: i64) -> Result<f64, Failure> {
        let sql = sql.replace("transcript_chunks", table);
        let of_time = sql.contains("$6");
        let mut query = sqlx::query(AssertSqlSafe(sql.as_str())).bind(id);
        query = if of_time {
            let query = query.bind(at * 5_000).bind(0_i64).bind(i64::MAX);
            query.bind(0_i64).bind(101_i64)
        } else {
            query.bind(at).bind(0_i64).bind(101_i64)
        };
        if sql.contains("$7") {
            query = query.bind("Speaker 1");
        }
        let begun = Instant::now();
        query.fetch_all(&mut self.line).await?;
        Ok(begun.elapsed().as_secs_f64() * 1e6)
    }

    async fn drawn(&mut self) -> Result<(String, i64), Failure> {
        let month = self.random.random_range(0..MONTHS);
        let number = self.random.random_range(0..MEETINGS);
        let at = self.random.random_range(0..self.chunks);
        Ok((self.id(month, number).await?, at))
    }

    async fn reads(&mut self, rounds: i64) -> Result<(), Failure> {
        let count = rounds as usize * READS;
        for (name, sql) in [("journal", ENTRIES_SQL), ("time range", SPOKEN_SQL)] {
            let mut times = [const { Vec::new() }; 2];
            for read in 0..count {
                let (id, at) = self.drawn().await?;
                for turn in 0..2 {
                    let which = (turn + read) % 2;
                    let took = self.read(sql, TABLES[which], &id, at).await?;
                    times[which].push(took);
                }
            }
            println!("{name}, µs, p50 / p95 of {count}:");
            for (table, times) in TABLES.iter().zip(times) {
                println!("  {table:<20}{}", spread(&times));
            }
        }
        Ok(())
    }

    /// The plain table without each of its indexes, in transactions that come to nothing.
    async fn indexes(&mut self, rounds: i64) -> Result<(), Failure> {
        let by_label = INDEXES[BY_LABEL];
        let names: Vec<(String, String, i64, bool)> = sqlx::query_as(
            "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid),
                 pg_relation_size(i.indexrelid), i.indisprimary
             FROM pg_index i WHERE i.indrelid = 'plain'::regclass",
        )
        .fetch_all(&mut self.line)
        .await?;
        let (rows,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM plain")
            .fetch_one(&mut self.line)
            .await?;
        let mut rates = vec![Vec::new(); names.len() + 1];
        for _ in 0..rounds {
            for (at, rates) in rates.iter_mut().enumerate() {
                self.sql("BEGIN".into()).await?;
                match names.get(at) {
                    Some((name, .., true)) => {
                        self.sql(format!("ALTER TABLE plain DROP CONSTRAINT {name}"))
                            .await?;
                    }
                    Some((name, ..)) => self.sql(format!("DROP INDEX {name}")).await?,
                    None => {}
                }
                rates.push(self.write("plain").await?);
                self.sql("ROLLBACK".into()).await?;
            }
            self.next += ROWS;
        }
        let all = 1e6 / quantile(rates.last().ok_or("no rounds")?, 0.5);
        println!("a row costs {all:.1} µs; of that and of the disk each index:");
        for ((_, definition, size, _), rates) in names.iter().zip(&rates) {
            let saved = all - 1e6 / quantile(rates, 0.5);
            let bytes = size / rows;
            let columns = INDEXES
                .iter()
                .find(|columns| definition.contains(**columns));
            let columns = columns.ok_or("another index")?;
            println!("  {columns:<50}{saved:>6.1} µs {bytes:>5} bytes a row");
        }
        println!("one label's time range, µs, p50 / p95:");
        for without in [false, true] {
            self.sql("BEGIN".into()).await?;
            let index = names.iter().find(|(_, of, ..)| of.contains(by_label));
            if let Some((name, ..)) = index.filter(|_| without) {
                self.sql(format!("DROP INDEX {name}")).await?;
            }
            let mut times = Vec::new();
            for _ in 0..rounds as usize * READS {
                let (id, at) = self.drawn().await?;
                times.push(self.read(SPOKEN_BY_SQL, "plain", &id, at).await?);
            }
            self.sql("ROLLBACK".into()).await?;
            let which = if without { "without" } else { "with" };
            println!("  {which} its index: {}", spread(&times));
        }
        Ok(())
    }
}

fn quantile(of: &[f64], part: f64) -> f64 {
    let mut of = of.to_vec();
    of.sort_by(f64::total_cmp);
    let at = (of.len().saturating_sub(1)) as f64 * part;
    of.get(at.round() as usize).copied().unwrap_or(f64::NAN)
}

fn spread(times: &[f64]) -> String {
    format!("{:.0} / {:.0}", quantile(times, 0.5), quantile(times, 0.95))
}
