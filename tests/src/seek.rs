//! How long a search takes: many documents cut out of recorded meetings, and what people
//! ask of them, over HTTP on either database.
//!
//! - [`corpus`]: the documents and the questions.
//! - [`filled`]: a server whose index has them.

pub mod corpus;
pub mod filled;

use crate::load::Failure;
use crate::load::figures::{Latencies, Spread};
use corpus::Corpus;
use filled::{Filled, Person};
use tokio::time::Instant;

/// How one kind of question fared.
#[derive(Debug)]
pub struct Row {
    /// What was asked, and by whom.
    pub kind: String,
    /// How long the answers took, over HTTP.
    pub spread: Spread,
    /// The slowest question.
    pub slowest: String,
    /// What was found by all of them together, of at most ten each.
    pub found: usize,
}

/// Asks every question `rounds` times, one after the other.
///
/// # Errors
/// The server refuses something.
pub async fn ask(filled: &Filled, corpus: &Corpus, rounds: usize) -> Result<Vec<Row>, Failure> {
    let mut rows = Vec::new();
    for (who, person) in [("all", &filled.everywhere), ("a few", &filled.somewhere)] {
        for (kind, questions) in &corpus.questions {
            let kind = format!("{kind}, {who}");
            rows.push(one(filled, person, kind, questions, rounds).await?);
        }
    }
    Ok(rows)
}

async fn one(
    filled: &Filled,
    person: &Person,
    kind: String,
    questions: &[String],
    rounds: usize,
) -> Result<Row, Failure> {
    let mut latencies = Latencies::default();
    let mut slowest = (std::time::Duration::ZERO, "");
    let mut found = 0;
    // Once for the caches: what is asked for the first time after a start is not measured.
    for round in 0..=rounds {
        for question in questions {
            let began = Instant::now();
            let count = filled.search(person, question).await?;
            let took = began.elapsed();
            if round > 0 {
                latencies.add(took);
                found += count;
                slowest = slowest.max((took, question));
            }
        }
    }
    Ok(Row {
        kind,
        spread: latencies.sum(),
        slowest: slowest.1.to_owned(),
        found,
    })
}
