//! Everybody who takes part: each drives a production machine, or is what the
//! world has in its place (a stock editor, a script at the API, somebody hostile).

pub mod hostile;
pub mod op;
pub mod ours;
pub mod shell;
pub mod stock;
pub mod talk;
pub mod watch;

use crate::ledger::EditId;
use crate::net::{Frame, LinkId};
use crate::sky::{ClientWake, Sky};
use crate::web::Answer;
use connvo_core::id::UserId;
use connvo_core::note::OutboxEntry;

/// A row of an outbox, with the edits in it.
pub type Row = (OutboxEntry, Vec<EditId>);

/// One participant.
pub trait Client {
    /// It comes to life, for the first time or again.
    fn start(&mut self, sky: &mut Sky);
    /// Its socket is open.
    fn opened(&mut self, sky: &mut Sky, link: LinkId);
    /// Its socket is gone.
    fn down(&mut self, sky: &mut Sky, link: LinkId);
    /// A frame arrives.
    fn frame(&mut self, sky: &mut Sky, link: LinkId, frame: Frame);
    /// An HTTP answer arrives.
    fn answer(&mut self, sky: &mut Sky, id: u64, answer: Answer);
    /// A timer of its own.
    fn wake(&mut self, sky: &mut Sky, wake: ClientWake);
    /// Its person does something.
    fn act(&mut self, sky: &mut Sky);
    /// It dies; what its storage holds it finds again. With `heir`, a tab of the
    /// same person takes over its outbox: it is answered.
    fn crash(&mut self, sky: &mut Sky, heir: bool) -> Vec<Row>;
    /// The device notices that its network is gone, or back.
    fn network(&mut self, sky: &mut Sky, online: bool);
    /// It leaves for good.
    fn quit(&mut self, sky: &mut Sky);
    /// Counts its lives: what was meant for an earlier one reaches no later one.
    fn life(&self) -> u64;
    /// What keeps it from rest, if anything.
    fn unrest(&self, sky: &Sky) -> Option<String>;
    /// The text that it shows, if it is one to be compared.
    fn text(&self) -> Option<String>;
    /// At rest: what it knows by now to be acknowledged, and its own checks.
    fn conclude(&mut self, _sky: &mut Sky) {}
    /// The ClientID under which it should be present to others.
    fn presence(&self) -> Option<u64> {
        None
    }
    /// Who it sees in the note.
    fn peers(&self) -> Option<Vec<u64>> {
        None
    }
    /// The person whose closed tabs' outboxes it takes over.
    fn heir_of(&self) -> Option<&UserId> {
        None
    }
    /// Takes over the outbox of a closed tab.
    fn adopt(&mut self, _sky: &mut Sky, _rows: Vec<Row>) {}
}
