//! The CRDT door: a run of updates of one author, in one transaction.

use super::super::scan::{self, Scanned};
use super::{Document, DocumentError, Observed, Refusal};
use crate::limits::NoteLimits;
use crate::note::Operation;
use crate::note::sort::sort;
use crate::planted::{self, Bug};
use std::sync::Arc;
use yrs::types::Delta;
use yrs::updates::decoder::Decode;
use yrs::{Any, Observable, Out, ReadTxn, Text as _, TextRef, Transact, Update};

/// Bytes up to which the sender's own form of a lone update is logged. A larger one
/// (the step 2 of a stock client) repeats much that is known: it is encoded anew.
const LOGGED_AS_SENT: usize = 1024;

/// Whose structs a run of updates carries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Authors {
    /// Authors whose clock would move: (ClientID, clock before, clock afterwards).
    pub extends: Vec<(u64, u32, u32)>,
    /// Authors of whom something comes again that is known.
    pub repeats: Vec<u64>,
}

/// What a run of updates did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Applied {
    /// The change, against the text before it; empty if the text is the same.
    pub operation: Operation,
    /// The change as a V1 update; empty if nothing changed.
    pub update: Vec<u8>,
    /// Authors whose clock moved: (ClientID, clock before, clock afterwards).
    pub extends: Vec<(u64, u32, u32)>,
    /// Whether anything changed. Not to be logged otherwise.
    pub changed: bool,
}

impl Document {
    /// Applies a run of V1 updates of one author. With `own` given, the run may
    /// extend that ClientID alone. Nobody may extend the document's own.
    pub fn apply_updates(
        &mut self,
        updates: &[&[u8]],
        own: Option<u64>,
    ) -> Result<Applied, DocumentError> {
        let mut staged = Staged::default();
        if let Err(error) = self.stage(updates, own, &mut staged) {
            self.take_back(&staged);
            return Err(error);
        }
        if !staged.may_change {
            return Ok(Applied::default());
        }
        self.integrate(updates, staged)
    }

    /// Applies updates of the server's log, in order. The server has judged them:
    /// sizes and authors are not judged again, their form is.
    pub fn apply_committed(&mut self, updates: &[&[u8]]) -> Result<Applied, DocumentError> {
        let limits = self.limits;
        self.limits = NoteLimits {
            text_utf16: u32::MAX,
            update_bytes: usize::MAX,
            state_bytes: usize::MAX / 2,
        };
        let mut staged = Staged::default();
        let judged = self.scan_run(updates, &mut staged, |_| true);
        self.limits = limits;
        if let Err(error) = judged {
            self.take_back(&staged);
            return Err(error);
        }
        if !staged.may_change {
            return Ok(Applied::default());
        }
        self.integrate(updates, staged)
    }

    /// Whose structs a run carries, without applying it.
    pub fn authors(&mut self, updates: &[&[u8]]) -> Result<Authors, DocumentError> {
        let mut staged = Staged::default();
        let scanned = self.scan_run(updates, &mut staged, |_| true);
        self.take_back(&staged);
        scanned.map(|()| Authors {
            extends: staged.extends,
            repeats: staged.repeats,
        })
    }

    fn take_back(&mut self, staged: &Staged) {
        for (client, from, _) in &staged.extends {
            self.known.set(*client, *from);
        }
    }

    /// Scans the run, each update against what those before it bring: `known` moves
    /// along, for the caller to take back. The document is not touched.
    fn scan_run(
        &mut self,
        updates: &[&[u8]],
        staged: &mut Staged,
        may_extend: impl Fn(u64) -> bool,
    ) -> Result<(), DocumentError> {
        for (index, update) in updates.iter().enumerate() {
            let refused = |reason: Refusal| DocumentError::refused(index, reason);
            let scanned = scan::scan(update, &self.known, &self.limits)
                .map_err(|error| refused(error.into()))?;
            for (client, _, _) in &scanned.extends {
                if !may_extend(*client) {
                    return Err(refused(Refusal::ForeignClient { client: *client }));
                }
            }
            let own_pairs = staged.pairs_with(&scanned);
            self.pairs
                .check(update, &own_pairs, &self.known)
                .map_err(|error| refused(error.into()))?;
            staged.add(self, scanned);
        }
        Ok(())
    }

    fn stage(
        &mut self,
        updates: &[&[u8]],
        own: Option<u64>,
        staged: &mut Staged,
    ) -> Result<(), DocumentError> {
        let server = self.client_id();
        self.scan_run(updates, staged, |client| {
            client != server && own.is_none_or(|own| own == client)
        })?;
        let last = updates.len().saturating_sub(1);
        self.check_size(staged.bytes_for(updates))
            .and_then(|()| self.check_length(updates, staged))
            .map_err(|reason| DocumentError::refused(last, reason))
    }

