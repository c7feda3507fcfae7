//! Turns that await nothing, as most do: a frame or two go from the feed into the socket.

use super::task::{Live, Over, message};
use connvo_core::live::connection::{Effect, Outgoing};
use std::collections::VecDeque;
use std::task::Context;

impl Live {
    /// As `Live::work`, without awaiting anything. False when something of it has to be
    /// awaited: what is left of the effects is to be carried out, and the rest done.
    pub(super) fn work_at_once(
        &mut self,
        effects: &mut VecDeque<Effect>,
        task: &mut Context<'_>,
    ) -> Result<bool, Over> {
        if self.late.is_some() || !self.send_at_once(effects, task)? {
            return Ok(false);
        }
        self.fresh = None;
        if !self.deliver_at_once(effects, task)? {
            return Ok(false);
        }
        self.socket.flush_now(task).map_err(|_| Over)
    }

    /// Sends what is due from the feed; what cannot be sent is due still.
    fn deliver_at_once(
        &mut self,
        effects: &mut VecDeque<Effect>,
        task: &mut Context<'_>,
    ) -> Result<bool, Over> {
        let mut anyway = self.socket.has_unsent();
        loop {
            let due = self.take_due(anyway);
            anyway = false;
            if due.is_empty() {
                return Ok(true);
            }
            let mut all = true;
            for (sub, stream, cursor) in due {
                // What is read counts as sent: nothing is read that cannot be.
                let read = all.then(|| self.read_feed(sub, stream, cursor));
                match read.flatten() {
                    Some(new) => {
                        effects.extend(new);
                        all = self.send_at_once(effects, task)?;
                    }
                    None => {
                        self.put_off(sub);
                        all = false;
                    }
                }
            }
            if !all {
                return Ok(false);
            }
        }
    }

    /// Sends the frames that come first, as far as there is room for them.
    fn send_at_once(
        &mut self,
        effects: &mut VecDeque<Effect>,
        task: &mut Context<'_>,
    ) -> Result<bool, Over> {
        while let Some(effect) = effects.pop_front() {
            match effect {
                Effect::Send(frame) if self.socket.takes_now(len(&frame), task) => {
                    let sent = self.socket.send_now(message(frame));
                    sent.map_err(|_| Over)?;
                }
                other => {
                    effects.push_front(other);
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }
}

fn len(frame: &Outgoing) -> usize {
    match frame {
        Outgoing::Text(text) => text.len(),
        Outgoing::Binary(bytes) => bytes.len(),
    }
}
