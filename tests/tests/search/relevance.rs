//! Ten real meetings with questions and where they are answered
//! (`tests/data/meetings`): both databases give the same answers, and no worse ones than
//! a plain BM25 over the same segments.

use crate::stage::{Person, Stage, id};
use connvo_core::id::MeetingId;
use connvo_server::transcript::segment::store::page;
use flate2::read::GzDecoder;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::File;
use std::path::Path;

/// How far the answers are looked at.
const TOP: usize = 10;
/// Milliseconds a word, at 150 words a minute.
const WORD_MS: u64 = 400;

#[derive(Deserialize)]
struct Recorded {
    meeting_transcripts: Vec<Turn>,
    specific_query_list: Vec<Question>,
}

#[derive(Deserialize)]
struct Turn {
    speaker: String,
    content: String,
}

#[derive(Deserialize)]
struct Question {
    query: String,
    relevant_text_span: Vec<[String; 2]>,
}

/// A turn's chunk: from, to, speaker, text; times from the start of the meeting.
type Said = (u64, u64, String, String);

fn recorded() -> Vec<Recorded> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/meetings");
    let files = std::fs::read_dir(folder).unwrap();
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    files.retain(|file| file.extension().is_some_and(|end| end == "gz"));
    let read = |file| serde_json::from_reader(GzDecoder::new(File::open(file).unwrap())).unwrap();
    files.iter().map(read).collect()
}

/// What is said in a meeting, and when each turn is.
fn said(meeting: &Recorded) -> (Vec<Said>, Vec<(u64, u64)>) {
    let (mut now, mut chunks, mut turns) = (0, Vec::new(), Vec::new());
    for turn in &meeting.meeting_transcripts {
        let began = now;
        let mut depth = 0;
        let clean = turn.content.chars().filter(|c| {
            depth += i32::from(*c == '{') - i32::from(*c == '}');
            depth == 0 && *c != '}'
        });
        let clean: String = clean.collect();
        let words: Vec<_> = clean.split_whitespace().collect();
        for some in words.chunks(500) {
            let to = now + some.len() as u64 * WORD_MS;
            chunks.push((now, to, turn.speaker.clone(), some.join(" ")));
            now = to;
        }
        turns.push((began, now));
    }
    (chunks, turns)
}

/// A segment of the index: its meeting and its start, from the start of the meeting.
type Place = (usize, u64);

struct Segment {
    place: Place,
    end: u64,
    text: String,
}

struct Asked {
    meeting: usize,
    query: String,
    gold: BTreeSet<Place>,
}

/// The ten meetings in a store.
struct Loaded {
    stage: Stage,
    ada: Person,
    meetings: Vec<MeetingId>,
}

async fn load(stage: Stage, all: &[Recorded]) -> Loaded {
    let ada = stage.sign_in("ada").await;
    let mut meetings = Vec::new();
    for meeting in all {
        let path = stage.meeting(&ada).await;
        let (chunks, _) = said(meeting);
        let names: Vec<_> = (0..chunks.len()).map(|at| at.to_string()).collect();
        let chunks: Vec<_> = names
            .iter()
            .zip(&chunks)
            .map(|(name, (from, to, speaker, text))| {
                (
                    name.as_str(),
                    0,
                    speaker.as_str(),
                    *from,
                    *to,
                    text.as_str(),
                )
            })
            .collect();
        stage.say(&ada, &path, &chunks).await;
        meetings.push(id(&path));
    }
    stage.index().await;
    Loaded {
        stage,
        ada,
        meetings,
    }
}

impl Loaded {
    async fn segments(&self) -> Vec<Segment> {
        let mut all = Vec::new();
        for (at, meeting) in self.meetings.iter().enumerate() {
            let segments = page(&self.stage.app.db, meeting, None, 0, 100_000)
                .await
                .unwrap();
            all.extend(segments.into_iter().map(|stored| Segment {
                place: (at, stored.segment.start_ms - crate::stage::NOW),
                end: stored.segment.end_ms - crate::stage::NOW,
                text: stored.segment.text,
            }));
        }
        all
    }

    /// The first answers to a question, in one meeting or in all.
    async fn answers(&self, asked: &Asked, within: bool) -> Vec<Place> {
        let mut rest = format!("&limit={TOP}");
        if within {
            rest += &format!("&meetingId={}", self.meetings[asked.meeting]);
        }
        let found = self.stage.search(&self.ada, &asked.query, &rest).await;
        let place = |item: &serde_json::Value| {
            let meeting: MeetingId = item["meetingId"].as_str().unwrap().parse().unwrap();
            let at = self
                .meetings
                .iter()
                .position(|one| *one == meeting)
                .unwrap();
            (at, item["startMs"].as_u64().unwrap() - crate::stage::NOW)
        };
        found.iter().map(place).collect()
    }
}