    /// Whether the text stays within its limit. What a delete set really deletes
    /// only the document knows: where it matters, a copy is asked.
    fn check_length(&mut self, updates: &[&[u8]], staged: &Staged) -> Result<(), Refusal> {
        let limit = self.limits.text_utf16;
        let longest = u64::from(self.text.len_utf16()) + staged.inserted;
        if longest <= u64::from(limit) || staged.inserted == 0 {
            return Ok(());
        }
        let too_long = |units| Err(Refusal::TextTooLong { units, limit });
        if longest - staged.deleted.min(longest) > u64::from(limit) {
            return too_long(longest);
        }
        let state = self.snapshot_v1();
        let parts: Vec<&[u8]> = std::iter::once(state.as_slice())
            .chain(updates.iter().copied())
            .collect();
        match Self::load_v1(&parts, 0, self.limits) {
            Ok(copy) if copy.text.len_utf16() > limit => too_long(copy.text.len_utf16().into()),
            Ok(_) => Ok(()),
            Err(_) => too_long(longest),
        }
    }

    fn integrate(&mut self, updates: &[&[u8]], staged: Staged) -> Result<Applied, DocumentError> {
        self.observed.with(|slot| slot.wanted = true);
        let mut txn = self.doc.transact_mut();
        for update in updates {
            let update = Update::decode_v1(update)
                .map_err(|_| DocumentError::Broken("a scanned update does not decode"))?;
            txn.apply_update(update)
                .map_err(|_| DocumentError::Broken("a scanned update does not integrate"))?;
        }
        txn.commit();
        let update = match updates {
            [one] if one.len() <= LOGGED_AS_SENT => one.to_vec(),
            _ => txn.encode_update_v1(),
        };
        let pending = txn.has_missing_updates();
        let len = self.root.len(&txn);
        drop(txn);
        let operation = self.observed.with(|slot| {
            slot.wanted = false;
            slot.operation.take()
        });
        if pending && !planted::is_on(Bug::GuardStepRemoved) {
            return Err(DocumentError::Broken("a scanned update stays pending"));
        }
        let operation = operation.unwrap_or_default();
        self.text
            .apply(&operation)
            .map_err(|_| DocumentError::Broken("the change does not fit the mirror"))?;
        #[cfg(not(target_family = "wasm"))]
        self.hints.pass(&operation);
        for (client, clock) in staged.pairs {
            self.pairs.insert(client, clock);
        }
        // A cut pair changes text without saying so; lengths agree even then.
        let cut = !self.pairs.is_empty() && self.text != *self.yrs_text().as_str();
        if len != self.text.len_utf16() || cut {
            return Err(DocumentError::Broken("mirror and document differ"));
        }
        let changed = !operation.is_noop() || !staged.extends.is_empty();
        if changed {
            self.size.grow(update.len());
        }
        Ok(Applied {
            operation,
            update: if changed { update } else { Vec::new() },
            extends: staged.extends,
            changed,
        })
    }
}

/// What the scans of a run add up to.
#[derive(Default)]
struct Staged {
    extends: Vec<(u64, u32, u32)>,
    repeats: Vec<u64>,
    pairs: Vec<(u64, u32)>,
    inserted: u64,
    deleted: u64,
    may_change: bool,
}

impl Staged {
    fn add(&mut self, document: &mut Document, scanned: Scanned) {
        self.may_change |= scanned.may_change();
        self.inserted += u64::from(scanned.inserted_utf16);
        self.deleted += scanned.deleted_ids;
        for (client, from, to) in scanned.extends {
            document.known.set(client, to);
            match self.extends.iter_mut().find(|(id, _, _)| *id == client) {
                Some((_, _, end)) => *end = to,
                None => self.extends.push((client, from, to)),
            }
        }
        self.repeats.extend(scanned.repeats);
        self.pairs.extend(scanned.pairs);
        sort(&mut self.pairs);
        self.pairs.dedup();
    }

    /// The pairs of the run so far, and those of the next update; in order.
    fn pairs_with(&self, next: &Scanned) -> Vec<(u64, u32)> {
        let mut pairs = [self.pairs.as_slice(), next.pairs.as_slice()].concat();
        sort(&mut pairs);
        pairs
    }

    /// Bytes by which the state grows at most: a delete set that adds nothing to
    /// what is deleted is not counted.
    fn bytes_for(&self, updates: &[&[u8]]) -> usize {
        if self.may_change {
            updates.iter().map(|update| update.len()).sum()
        } else {
            0
        }
    }
}

/// Watches the root text for [`Document::apply_updates`].
pub(super) fn observe(root: &TextRef, observed: &Arc<Observed>) {
    let observed = Arc::clone(observed);
    root.observe("mirror", move |txn, event| {
        observed.with(|slot| {
            if slot.wanted {
                slot.operation = Some(operation(event.delta(txn)));
            }
        });
    });
}

/// A delta of yrs as an operation. Content other than text cannot occur behind the
/// guard; it would show as a mirror that differs.
fn operation(delta: &[Delta]) -> Operation {
    delta.iter().fold(Operation::new(), |op, part| match part {
        Delta::Inserted(Out::Any(Any::String(text)), _) => op.insert(text),
        Delta::Inserted(_, _) => op,
        Delta::Deleted(units) => op.delete(*units),
        Delta::Retain(units, _) => op.retain(*units),
    })
}
