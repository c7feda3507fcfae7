//! Documents as they are said in recorded meetings, as many as wanted, and questions.

use crate::load::Failure;
use connvo_core::search::token::{is_stop_word, tokens};
use flate2::read::GzDecoder;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde::Deserialize;
use std::collections::HashMap;
use std::fs::File;
use std::path::Path;

/// Words of a document.
const LENGTH: std::ops::Range<usize> = 20..90;
/// Questions of a kind.
const MOST: usize = 60;

/// What is in the index, and what is asked.
#[derive(Debug)]
pub struct Corpus {
    /// The texts.
    pub documents: Vec<String>,
    /// For each kind its questions.
    pub questions: Vec<(&'static str, Vec<String>)>,
}

#[derive(Deserialize)]
struct Recorded {
    meeting_transcripts: Vec<Turn>,
    specific_query_list: Vec<Asked>,
}

#[derive(Deserialize)]
struct Turn {
    content: String,
}

#[derive(Deserialize)]
struct Asked {
    query: String,
}

impl Corpus {
    /// So many documents, cut at random out of the recordings of a folder, the same for the
    /// same seed.
    ///
    /// # Errors
    /// The folder or a file in it cannot be read, or there is none.
    pub fn of(folder: &Path, documents: usize, seed: u64) -> Result<Self, Failure> {
        let mut said: Vec<Vec<String>> = Vec::new();
        let mut asked = Vec::new();
        let mut files = std::fs::read_dir(folder)?
            .map(|file| file.map(|file| file.path()))
            .collect::<Result<Vec<_>, _>>()?;
        files.sort();
        files.retain(|path| path.extension().is_some_and(|end| end == "gz"));
        for path in files {
            let recorded: Recorded = serde_json::from_reader(GzDecoder::new(File::open(path)?))?;
            let turns = recorded.meeting_transcripts.iter();
            let words = turns.flat_map(|turn| turn.content.split_whitespace());
            said.push(
                words
                    .filter(|word| !word.contains('{'))
                    .map(str::to_owned)
                    .collect(),
            );
            asked.extend(
                recorded
                    .specific_query_list
                    .into_iter()
                    .map(|one| one.query),
            );
        }
        said.retain(|words| words.len() > LENGTH.end);
        if said.is_empty() {
            return Err(format!("no recording in {}", folder.display()).into());
        }
        let mut rng = StdRng::seed_from_u64(seed);
        let mut document = |_| {
            let words = &said[rng.random_range(0..said.len())];
            let length = rng.random_range(LENGTH);
            let from = rng.random_range(0..words.len() - length);
            words[from..from + length].join(" ")
        };
        let documents = (0..documents).map(&mut document).collect();
        let questions = questions(&said, asked, &mut rng);
        Ok(Self {
            documents,
            questions,
        })
    }
}

fn questions(
    said: &[Vec<String>],
    asked: Vec<String>,
    rng: &mut StdRng,
) -> Vec<(&'static str, Vec<String>)> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for words in said {
        for token in tokens(&words.join(" ")) {
            if !is_stop_word(&token.word) {
                *counts.entry(token.word).or_default() += 1;
            }
        }
    }
    let mut by_count: Vec<_> = counts.into_iter().collect();
    by_count.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    let words: Vec<_> = by_count.into_iter().map(|(word, _)| word).collect();
    let common = &words[..words.len().min(MOST)];
    let pairs = common
        .chunks(2)
        .map(|pair| pair.join(" "))
        .chain(common.chunks(4).map(|four| four.join(" ")));
    let middle = words.iter().skip(300).step_by(7).take(MOST).cloned();
    let rare = words.iter().rev().step_by(11).take(MOST).cloned();
    let both = common.iter().zip(words.iter().rev().step_by(5));
    let both = both.map(|(common, rare)| format!("{common} {rare}"));
    let prefixes = common.iter().filter(|word| word.len() > 2);
    let prefixes = prefixes.map(|word| format!("{}*", word.chars().take(3).collect::<String>()));
    let phrase = |_| {
        let words = &said[rng.random_range(0..said.len())];
        let from = rng.random_range(0..words.len() - 3);
        format!("\"{}\"", words[from..from + 3].join(" ").replace('"', ""))
    };
    let phrases = (0..MOST).map(phrase).filter(|text| text.len() > 6);
    vec![
        ("question", asked),
        ("common word", common.to_vec()),
        ("common words", pairs.collect()),
        ("middling word", middle.collect()),
        ("rare word", rare.collect()),
        ("common and rare", both.collect()),
        ("prefix", prefixes.collect()),
        ("phrase", phrases.collect()),
    ]
}
