//! Records in IndexedDB. Values are arrays of fields: they need no names.

use super::{Loaded, StorageError, Write, idb};
use connvo_core::note::replica::{OutboxEntry, StoreOp, StoredNote};
use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_sys::{IdbDatabase, IdbFactory, IdbTransaction};

const VERSION: u32 = 1;
/// Key meeting → `[epoch, version, stateV2]`.
const NOTES: &str = "notes";
/// Key `[meeting, version, tab, place]` → `[epoch, version, update, …]`.
const LOG: &str = "log";
/// Key `[meeting, clientId, clientSeq]` → `[clientId, clientSeq, edits, update, place]`.
const OUTBOX: &str = "outbox";
/// Key `[meeting, id]` → `[id, json]`.
const DRAFTS: &str = "drafts";
const STORES: &[&str] = &[NOTES, LOG, OUTBOX, DRAFTS];

/// The notes of one person in one browser.
pub(crate) struct Indexed {
    database: IdbDatabase,
}

impl Indexed {
    pub(super) async fn open(factory: &IdbFactory, name: &str) -> Result<Self, StorageError> {
        let database = idb::open(factory, name, VERSION, STORES).await?;
        Ok(Self { database })
    }

    pub(super) async fn clients(&self, meeting: &str) -> Result<Vec<u64>, StorageError> {
        let transaction = idb::transaction(&self.database, &[OUTBOX], false)?;
        let prefix = [JsValue::from_str(meeting)];
        let keys = idb::keys(&transaction.object_store(OUTBOX)?, &prefix)?;
        let keys = keys.rows().await?;
        let mut clients: Vec<u64> = keys.iter().map(|key| idb::as_number(&key.get(1))).collect();
        clients.dedup();
        Ok(clients)
    }

    pub(super) async fn load(&self, meeting: &str, held: &[u64]) -> Result<Loaded, StorageError> {
        let transaction = idb::transaction(&self.database, STORES, false)?;
        let prefix = [JsValue::from_str(meeting)];
        // One transaction, so that state, log and outbox are of one moment.
        let base = transaction.object_store(NOTES)?.get(&prefix[0])?;
        let log = idb::all(&transaction.object_store(LOG)?, &prefix)?;
        let outbox = idb::all(&transaction.object_store(OUTBOX)?, &prefix)?;
        let drafts = idb::all(&transaction.object_store(DRAFTS)?, &prefix)?;

        let base = idb::result(base).await?;
        let mut note = base.dyn_ref().map(base_of).unwrap_or_default();
        for row in log.rows().await? {
            if idb::as_number(&row.get(0)) == note.epoch {
                note.version = note.version.max(idb::as_number(&row.get(1)));
                note.updates
                    .extend(row.iter().skip(2).map(|bytes| idb::as_bytes(&bytes)));
            }
        }
        note.outbox = in_order(outbox.rows().await?);
        note.outbox.retain(|entry| held.contains(&entry.client_id));
        let text = |value: JsValue| value.as_string().unwrap_or_default();
        let drafts = drafts.rows().await?;
        let drafts = drafts
            .iter()
            .map(|row| (text(row.get(0)), text(row.get(1))));
        Ok(Loaded {
            note,
            drafts: drafts.collect(),
        })
    }

    pub(super) async fn outbox(
        &self,
        meeting: &str,
        client_id: u64,
    ) -> Result<Vec<OutboxEntry>, StorageError> {
        let transaction = idb::transaction(&self.database, &[OUTBOX], false)?;
        let prefix = [JsValue::from_str(meeting), idb::number(client_id)];
        let rows = idb::all(&transaction.object_store(OUTBOX)?, &prefix)?;
        Ok(in_order(rows.rows().await?))
    }

    pub(super) async fn write(
        &self,
        meeting: &str,
        tab: u64,
        writes: &[Write],
    ) -> Result<(), StorageError> {
        #[cfg(test)]
        if REFUSING.get() {
            return Err(StorageError::Full);
        }
        let transaction = idb::transaction(&self.database, STORES, true)?;
        let completion = idb::Completion::of(&transaction);
        let batch = Batch {
            transaction: &transaction,
            meeting: JsValue::from_str(meeting),
            tab: idb::number(tab),
        };
        let mut refused = None;
        for write in writes {
            if let Err(error) = batch.put(write).await {
                // All or nothing: a half-done batch could forget an unsent change.
                // An abort that is refused has happened already.
                let _ = transaction.abort();
                refused = Some(error);
                break;
            }
        }
        match (completion.reached().await, refused) {
            (Err(StorageError::Full), _) => Err(StorageError::Full),
            (Err(_), Some(refused)) => Err(refused),
            (outcome, _) => outcome,
        }
    }
}

/// Writes of one transaction.
struct Batch<'t> {
    transaction: &'t IdbTransaction,
    meeting: JsValue,
    tab: JsValue,
}

