//! The note's binary lane: a varint subscription id, one byte of kind, and the
//! kind's fields.

use super::varint;
use crate::error::Problem;
use crate::note::NoteEntry;

/// Client → server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientLane<'a> {
    /// A change, as Yjs V1 bytes.
    Update {
        /// Which client made it: the subscriber's own id, or that of a closed tab
        /// whose outbox it has taken over.
        client_id: u64,
        /// Its place among that client's changes: 1, 2, 3 …
        client_seq: u64,
        /// The V1 update.
        update: &'a [u8],
    },
    /// Presence in the note, in the y-protocols awareness encoding.
    Awareness(&'a [u8]),
}

/// One entry of [`ServerLane::Events`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaneEntry {
    /// Who made the change.
    pub author_id: String,
    /// Which client made it.
    pub client_id: String,
    /// Its place among that client's changes; all up to it are acknowledged.
    pub client_seq: u64,
    /// Milliseconds since the Unix epoch.
    pub timestamp: u64,
    /// The V1 update; absent when the subscriber made the change itself.
    pub update: Option<Vec<u8>>,
}

/// Server → client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServerLane {
    /// The subscription stands. First frame after a subscribe; again when the
    /// right to write changes.
    Access {
        /// Whether the subscriber may write.
        writable: bool,
        /// The note's epoch.
        epoch: u64,
    },
    /// The whole document at a cursor.
    Snapshot {
        /// The note's epoch.
        epoch: u64,
        /// The last sequence that the state includes.
        cursor: u64,
        /// Hash of the text at the cursor (`note::Text::hash`).
        hash: u64,
        /// The document as a V1 update.
        state: Vec<u8>,
    },
    /// Entries in order: they cover `from`..=`from + entries.len() - 1`.
    Events {
        /// The first sequence covered.
        from: u64,
        /// The entries.
        entries: Vec<LaneEntry>,
    },
    /// Changes that needed no row: they changed nothing, or were there already.
    Acknowledge {
        /// Which client made them.
        client_id: u64,
        /// All up to this one are acknowledged.
        client_seq: u64,
    },
    /// A change was refused for good.
    Refuse {
        /// Which client made it.
        client_id: u64,
        /// Which change.
        client_seq: u64,
        /// Why.
        problem: Problem,
    },
    /// Presence in the note, in the y-protocols awareness encoding.
    Awareness(Vec<u8>),
}

/// Encodes a client frame.
#[must_use]
pub fn encode_client(sub: u32, frame: &ClientLane<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    varint::write(&mut out, u64::from(sub));
    match frame {
        ClientLane::Update {
            client_id,
            client_seq,
            update,
        } => {
            out.push(0);
            varint::write(&mut out, *client_id);
            varint::write(&mut out, *client_seq);
            out.extend_from_slice(update);
        }
        ClientLane::Awareness(bytes) => {
            out.push(1);
            out.extend_from_slice(bytes);
        }
    }
    out
}

/// Decodes a client frame; `None` for anything else.
#[must_use]
pub fn decode_client(mut input: &[u8]) -> Option<(u32, ClientLane<'_>)> {
    let (sub, kind) = head(&mut input)?;
    let frame = match kind {
        0 => ClientLane::Update {
            client_id: varint::read_safe(&mut input)?,
            client_seq: varint::read_safe(&mut input)?,
            update: input,
        },
        1 => ClientLane::Awareness(input),
        _ => return None,
    };
    Some((sub, frame))
}

fn head(input: &mut &[u8]) -> Option<(u32, u8)> {
    let sub = u32::try_from(varint::read(input)?).ok()?;
    let (&kind, rest) = input.split_first()?;
    *input = rest;
    Some((sub, kind))
}

/// Encodes one entry of an events frame; with `own`, without its update.
pub fn encode_entry(out: &mut Vec<u8>, entry: &NoteEntry, own: bool) {
    varint::write_bytes(out, entry.author_id.as_str().as_bytes());
    varint::write_bytes(out, entry.client_id.as_bytes());
    varint::write(out, entry.client_seq);
    varint::write(out, entry.timestamp);
    out.push(u8::from(!own));
    if !own {
        varint::write_bytes(out, &entry.update);
    }
}

