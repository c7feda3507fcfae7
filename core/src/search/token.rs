//! Texts as words: what documents and queries are both made of, so that every database
//! compares the same. Words are cut by UAX #29, and where it joins names by a mark
//! (`example.com`, `user_id`) there too; without accents and case. Beside each stands its
//! stem (Snowball, English: on other languages it takes off little, and the same on both
//! sides).

use rust_stemmers::{Algorithm, Stemmer};
use std::fmt::Write;
use std::ops::Range;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

/// Grows when texts become other words than before: what is indexed is made anew then.
pub const VERSION: u64 = 2;
/// Longest word that is told apart from others that begin alike, in characters.
const WORD_CHARS: usize = 40;
/// Stands between what is said and who says it, so that no phrase reaches across.
const BETWEEN: &str = "_";
/// What `PostgreSQL` takes: positions in a document, and places of one word in it.
const POSITIONS: usize = 16_383;
const PLACES: usize = 256;

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The word without accents and case: letters and digits alone.
    pub word: String,
    /// Its stem.
    pub stem: String,
    /// Where it stands in the text, in bytes.
    pub range: Range<usize>,
}

/// The words of a text, in order.
#[must_use]
pub fn tokens(text: &str) -> Vec<Token> {
    let stemmer = Stemmer::create(Algorithm::English);
    let token = |(at, found): (usize, &str)| {
        let word = plain(found);
        let stem = stem(&stemmer, &word);
        let range = at..at + found.len();
        (!word.is_empty()).then_some(Token { word, stem, range })
    };
    let found = text.unicode_word_indices().flat_map(|(at, found)| {
        let parts = parts(found).into_iter();
        parts.map(move |part| (at + part.start, &found[part]))
    });
    found.filter_map(token).collect()
}

/// Marks that join words.
const JOINTS: [char; 3] = ['.', '_', ':'];

/// The words that were joined to one. Numbers (`3.14`) and initials (`U.S.`, `Ph.D.`) stay
/// whole.
fn parts(found: &str) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut from = 0;
    for (at, joint) in found.char_indices().filter(|(_, c)| JOINTS.contains(c)) {
        let after = at + joint.len_utf8();
        let is_digit = |c: Option<char>| c.is_some_and(char::is_numeric);
        let (left, right) = (
            found[..at].chars().next_back(),
            found[after..].chars().next(),
        );
        if !(is_digit(left) && is_digit(right)) {
            parts.push(from..at);
            from = after;
        }
    }
    parts.push(from..found.len());
    let lengths = || parts.iter().map(|part| found[part.clone()].chars().count());
    if lengths().all(|length| length <= 2) && lengths().any(|length| length <= 1) {
        return std::iter::once(0..found.len()).collect();
    }
    parts
}

fn plain(found: &str) -> String {
    let owned = ["'s", "’s", "'S", "’S"];
    let whose = owned.iter().find_map(|end| found.strip_suffix(end));
    let letters = whose.unwrap_or(found).nfkd();
    let letters = letters.filter(|c| !is_combining_mark(*c) && c.is_alphanumeric());
    let small = letters.flat_map(char::to_lowercase);
    // Small letters may have marks of their own.
    let small = small.filter(|c| c.is_alphanumeric() && !is_combining_mark(*c));
    let mut word = String::with_capacity(found.len());
    for letter in small.take(WORD_CHARS) {
        match bare(letter) {
            Some(bare) => word += bare,
            None => word.push(letter),
        }
    }
    word
}

/// Letters whose mark is a part of them, without it, as people type them.
const fn bare(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        'ø' => "o",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'ħ' => "h",
        'ı' => "i",
        _ => return None,
    })
}

fn stem(stemmer: &Stemmer, word: &str) -> String {
    if word.bytes().all(|b| b.is_ascii_lowercase()) {
        stemmer.stem(word).into_owned()
    } else {
        word.to_owned()
    }
}

/// A name as it is compared with others: its words, each a blank apart.
#[must_use]
pub fn key(name: &str) -> String {
    let words: Vec<_> = tokens(name).into_iter().map(|token| token.word).collect();
    words.join(" ")
}

/// Whether a word says nothing of what a text is about.
#[must_use]
pub fn is_stop_word(word: &str) -> bool {
    STOP_WORDS.binary_search(&word).is_ok()
}

/// What the index has of a document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Indexed {
    /// Its words, each a blank apart.
    pub words: String,
    /// Their stems, likewise.
    pub stems: String,
    /// How many there are.
    pub length: u32,
}

impl Indexed {
    /// A text, and who said it: who looks for a name finds what its bearer says.
    #[must_use]
    pub fn of(text: &str, speaker: Option<&str>) -> Self {
        let said = tokens(text);
        let by = speaker.map(tokens).unwrap_or_default();
        let mut indexed = Self {
            length: u32::try_from(said.len() + by.len()).unwrap_or(u32::MAX),
            ..Self::default()
        };
        let mut put = |word: &str, stem: &str| {
            for (all, one) in [(&mut indexed.words, word), (&mut indexed.stems, stem)] {
                if !all.is_empty() {
                    all.push(' ');
                }
                all.push_str(one);
            }
        };
        said.iter().for_each(|token| put(&token.word, &token.stem));
        if !by.is_empty() {
            put(BETWEEN, BETWEEN);
        }
        by.iter().for_each(|token| put(&token.word, &token.stem));
        indexed
    }