fn questions(all: &[Recorded], segments: &[Segment]) -> Vec<Asked> {
    let mut asked = Vec::new();
    for (at, meeting) in all.iter().enumerate() {
        let (_, turns) = said(meeting);
        for question in &meeting.specific_query_list {
            let spans = question.relevant_text_span.iter().map(|[from, to]| {
                let turn = |text: &String| text.parse::<usize>().unwrap().min(turns.len() - 1);
                (turns[turn(from)].0, turns[turn(to)].1)
            });
            let spans: Vec<_> = spans.collect();
            let gold = segments.iter().filter(|segment| {
                let in_one = |(from, to): &(u64, u64)| segment.place.1 < *to && segment.end > *from;
                segment.place.0 == at && spans.iter().any(in_one)
            });
            asked.push(Asked {
                meeting: at,
                query: question.query.clone(),
                gold: gold.map(|segment| segment.place).collect(),
            });
        }
    }
    asked.retain(|one| !one.gold.is_empty());
    asked
}

/// BM25 as it is in the books: words as they stand, in small letters.
struct Plain {
    documents: Vec<(Place, HashMap<String, f64>, f64)>,
}

impl Plain {
    fn of(segments: &[Segment]) -> Self {
        let document = |segment: &Segment| {
            let mut counts = HashMap::new();
            let words = words(&segment.text);
            let length = words.len() as f64;
            words
                .into_iter()
                .for_each(|word| *counts.entry(word).or_default() += 1.0);
            (segment.place, counts, length)
        };
        Self {
            documents: segments.iter().map(document).collect(),
        }
    }

    fn answers(&self, asked: &Asked, within: bool) -> Vec<Place> {
        let among = |place: &Place| !within || place.0 == asked.meeting;
        let all: Vec<_> = self.documents.iter().filter(|one| among(&one.0)).collect();
        let count = all.len() as f64;
        let average = all.iter().map(|one| one.2).sum::<f64>() / count;
        let words: BTreeSet<_> = words(&asked.query).into_iter().collect();
        let mut scores: BTreeMap<Place, f64> = BTreeMap::new();
        for word in words {
            let with = all.iter().filter(|one| one.1.contains_key(&word)).count() as f64;
            let rare = (1.0 + (count - with + 0.5) / (with + 0.5)).ln();
            for (place, counts, length) in &all {
                if let Some(times) = counts.get(&word) {
                    let long = 0.25 + 0.75 * length / average;
                    *scores.entry(*place).or_default() += rare * times * 2.2 / (times + 1.2 * long);
                }
            }
        }
        let mut scores: Vec<_> = scores.into_iter().collect();
        scores.sort_by(|one, other| other.1.total_cmp(&one.1));
        scores
            .into_iter()
            .map(|(place, _)| place)
            .take(TOP)
            .collect()
    }
}

fn words(text: &str) -> Vec<String> {
    let parts = text.split(|c: char| !c.is_alphanumeric());
    parts
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// Recall and reciprocal rank within the first answers, summed over questions.
#[derive(Default, Clone, Copy)]
struct Quality {
    recall: f64,
    rank: f64,
}

impl Quality {
    fn add(&mut self, asked: &Asked, answers: &[Place]) {
        let hits = answers.iter().filter(|place| asked.gold.contains(place));
        self.recall += hits.count() as f64 / asked.gold.len() as f64;
        let first = answers.iter().position(|place| asked.gold.contains(place));
        self.rank += first.map_or(0.0, |at| 1.0 / (at + 1) as f64);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_databases_answer_alike_and_no_worse_than_plain_bm25() {
    let all = recorded();
    let (sqlite, postgres) = tokio::join!(Stage::sqlite(), Stage::postgres());
    let (sqlite, postgres) = tokio::join!(load(sqlite, &all), load(postgres, &all));
    let segments = sqlite.segments().await;
    let places = |segments: &[Segment]| segments.iter().map(|one| one.place).collect::<Vec<_>>();
    assert_eq!(places(&segments), places(&postgres.segments().await));
    let asked = questions(&all, &segments);
    let plain = Plain::of(&segments);
    for within in [true, false] {
        let [mut of_sqlite, mut of_postgres, mut of_plain] = [Quality::default(); 3];
        let (mut overlap, mut least) = (0.0, 1.0_f64);
        for one in &asked {
            let lite = sqlite.answers(one, within).await;
            let post = postgres.answers(one, within).await;
            of_sqlite.add(one, &lite);
            of_postgres.add(one, &post);
            of_plain.add(one, &plain.answers(one, within));
            let both = lite.iter().filter(|place| post.contains(place)).count();
            let share = both as f64 / lite.len().max(post.len()).max(1) as f64;
            overlap += share;
            least = least.min(share);
        }
        let count = asked.len() as f64;
        let place = if within {
            "in its meeting"
        } else {
            "in all meetings"
        };
        eprintln!(
            "{count} questions over {} segments, {place}:",
            segments.len()
        );
        let lines = [
            ("SQLite", of_sqlite),
            ("PostgreSQL", of_postgres),
            ("plain BM25", of_plain),
        ];
        for (name, quality) in lines {
            let (recall, rank) = (quality.recall / count, quality.rank / count);
            eprintln!("  {name:<12} recall@{TOP} {recall:.4}  MRR {rank:.4}");
        }
        eprintln!(
            "  overlap@{TOP}  mean {:.4}, least {least:.4}",
            overlap / count
        );
        assert!(overlap / count >= 0.9);
        for ours in [of_sqlite, of_postgres] {
            assert!(ours.recall >= of_plain.recall && ours.rank >= of_plain.rank);
        }
    }
}
