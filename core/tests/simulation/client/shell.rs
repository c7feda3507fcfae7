//! What is around a session in every client that has one: token, socket, timer.

use crate::net::{Frame, LinkId};
use crate::sky::{ClientId, ClientWake, Event, Sky};
use connvo_core::client::session::{Effect, Session};
use connvo_core::live::connection::Outgoing;

/// A session and its socket.
pub struct Shell {
    pub client: ClientId,
    pub life: u64,
    pub session: Session,
    pub link: Option<LinkId>,
    timer_at: u64,
    unasked: bool,
}

impl Shell {
    pub fn new(sky: &mut Sky, client: ClientId, life: u64) -> Self {
        let seed = sky.below(u64::MAX);
        Self {
            client,
            life,
            session: Session::new(seed),
            link: None,
            timer_at: 0,
            unasked: false,
        }
    }

    pub fn later(&self, sky: &mut Sky, delay_ms: u64, wake: ClientWake) {
        sky.after(
            delay_ms,
            Event::Client {
                client: self.client,
                life: self.life,
                wake,
            },
        );
    }

    /// Carries out what is the shell's; answers the rest.
    pub fn carry_out(&mut self, sky: &mut Sky) -> Vec<Effect> {
        let mut rest = Vec::new();
        for effect in self.session.take_effects() {
            match effect {
                Effect::NeedToken => {
                    self.unasked = true;
                    let delay = sky.between(0, 30);
                    self.later(sky, delay, ClientWake::Token);
                }
                Effect::Connect => self.link = Some(sky.connect(self.client, false)),
                Effect::SendText(text) => self.send(sky, Outgoing::Text(text)),
                Effect::SendBinary(bytes) => {
                    rest.push(Effect::SendBinary(bytes.clone()));
                    self.send(sky, Outgoing::Binary(bytes));
                }
                Effect::Disconnect(code) => {
                    if let Some(link) = self.link.take() {
                        sky.close(link, false, code);
                    }
                }
                other => rest.push(other),
            }
        }
        if let Some(at) = self.session.next_deadline()
            && (self.timer_at <= sky.now || at < self.timer_at)
        {
            self.timer_at = at.max(sky.now + 1);
            self.later(sky, self.timer_at - sky.now, ClientWake::Deadline);
        }
        rest
    }

    fn send(&self, sky: &mut Sky, message: Outgoing) {
        if let Some(link) = self.link {
            sky.send(link, true, Frame::Message(message));
        }
    }

    pub fn opened(&mut self, sky: &Sky, link: LinkId) {
        if self.link == Some(link) {
            self.session.opened(sky.now);
        }
    }

    pub fn down(&mut self, sky: &Sky, link: LinkId, code: u16) {
        if self.link.take_if(|held| *held == link).is_some() {
            self.session.closed(code, sky.now);
        }
    }

    pub fn frame(&mut self, sky: &mut Sky, link: LinkId, frame: Frame) {
        if self.link != Some(link) {
            return;
        }
        match frame {
            Frame::Message(Outgoing::Text(text)) => self.session.receive_text(&text, sky.now),
            Frame::Message(Outgoing::Binary(bytes)) => self.session.receive_binary(&bytes, sky.now),
            Frame::Close(code) => self.down(sky, link, code),
        }
    }

    /// The application's token: its client's number.
    pub fn token(&mut self, sky: &mut Sky) {
        if std::mem::take(&mut self.unasked) {
            let none = sky.mishap(0.05);
            let token = (!none).then(|| self.client.to_string());
            self.session.token(token, Some(sky.now + 100_000), sky.now);
        }
    }

    /// The process dies: its socket with it.
    pub fn die(&mut self, sky: &mut Sky) {
        if let Some(link) = self.link.take() {
            sky.net.hang_up(link, false);
            sky.cut(link);
        }
    }
}