    /// As it is ranked.
    #[must_use]
    pub fn candidate(&self) -> super::rank::Candidate<'_> {
        super::rank::Candidate {
            words: &self.words,
            stems: &self.stems,
            length: self.length,
        }
    }

    /// The same as `PostgreSQL` writes a `tsvector`: stems, and words behind `=`.
    #[must_use]
    pub fn tsvector(&self) -> String {
        let mut places: std::collections::BTreeMap<String, Vec<usize>> = Default::default();
        let both = self.words.split(' ').zip(self.stems.split(' '));
        for (at, (word, stem)) in (1..=POSITIONS).zip(both) {
            if !word.is_empty() && word != BETWEEN {
                places.entry(format!("={word}")).or_default().push(at);
                places.entry(stem.to_owned()).or_default().push(at);
            }
        }
        let mut written = String::new();
        for (lexeme, at) in places {
            let at: Vec<_> = at.iter().take(PLACES).map(usize::to_string).collect();
            let _ = write!(written, "'{lexeme}':{} ", at.join(","));
        }
        written
    }
}

/// Snowball's list for English, in the form that [`tokens`] gives words.
#[rustfmt::skip]
const STOP_WORDS: [&str; 168] = [
    "a", "about", "above", "after", "again", "against", "all", "am", "an", "and",
    "any", "are", "arent", "as", "at", "be", "because", "been", "before", "being",
    "below", "between", "both", "but", "by", "can", "cannot", "cant", "could", "couldnt",
    "did", "didnt", "do", "does", "doesnt", "doing", "dont", "down", "during", "each",
    "few", "for", "from", "further", "had", "hadnt", "has", "hasnt", "have", "havent",
    "having", "he", "hed", "her", "here", "heres", "hers", "herself", "hes", "him",
    "himself", "his", "how", "hows", "i", "if", "im", "in", "into", "is",
    "isnt", "it", "its", "itself", "ive", "just", "lets", "me", "more", "most",
    "mustnt", "my", "myself", "no", "nor", "not", "of", "off", "on", "once",
    "only", "or", "other", "ought", "our", "ours", "ourselves", "out", "over", "own",
    "same", "shant", "she", "shes", "should", "shouldnt", "so", "some", "such", "than",
    "that", "thats", "the", "their", "theirs", "them", "themselves", "then", "there", "theres",
    "these", "they", "theyd", "theyll", "theyre", "theyve", "this", "those", "through", "to",
    "too", "under", "until", "up", "very", "was", "wasnt", "we", "were", "werent",
    "weve", "what", "whats", "when", "whens", "where", "wheres", "which", "while", "who",
    "whom", "whos", "why", "whys", "will", "with", "wont", "would", "wouldnt", "you",
    "youd", "youll", "your", "youre", "yours", "yourself", "yourselves", "youve",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        tokens(text).into_iter().map(|token| token.word).collect()
    }

    #[test]
    fn words_have_neither_accents_nor_case_nor_marks() {
        assert_eq!(words("Zoë’s CAFÉ, e-mail!"), ["zoe", "cafe", "e", "mail"]);
        assert_eq!(words("don't İstanbul ﬁne"), ["dont", "istanbul", "fine"]);
        assert!(words("… -- \"").is_empty());
    }

    #[test]
    fn words_that_a_mark_joins_are_words_of_their_own() {
        assert_eq!(
            words("mail ada_l@docs.example.com, user_id::of"),
            [
                "mail", "ada", "l", "docs", "example", "com", "user", "id", "of"
            ]
        );
        assert_eq!(words("3.14 1,000 v1.2"), ["314", "1000", "v12"]);
        assert_eq!(
            words("the U.S. e.g. Ph.D. io.rs this.Or"),
            ["the", "us", "eg", "phd", "io", "rs", "this", "or"]
        );
        assert_eq!(
            words("__init__ _ 1_000 a.b23"),
            ["init", "1000", "a", "b23"]
        );
        let at: Vec<_> = tokens("a é.com").into_iter().map(|one| one.range).collect();
        assert_eq!(at, [0..1, 2..4, 5..8]);
    }

    #[test]
    fn letters_with_a_mark_of_their_own_are_found_without() {
        assert_eq!(
            words("Straße STRAẞE Łódź København Ærø Đorđe ığ"),
            [
                "strasse",
                "strasse",
                "lodz",
                "kobenhavn",
                "aero",
                "dorde",
                "ig"
            ]
        );
    }

    #[test]
    fn stems_bring_forms_of_a_word_together() {
        let found = tokens("designs designing designed");
        let stems: Vec<_> = found.iter().map(|token| token.stem.as_str()).collect();
        assert_eq!(stems, ["design", "design", "design"]);
    }

    #[test]
    fn stop_words_are_in_order() {
        assert!(STOP_WORDS.is_sorted());
        assert!(is_stop_word("the") && !is_stop_word("budget"));
    }

    #[test]
    fn a_document_has_who_says_it_apart_from_what_is_said() {
        let indexed = Indexed::of("Working works", Some("Ada"));
        assert_eq!(indexed.words, "working works _ ada");
        assert_eq!(indexed.stems, "work work _ ada");
        assert_eq!(indexed.length, 3);
        let vector = indexed.tsvector();
        assert_eq!(
            vector,
            "'=ada':4 '=working':1 '=works':2 'ada':4 'work':1,2 "
        );
        assert_eq!(Indexed::of("", None).tsvector(), "");
    }
}