impl Batch<'_> {
    async fn put(&self, write: &Write) -> Result<(), StorageError> {
        match write {
            Write::Op { epoch, place, op } => match op {
                StoreOp::Outbox(entry) => self.put_outbox(entry, *place),
                StoreOp::Commit {
                    version,
                    updates,
                    acknowledged,
                } => {
                    self.append(*epoch, *version, *place, updates)?;
                    self.drop_outbox(acknowledged)
                }
                StoreOp::Replace {
                    epoch,
                    version,
                    state_v2,
                    dropped,
                } => {
                    self.replace(*epoch, *version, state_v2).await?;
                    self.drop_outbox(dropped)
                }
            },
            Write::Draft { id, json } => {
                let row = Array::of2(&JsValue::from_str(id), &JsValue::from_str(json));
                self.put_row(DRAFTS, &row, &[JsValue::from_str(id)])
            }
            Write::DraftDismissed { id } => self.delete(DRAFTS, &[JsValue::from_str(id)]),
        }
    }

    fn put_outbox(&self, entry: &OutboxEntry, place: u64) -> Result<(), StorageError> {
        let client = idb::number(entry.client_id);
        let seq = idb::number(entry.client_seq);
        let row = Array::of5(
            &client,
            &seq,
            &idb::number(u64::from(entry.edits)),
            &idb::bytes(&entry.update),
            &idb::number(place),
        );
        self.put_row(OUTBOX, &row, &[client, seq])
    }

    fn drop_outbox(&self, keys: &[(u64, u64)]) -> Result<(), StorageError> {
        for (client, seq) in keys {
            self.delete(OUTBOX, &[idb::number(*client), idb::number(*seq)])?;
        }
        Ok(())
    }

    fn append(
        &self,
        epoch: u64,
        version: u64,
        place: u64,
        updates: &[Vec<u8>],
    ) -> Result<(), StorageError> {
        if updates.is_empty() && version == 0 {
            return Ok(());
        }
        let row = Array::of2(&idb::number(epoch), &idb::number(version));
        for update in updates {
            row.push(&idb::bytes(update));
        }
        let key = [idb::number(version), self.tab.clone(), idb::number(place)];
        self.put_row(LOG, &row, &key)
    }

    /// Two tabs may compact at once: in one epoch the higher version stays, whoever
    /// comes last. Another epoch is what the server said last.
    async fn replace(&self, epoch: u64, version: u64, state: &[u8]) -> Result<(), StorageError> {
        let notes = self.transaction.object_store(NOTES)?;
        let old = idb::result(notes.get(&self.meeting)?).await?;
        let old = old.dyn_ref().map(base_of).unwrap_or_default();
        let log = self.transaction.object_store(LOG)?;
        let prefix = std::slice::from_ref(&self.meeting);
        if old.epoch != epoch {
            let all = idb::starts_with(prefix)?;
            log.delete(&all)?;
        } else if old.version > version {
            return Ok(());
        }
        let row = Array::of3(
            &idb::number(epoch),
            &idb::number(version),
            &idb::bytes(state),
        );
        notes.put_with_key(&row, &self.meeting)?;
        // Keys [meeting, 0 …] to [meeting, version, anything].
        let last = idb::key_with_end(&[self.meeting.clone(), idb::number(version)]);
        let covered = idb::between(&idb::key(prefix), &last)?;
        log.delete(&covered)?;
        Ok(())
    }

    fn put_row(&self, store: &str, row: &Array, key: &[JsValue]) -> Result<(), StorageError> {
        let store = self.transaction.object_store(store)?;
        store.put_with_key(row, &self.key(key))?;
        Ok(())
    }

    fn delete(&self, store: &str, key: &[JsValue]) -> Result<(), StorageError> {
        self.transaction
            .object_store(store)?
            .delete(&self.key(key))?;
        Ok(())
    }

    fn key(&self, parts: &[JsValue]) -> JsValue {
        let key = Array::of1(&self.meeting);
        for part in parts {
            key.push(part);
        }
        key.into()
    }
}

fn base_of(row: &Array) -> StoredNote {
    StoredNote {
        epoch: idb::as_number(&row.get(0)),
        version: idb::as_number(&row.get(1)),
        state_v2: Some(idb::as_bytes(&row.get(2))),
        ..StoredNote::default()
    }
}

fn in_order(mut rows: Vec<Array>) -> Vec<OutboxEntry> {
    rows.sort_by_key(|row| idb::as_number(&row.get(4)));
    let entry = |row: &Array| OutboxEntry {
        client_id: idb::as_number(&row.get(0)),
        client_seq: idb::as_number(&row.get(1)),
        edits: u32::try_from(idb::as_number(&row.get(2))).unwrap_or(1),
        update: idb::as_bytes(&row.get(3)),
    };
    rows.iter().map(entry).collect()
}

#[cfg(test)]
thread_local! {
    static REFUSING: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// Makes every write fail as on a full device.
#[cfg(test)]
pub(super) fn refuse_writes(refuse: bool) {
    REFUSING.set(refuse);
}
