//! What rooms and tasks have left for a connection.

use super::task::{Live, SPREAD_MS};
use crate::rooms::mailbox::Letter;
use connvo_core::live::connection::Effect;
use connvo_core::live::room::unavailable;
use connvo_core::protocol::close;

impl Live {
    /// What ends rights, or everything, goes before what else was left.
    pub(super) async fn open_mail(&mut self, now: u64) -> Vec<Effect> {
        let mail = self.mailbox.take();
        if mail.stops {
            let after = self.app.ids.bits() % SPREAD_MS;
            return self.connection.drain(after);
        }
        if mail.overflowed {
            return self.connection.close(close::TRY_LATER);
        }
        let pressure = self.app.rooms.pressure();
        let mut effects = Vec::new();
        if !mail.changes.is_empty() {
            self.is_armed = false;
            effects.extend(Box::pin(self.recheck(&mail.changes)).await);
        }
        for sub in mail.woken {
            self.connection.wake(sub, now, pressure);
            effects.extend(self.show_view(sub));
        }
        for interim in &mail.interim {
            effects.extend(self.connection.volatile(interim.sub, &interim.json));
        }
        for letter in mail.letters {
            effects.extend(self.read(letter));
        }
        effects
    }

    fn read(&mut self, letter: Letter) -> Vec<Effect> {
        match letter {
            Letter::Acknowledge {
                sub,
                client_id,
                client_seq,
            } => self.connection.acknowledge(sub, client_id, client_seq),
            Letter::Refuse {
                sub,
                client_id,
                client_seq,
                problem,
            } => self
                .connection
                .refuse_update(sub, client_id, client_seq, problem),
            Letter::Presence { sub, bytes } => self.connection.presence(sub, bytes.to_vec()),
            Letter::Replied { id, result } => self.connection.replied(id, result),
            Letter::Gone { sub } if self.places.contains_key(&sub) => {
                self.connection.refused(sub, unavailable())
            }
            Letter::Gone { .. } => Vec::new(),
        }
    }
}
