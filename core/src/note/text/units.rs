//! Counting and cutting strings in UTF-16 code units.

/// UTF-16 code units of a string: one a character, two from U+10000 on.
pub fn utf16_len(text: &str) -> u64 {
    let units = |byte: u8| u64::from(byte & 0xC0 != 0x80) + u64::from(byte >= 0xF0);
    text.bytes().map(units).sum()
}

/// Cuts a string after so many UTF-16 code units; `None` when it is shorter or the
/// cut would fall into a surrogate pair.
pub fn split_utf16(text: &str, units: u64) -> Option<(&str, &str)> {
    let mut left = units;
    for (at, char) in text.char_indices() {
        if left == 0 {
            return Some(text.split_at(at));
        }
        left = left.checked_sub(char.len_utf16() as u64)?;
    }
    (left == 0).then_some((text, ""))
}
