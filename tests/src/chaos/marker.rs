//! The mark that every write carries: who wrote it, and which of theirs it is.

use std::fmt;

/// A write's name: `<author.place>` in the text of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mark {
    /// The author's number: one author writes to one journal.
    pub author: u32,
    /// Its place among the author's writes: 1, 2, 3 …
    pub place: u64,
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}.{}>", self.author, self.place)
    }
}

/// All marks in a text, in order; what is no mark is passed over.
#[must_use]
pub fn marks(text: &str) -> Vec<Mark> {
    text.split('<').skip(1).filter_map(one).collect()
}

fn one(rest: &str) -> Option<Mark> {
    let (inside, _) = rest.split_once('>')?;
    let (author, place) = inside.split_once('.')?;
    Some(Mark {
        author: author.parse().ok()?,
        place: place.parse().ok()?,
    })
}

/// Where a text (ASCII) may be cut without cutting a mark: its beginning, and behind
/// each mark.
#[must_use]
pub fn seams(text: &str) -> Vec<usize> {
    let behind = text.match_indices('>').map(|(at, _)| at + 1);
    std::iter::once(0).chain(behind).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_found_in_the_text_it_was_written_to() {
        let mark = Mark {
            author: 12,
            place: 7,
        };
        assert_eq!(
            marks(&format!("a {mark}<b.c>< <1.2>")),
            [mark, one("1.2>").unwrap()]
        );
        assert_eq!(seams("<1.2><1.3>"), [0, 5, 10]);
    }
}
