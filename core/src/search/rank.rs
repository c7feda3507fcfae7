//! Which document answers a query best: BM25 over stems, reckoned here and nowhere else,
//! so that every database answers in the same order. A document that has all words that were
//! asked for comes before all that have not.

use super::query::{Clause, Query};

/// How soon more of the same word counts no more, and how much the length counts.
const K1: f64 = 1.2;
const B: f64 = 0.75;

/// What is known of all documents that could be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Collection {
    /// How many there are.
    pub documents: u64,
    /// How many words they have together.
    pub length: u64,
}

/// What is counted when documents are ranked: clauses of the query, each with the number
/// of documents that have it; absent where they are too many to be counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// Which clause.
    pub clause: Clause,
    /// How many documents have it.
    pub documents: Option<u64>,
}

/// A document as it is ranked.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// As [`super::token::Indexed::words`].
    pub words: &'a str,
    /// As [`super::token::Indexed::stems`].
    pub stems: &'a str,
    /// As [`super::token::Indexed::length`].
    pub length: u32,
}

/// The score of each candidate, in their order; more is better.
///
/// What no count is known of is so common that it was not counted: its share among the
/// candidates stands for its share among all, and `common` documents have it at least.
#[must_use]
pub fn scores(
    query: &Query,
    counted: &[Counted],
    collection: Collection,
    common: u64,
    candidates: &[Candidate<'_>],
) -> Vec<f64> {
    let also = query.also.iter().map(|stem| Counted {
        clause: Clause::Word(stem.clone()),
        documents: None,
    });
    let also = also.filter(|also| counted.iter().all(|one| one.clause != also.clause));
    let asked: Vec<Counted> = counted.iter().cloned().chain(also).collect();
    let asked = asked.iter().filter(|one| one.clause.is_one_word());
    let terms: Vec<_> = asked.map(|one| Term::of(one, candidates)).collect();
    let documents = collection.documents.max(candidates.len() as u64).max(1);
    let average = (collection.length as f64 / documents as f64).max(1.0);
    let mut scores = vec![0.0; candidates.len()];
    let mut had = vec![0_u32; candidates.len()];
    let mut most = 0.0;
    for term in &terms {
        let among = term.places.iter().filter(|places| **places > 0).count() as f64;
        let share = among / candidates.len().max(1) as f64;
        let all = documents as f64;
        let with = term
            .documents
            .map_or((share * all).max(common as f64), |with| with as f64);
        let rare = (1.0 + (all - with.min(all) + 0.5) / (with.min(all) + 0.5)).ln();
        most += rare * (K1 + 1.0);
        for (at, candidate) in candidates.iter().enumerate() {
            let places = f64::from(term.places[at]);
            if places > 0.0 {
                let long = 1.0 - B + B * f64::from(candidate.length) / average;
                scores[at] += rare * places * (K1 + 1.0) / (places + K1 * long);
                had[at] += 1;
            }
        }
    }
    for (score, had) in scores.iter_mut().zip(had) {
        if terms.len() > 1 && had as usize == terms.len() {
            *score += most;
        }
    }
    scores
}

/// A clause, and how often each candidate has it.
struct Term {
    documents: Option<u64>,
    places: Vec<u32>,
}

impl Term {
    fn of(counted: &Counted, candidates: &[Candidate<'_>]) -> Self {
        let places = |candidate: &Candidate<'_>| {
            let count = match &counted.clause {
                Clause::Word(stem) => candidate.stems.split(' ').filter(|one| one == stem).count(),
                Clause::Prefix(start) => {
                    let begins = |word: &&str| word.starts_with(start.as_str());
                    candidate.words.split(' ').filter(begins).count()
                }
                Clause::Phrase(_) => 0,
            };
            u32::try_from(count).unwrap_or(u32::MAX)
        };
        Self {
            documents: counted.documents,
            places: candidates.iter().map(places).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::token::Indexed;
    use super::*;

    fn ranked(asked: &str, texts: &[&str]) -> Vec<f64> {
        let query = Query::parse(asked).unwrap();
        let all: Vec<_> = texts.iter().map(|text| Indexed::of(text, None)).collect();
        let candidates: Vec<_> = all.iter().map(Indexed::candidate).collect();
        let count = |clause: &Clause| Counted {
            documents: match clause {
                Clause::Word(stem) => {
                    let has = |one: &&Indexed| one.stems.split(' ').any(|other| other == stem);
                    Some(all.iter().filter(has).count() as u64)
                }
                _ => None,
            },
            clause: clause.clone(),
        };
        let counted: Vec<_> = query.ways().iter().map(count).collect();
        let collection = Collection {
            documents: texts.len() as u64,
            length: all.iter().map(|one| u64::from(one.length)).sum(),
        };
        scores(&query, &counted, collection, 0, &candidates)
    }

    #[test]
    fn what_has_more_and_rarer_words_in_less_text_is_better() {
        let texts = [
            "the remote control",
            "the remote",
            "the remote and what else there may be to say of it",
            "a budget",
            "nothing",
        ];
        let scores = ranked("remote control budget", &texts);
        assert!(scores[0] > scores[3] && scores[3] > scores[1] && scores[1] > scores[2]);
        assert_eq!(scores[4], 0.0);
    }

    #[test]
    fn what_has_all_the_words_comes_first() {
        let long = format!("remote {} control", "so it is ".repeat(200));
        let texts = [
            long.as_str(),
            "remote remote remote",
            "control control",
            "what",
            "else",
        ];
        let scores = ranked("remote control", &texts);
        assert!(scores[0] > scores[1] && scores[0] > scores[2]);
    }

    #[test]
    fn phrases_and_prefixes_count_their_words() {
        let texts = ["next year we meet", "next year next year", "we met"];
        let scores = ranked("\"next year\"", &texts);
        assert!(scores[1] > scores[0] && scores[0] > scores[2]);
        assert!(ranked("yea*", &texts)[0] > 0.0);
    }
}
