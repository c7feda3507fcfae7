//! lib0 primitives over a byte slice, each bounded.

use super::error::ScanError;

/// ClientIDs have 53 bits: they are numbers of JavaScript.
const MAX_CLIENT: u64 = (1 << 53) - 1;

pub(super) struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.bytes.is_empty()
    }

    pub(super) fn byte(&mut self) -> Result<u8, ScanError> {
        let (first, rest) = self.bytes.split_first().ok_or(ScanError::Truncated)?;
        self.bytes = rest;
        Ok(*first)
    }

    pub(super) fn var_u32(&mut self) -> Result<u32, ScanError> {
        let value = self.var(5)?;
        u32::try_from(value).map_err(|_| ScanError::Malformed)
    }

    pub(super) fn var_client(&mut self) -> Result<u64, ScanError> {
        let value = self.var(8)?;
        if value > MAX_CLIENT {
            return Err(ScanError::Malformed);
        }
        Ok(value)
    }

    /// A string with its length in bytes before it; valid UTF-8.
    pub(super) fn string(&mut self) -> Result<&'a str, ScanError> {
        let len = self.var_u32()? as usize;
        if len > self.bytes.len() {
            return Err(ScanError::Truncated);
        }
        let (text, rest) = self.bytes.split_at(len);
        self.bytes = rest;
        std::str::from_utf8(text).map_err(|_| ScanError::Malformed)
    }

    fn var(&mut self, max_bytes: u32) -> Result<u64, ScanError> {
        let mut value = 0;
        for at in 0..max_bytes {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << (7 * at);
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(ScanError::Malformed)
    }
}
