use super::*;
use crate::transcript::ChunkDraft;
use proptest::prelude::*;

fn chunk(sequence: u64, speaker: &str, from: u64, to: u64, text: &str) -> Chunk {
    Chunk {
        sequence,
        fields: ChunkDraft {
            words: Vec::new(),
            utterance_id: None,
            source_id: "mic".into(),
            segment_id: sequence.to_string(),
            revision: 0,
            is_interim: false,
            text: text.into(),
            start_ms: from,
            end_ms: to,
            speaker: Speaker {
                label: speaker.into(),
                user_id: None,
                name: None,
            },
            confidence: None,
            language: None,
        },
        revised: false,
        word_count: word_count(text),
        created_at: to,
    }
}

fn texts(chunks: Vec<Chunk>) -> Vec<String> {
    segments(chunks).into_iter().map(|part| part.text).collect()
}

#[test]
fn a_segment_ends_with_the_turn_after_a_pause_and_in_time() {
    let said = vec![
        chunk(2, "Ada", 1_000, 2_000, "b"),
        chunk(1, "Ada", 0, 1_000, "a"),
        chunk(3, "Ada", 4_000, 5_000, "after two seconds"),
        chunk(4, "Ada", 7_001, 8_000, "after more"),
        chunk(5, "Bob", 8_000, 9_000, "somebody else"),
        chunk(6, "Bob", 9_000, 67_000, "58 s more"),
        chunk(7, "Bob", 67_000, 69_000, "over 60 s"),
    ];
    assert_eq!(
        texts(said),
        [
            "a b after two seconds",
            "after more",
            "somebody else 58 s more",
            "over 60 s"
        ]
    );
}

#[test]
fn a_chunk_that_is_too_long_is_cut_between_words() {
    let parts = segments(vec![chunk(1, "Ada", 0, 150_000, "a b c d e f")]);
    let times: Vec<_> = parts
        .iter()
        .map(|part| (part.start_ms, part.end_ms))
        .collect();
    assert_eq!(times, [(0, 50_000), (50_000, 100_000), (100_000, 150_000)]);
    assert_eq!(parts[2].text, "e f");
    assert_eq!(parts[2].place.piece, 2);
}

#[test]
fn confidence_is_weighted_by_words() {
    let mut said = vec![
        chunk(1, "Ada", 0, 1, "one two three"),
        chunk(2, "Ada", 1, 2, "four"),
        chunk(3, "Ada", 2, 3, "five"),
    ];
    said[0].fields.confidence = Some(1.0);
    said[1].fields.confidence = Some(0.5);
    said[2].fields.language = Some("en".into());
    let parts = segments(said);
    assert_eq!(parts[0].confidence, Some(0.875));
    assert_eq!((parts[0].word_count, parts[0].created_at), (5, 1));
    assert_eq!(parts[0].language.as_deref(), Some("en"));
}

fn said() -> impl Strategy<Value = Vec<Chunk>> {
    let one = (0..3_u8, 0..200_000_u64, 0..150_000_u64, 0..700_usize);
    proptest::collection::vec(one, 0..20).prop_map(|all| {
        let numbered = (1..).zip(all);
        let chunk = |(sequence, (who, from, length, words)): (u64, (u8, u64, u64, usize))| {
            let text = "w ".repeat(words + 1);
            chunk(sequence, &who.to_string(), from, from + length, &text)
        };
        numbered.map(chunk).collect()
    })
}

proptest! {
    #[test]
    fn segments_have_every_word_once_whatever_the_order(chunks in said()) {
        let mut turned = chunks.clone();
        turned.reverse();
        let words: u32 = chunks.iter().map(|chunk| chunk.word_count).sum();
        let parts = segments(chunks);
        prop_assert_eq!(parts.iter().map(|part| part.word_count).sum::<u32>(), words);
        prop_assert!(parts.iter().all(|part| part.end_ms - part.start_ms <= LENGTH_MS));
        prop_assert!(parts.is_sorted_by(|one, next| one.place < next.place));
        prop_assert_eq!(segments(turned), parts);
    }

    /// What the server builds on: from a segment's first chunk on, nothing before counts.
    #[test]
    fn segments_can_be_put_together_from_where_any_of_them_begins(chunks in said()) {
        let all = segments(chunks.clone());
        for (at, part) in all.iter().enumerate().filter(|(_, part)| part.place.piece == 0) {
            let from = (part.place.chunk_ms, part.place.sequence);
            let rest = chunks.iter().filter(|chunk| order(chunk) >= from);
            prop_assert_eq!(&segments(rest.cloned().collect()), &all[at..]);
        }
    }
}