/// Encodes the head of an events frame, before its entries.
#[must_use]
pub fn encode_events_head(sub: u32, from: u64, count: usize) -> Vec<u8> {
    let mut out = Vec::new();
    varint::write(&mut out, u64::from(sub));
    out.push(2);
    varint::write(&mut out, from);
    varint::write(&mut out, count as u64);
    out
}

/// Encodes a server frame.
#[must_use]
pub fn encode_server(sub: u32, frame: &ServerLane) -> Vec<u8> {
    let mut out = Vec::new();
    varint::write(&mut out, u64::from(sub));
    match frame {
        ServerLane::Access { writable, epoch } => {
            out.push(0);
            out.push(u8::from(*writable));
            varint::write(&mut out, *epoch);
        }
        ServerLane::Snapshot {
            epoch,
            cursor,
            hash,
            state,
        } => {
            out.push(1);
            varint::write(&mut out, *epoch);
            varint::write(&mut out, *cursor);
            varint::write(&mut out, *hash);
            out.extend_from_slice(state);
        }
        ServerLane::Events { from, entries } => {
            out = encode_events_head(sub, *from, entries.len());
            for entry in entries {
                encode_lane_entry(&mut out, entry);
            }
        }
        ServerLane::Acknowledge {
            client_id,
            client_seq,
        } => {
            out.push(3);
            varint::write(&mut out, *client_id);
            varint::write(&mut out, *client_seq);
        }
        ServerLane::Refuse {
            client_id,
            client_seq,
            problem,
        } => {
            out.push(4);
            varint::write(&mut out, *client_id);
            varint::write(&mut out, *client_seq);
            out.extend(serde_json::to_vec(problem).unwrap_or_default());
        }
        ServerLane::Awareness(bytes) => {
            out.push(5);
            out.extend_from_slice(bytes);
        }
    }
    out
}

fn encode_lane_entry(out: &mut Vec<u8>, entry: &LaneEntry) {
    varint::write_bytes(out, entry.author_id.as_bytes());
    varint::write_bytes(out, entry.client_id.as_bytes());
    varint::write(out, entry.client_seq);
    varint::write(out, entry.timestamp);
    out.push(u8::from(entry.update.is_some()));
    if let Some(update) = &entry.update {
        varint::write_bytes(out, update);
    }
}

/// Decodes a server frame; `None` for anything else.
#[must_use]
pub fn decode_server(mut input: &[u8]) -> Option<(u32, ServerLane)> {
    let (sub, kind) = head(&mut input)?;
    let frame = match kind {
        0 => {
            let (&writable, rest) = input.split_first()?;
            input = rest;
            ServerLane::Access {
                writable: writable != 0,
                epoch: varint::read(&mut input)?,
            }
        }
        1 => ServerLane::Snapshot {
            epoch: varint::read(&mut input)?,
            cursor: varint::read(&mut input)?,
            hash: varint::read(&mut input)?,
            state: input.to_vec(),
        },
        2 => {
            let from = varint::read(&mut input)?;
            let count = varint::read(&mut input)?;
            let mut entries = Vec::new();
            for _ in 0..count {
                entries.push(decode_lane_entry(&mut input)?);
            }
            ServerLane::Events { from, entries }
        }
        3 => ServerLane::Acknowledge {
            client_id: varint::read(&mut input)?,
            client_seq: varint::read(&mut input)?,
        },
        4 => ServerLane::Refuse {
            client_id: varint::read(&mut input)?,
            client_seq: varint::read(&mut input)?,
            problem: super::decode::problem(std::str::from_utf8(input).ok()?)?,
        },
        5 => ServerLane::Awareness(input.to_vec()),
        _ => return None,
    };
    Some((sub, frame))
}

fn decode_lane_entry(input: &mut &[u8]) -> Option<LaneEntry> {
    let author_id = varint::read_str(input)?.to_owned();
    let client_id = varint::read_str(input)?.to_owned();
    let client_seq = varint::read(input)?;
    let timestamp = varint::read(input)?;
    let (&has_update, rest) = input.split_first()?;
    *input = rest;
    let update = match has_update {
        0 => None,
        _ => Some(varint::read_bytes(input)?.to_vec()),
    };
    Some(LaneEntry {
        author_id,
        client_id,
        client_seq,
        timestamp,
        update,
    })
}
