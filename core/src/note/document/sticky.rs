//! Positions that stay where they are while the text around them changes: Yjs's
//! relative positions, in their JSON form, as stock editors put them into presence.

use super::Document;
use yrs::{Assoc, IndexedSequence, StickyIndex, Transact};

impl Document {
    /// The relative position of an offset in UTF-16 code units; `None` beyond the end.
    #[must_use]
    pub fn sticky(&self, at_utf16: u32) -> Option<serde_json::Value> {
        if at_utf16 > self.text.len_utf16() {
            return None;
        }
        let txn = self.doc.transact();
        // No character follows the end to hold on to: there it is the end of the text,
        // as in Yjs.
        let index = if at_utf16 == self.text.len_utf16() {
            StickyIndex::from_type(&txn, &self.root, Assoc::After)
        } else {
            self.root.sticky_index(&txn, at_utf16, Assoc::After)?
        };
        serde_json::to_value(index).ok()
    }

    /// The offset, in UTF-16 code units, of a relative position; `None` when it is
    /// none, or of something not here yet.
    #[must_use]
    pub fn offset(&self, sticky: &serde_json::Value) -> Option<u32> {
        let index: StickyIndex = serde_json::from_value(sticky.clone()).ok()?;
        let offset = index.get_offset(&self.doc.transact())?;
        Some(offset.index.min(self.text.len_utf16()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::NoteLimits;
    use crate::note::Operation;

    #[test]
    fn a_sticky_position_moves_with_its_text() {
        let mut document = Document::new(1, NoteLimits::default());
        document
            .apply_operation(&Operation::new().insert("hello 😀"))
            .unwrap();
        let end = document.sticky(8).unwrap();
        let middle = document.sticky(6).unwrap();
        document
            .apply_operation(&Operation::new().insert("oh, "))
            .unwrap();
        assert_eq!(document.offset(&middle), Some(10));
        assert_eq!(document.offset(&end), Some(12));
        assert_eq!(document.sticky(13), None);
        assert_eq!(document.offset(&serde_json::json!({"item": 7})), None);
    }
}
