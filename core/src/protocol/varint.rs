//! Variable-length unsigned integers: seven bits a byte, low bits first, as lib0
//! and LEB128 write them.

/// The largest number that JavaScript counts exactly, 2⁵³ − 1: ClientIDs, sequences
/// and presence clocks are at most this.
pub const SAFE_MAX: u64 = (1 << 53) - 1;

/// Appends `value`.
pub fn write(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value as u8) | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends a length and then the bytes.
pub fn write_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    write(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Takes a value off the front; `None` when the bytes end early or overflow.
pub fn read(input: &mut &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = input.split_first()?;
        *input = rest;
        let bits = u64::from(byte & 0x7f);
        if shift == 63 && bits > 1 {
            return None;
        }
        value |= bits << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

/// As [`read`]; `None` also beyond [`SAFE_MAX`].
pub fn read_safe(input: &mut &[u8]) -> Option<u64> {
    read(input).filter(|value| *value <= SAFE_MAX)
}

/// Takes a length and that many bytes off the front.
pub fn read_bytes<'a>(input: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = usize::try_from(read(input)?).ok()?;
    let (bytes, rest) = input.split_at_checked(length)?;
    *input = rest;
    Some(bytes)
}

/// Takes a length and that many bytes of UTF-8 off the front.
pub fn read_str<'a>(input: &mut &'a [u8]) -> Option<&'a str> {
    std::str::from_utf8(read_bytes(input)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_survive_the_round_trip() {
        for value in [0, 1, 127, 128, 300, u64::from(u32::MAX), SAFE_MAX, u64::MAX] {
            let mut bytes = Vec::new();
            write(&mut bytes, value);
            let mut rest = bytes.as_slice();
            assert_eq!(read(&mut rest), Some(value));
            assert!(rest.is_empty());
            let safe = (value <= SAFE_MAX).then_some(value);
            assert_eq!(read_safe(&mut bytes.as_slice()), safe);
        }
    }

    #[test]
    fn an_endless_varint_is_refused() {
        assert_eq!(read(&mut [0xff; 11].as_slice()), None);
        assert_eq!(read(&mut [0x80].as_slice()), None);
    }

    #[test]
    fn a_length_beyond_the_bytes_is_refused() {
        assert_eq!(read_bytes(&mut [5, 1, 2].as_slice()), None);
    }
}
