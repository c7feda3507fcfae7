//! Positions that stay where they are while the text around them changes: Yjs's
//! relative positions, in their JSON form, as stock editors put them into presence.

use super::Document;
use crate::json::Object;
use serde_json::Value;
use yrs::block::ClientID;
use yrs::{Assoc, ID, IndexScope, IndexedSequence, StickyIndex, Transact};

impl Document {
    /// The relative position of an offset in UTF-16 code units; `None` beyond the end.
    #[must_use]
    pub fn sticky(&self, at_utf16: u32) -> Option<Value> {
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
        Some(written(&index))
    }

    /// The offset, in UTF-16 code units, of a relative position; `None` when it is
    /// none, or of something not here yet.
    #[must_use]
    pub fn offset(&self, sticky: &Value) -> Option<u32> {
        let offset = read(sticky)?.get_offset(&self.doc.transact())?;
        Some(offset.index.min(self.text.len_utf16()))
    }
}

/// The JSON form. By hand: the derived one costs the browser's module seven
/// kilobytes.
fn written(index: &StickyIndex) -> Value {
    let id = |id: &ID| {
        let mut written = Object::default();
        written.number("client", id.client.get());
        written.number("clock", id.clock.into()).value()
    };
    let (name, scope) = match index.scope() {
        IndexScope::Relative(at) => ("item", id(at)),
        IndexScope::Nested(of) => ("type", id(of)),
        IndexScope::Root(name) => ("tname", Value::from(&**name)),
    };
    let mut written = Object::default();
    written.put(name, scope);
    written.put("assoc", (index.assoc as i8).into()).value()
}

fn read(sticky: &Value) -> Option<StickyIndex> {
    let id = |value: &Value| {
        let client = value["client"].as_u64().filter(|id| *id < 1 << 53)?;
        let clock = u32::try_from(value["clock"].as_u64()?).ok()?;
        Some(ID::new(ClientID::new(client), clock))
    };
    let root = || sticky["tname"].as_str().map(Into::into);
    let scope = id(&sticky["item"])
        .map(IndexScope::Relative)
        .or_else(|| root().map(IndexScope::Root))
        .or_else(|| id(&sticky["type"]).map(IndexScope::Nested))?;
    let before = sticky["assoc"].as_i64().is_some_and(|assoc| assoc < 0);
    let assoc = if before { Assoc::Before } else { Assoc::After };
    Some(StickyIndex::new(scope, assoc))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::NoteLimits;
    use crate::note::Operation;
    use serde_json::json;

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
        assert_eq!(document.offset(&json!({"item": 7})), None);
    }

    #[test]
    fn the_json_form_is_the_one_of_yrs_and_of_yjs() {
        let id = ID::new(ClientID::new(5), 6);
        for scope in [
            IndexScope::Relative(id),
            IndexScope::Nested(id),
            IndexScope::Root("content".into()),
        ] {
            for assoc in [Assoc::Before, Assoc::After] {
                let index = StickyIndex::new(scope.clone(), assoc);
                let json = written(&index);
                assert_eq!(json, serde_json::to_value(&index).unwrap());
                assert_eq!(read(&json), Some(index));
            }
        }
        let yjs = json!({"type": null, "tname": "content", "item": null, "assoc": 0});
        assert!(read(&yjs).is_some_and(|index| index.is_root()));
        assert_eq!(
            read(&json!({"item": {"client": 1_u64 << 53, "clock": 0}})),
            None
        );
        assert_eq!(read(&json!(null)), None);
    }
}
