//! One struct of an update, as the V1 format writes it.

use super::ROOT;
use super::error::ScanError;
use super::reader::Reader;

const KIND: u8 = 0b0001_1111;
const HAS_PARENT_SUB: u8 = 0b0010_0000;
const HAS_RIGHT: u8 = 0b0100_0000;
const HAS_LEFT: u8 = 0b1000_0000;
const DELETED: u8 = 1;
const STRING: u8 = 4;
/// A skip carries no flags.
const SKIP: u8 = 10;

/// An id: (ClientID, clock).
pub(in crate::note) type Id = (u64, u32);

pub(super) enum Content<'a> {
    Skip,
    Deleted,
    Text(&'a str),
}

pub(super) struct Struct<'a> {
    pub(super) left: Option<Id>,
    pub(super) right: Option<Id>,
    pub(super) content: Content<'a>,
    /// Clocks it takes: UTF-16 code units.
    pub(super) len: u32,
    /// Whether its text goes beyond the basic plane.
    pub(super) non_bmp: bool,
}

impl<'a> Struct<'a> {
    pub(super) fn read(reader: &mut Reader<'a>) -> Result<Self, ScanError> {
        let info = reader.byte()?;
        if info == SKIP {
            return Self::run(reader, None, None, Content::Skip);
        }
        let kind = info & KIND;
        // Collected structs (kind 0) arise under deleted parents alone: a note's
        // root is never deleted, so no honest client has one.
        if info & HAS_PARENT_SUB != 0 || (kind != DELETED && kind != STRING) {
            return Err(ScanError::ForbiddenContent);
        }
        let left = (info & HAS_LEFT != 0).then(|| id(reader)).transpose()?;
        let right = (info & HAS_RIGHT != 0).then(|| id(reader)).transpose()?;
        if left.is_none() && right.is_none() {
            let named = reader.var_u32()?;
            if named != 1 || reader.string()? != ROOT {
                return Err(ScanError::ForbiddenContent);
            }
        }
        if kind == DELETED {
            return Self::run(reader, left, right, Content::Deleted);
        }
        let text = reader.string()?;
        let (len, non_bmp) = measure(text);
        if len == 0 {
            return Err(ScanError::EmptyStruct);
        }
        Ok(Self {
            left,
            right,
            content: Content::Text(text),
            len,
            non_bmp,
        })
    }

    fn run(
        reader: &mut Reader<'_>,
        left: Option<Id>,
        right: Option<Id>,
        content: Content<'a>,
    ) -> Result<Self, ScanError> {
        let len = reader.var_u32()?;
        if len == 0 {
            return Err(ScanError::EmptyStruct);
        }
        Ok(Self {
            left,
            right,
            content,
            len,
            non_bmp: false,
        })
    }
}

fn id(reader: &mut Reader<'_>) -> Result<Id, ScanError> {
    Ok((reader.var_client()?, reader.var_u32()?))
}

/// Length in UTF-16 code units, and whether pairs occur. An update is at most a
/// mebibyte, so the count fits.
fn measure(text: &str) -> (u32, bool) {
    let (mut units, mut pairs) = (0, 0);
    for byte in text.bytes() {
        // Every character has one byte that is not a continuation (10xxxxxx);
        // those of four bytes (11110xxx) are two units.
        units += u32::from(byte & 0xc0 != 0x80);
        pairs += u32::from(byte >= 0xf0);
    }
    (units + pairs, pairs > 0)
}
