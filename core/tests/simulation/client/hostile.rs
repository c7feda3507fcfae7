//! A member who means harm: malformed frames, updates with gaps, other people's
//! ids, nonsense at every door. What it may write it may write; it must not
//! disturb anybody else.

use super::stock::Plain;
use super::{Client, Row};
use crate::net::{Frame, LinkId};
use crate::sky::{ClientId, ClientWake, Event, Sky};
use crate::web::{Answer, Request};
use connvo_core::id::{MeetingId, UserId};
use connvo_core::live::connection::Outgoing;
use connvo_core::live::presence::{self, State};
use connvo_core::live::stock::{Message, encode};
use connvo_core::note::Operation;
use connvo_core::protocol::command::NoteOperationDraft;
use connvo_core::protocol::frame::{ClientFrame, Query};
use connvo_core::protocol::lane::{self, ClientLane};

/// The attacker.
pub struct Hostile {
    client: ClientId,
    user: UserId,
    meeting: MeetingId,
    links: [Option<LinkId>; 2],
    open: [bool; 2],
    plain: Plain,
    id: u64,
    seq: u64,
    done: bool,
}

impl Hostile {
    pub fn new(client: ClientId, user: UserId, meeting: MeetingId) -> Self {
        let (links, open) = ([None, None], [false, false]);
        Self {
            client,
            user,
            meeting,
            links,
            open,
            plain: Plain::new(7),
            id: 7,
            seq: 0,
            done: false,
        }
    }

    fn connect(&mut self, sky: &mut Sky) {
        for (at, link) in self.links.iter_mut().enumerate() {
            if link.is_none() && !self.done {
                *link = Some(sky.connect(self.client, at == 1));
            }
        }
    }

    fn send(&self, sky: &mut Sky, stock: bool, message: Outgoing) {
        let at = usize::from(stock);
        if let Some(link) = self.links[at].filter(|_| self.open[at]) {
            sky.send(link, true, Frame::Message(message));
        }
    }

    fn say(&self, sky: &mut Sky, frame: &ClientFrame) {
        let text = serde_json::to_string(frame).unwrap_or_default();
        self.send(sky, false, Outgoing::Text(text));
    }

    /// An update that is not as it should be, and whose it claims to be.
    fn update(&mut self, sky: &mut Sky) -> (u64, Vec<u8>) {
        match sky.below(6) {
            // Something that was sent, with some bytes changed.
            0 | 1 if sky.store.head() > 0 => {
                let at = sky.below(sky.store.head()) as usize;
                let mut bytes = sky.store.log[at].update.clone();
                for _ in 0..sky.between(1, 3) {
                    let place = sky.below(bytes.len() as u64) as usize;
                    bytes[place] = sky.below(256) as u8;
                }
                (self.id, bytes)
            }
            // A gap: the edit before it is never sent.
            2 => {
                self.plain.edit(&Operation::new().insert("gap"));
                (
                    self.id,
                    self.plain.edit(&Operation::new().retain(1).insert("!")),
                )
            }
            // Somebody else's next edit.
            3 => {
                let other = sky.store.clients.values().find(|claim| {
                    claim.user_id.as_ref() != Some(&self.user)
                        && claim.client_id.parse::<u64>().is_ok()
                });
                let Some(id) = other.and_then(|claim| claim.client_id.parse().ok()) else {
                    return (self.id, vec![0, 0]);
                };
                let forged = Plain::new(id);
                for entry in &sky.store.log {
                    forged.take(&entry.update);
                }
                let vector = forged.vector();
                forged.edit(&Operation::new().insert("forged"));
                (id, forged.diff(&vector))
            }
            // A lawful edit of its own, and noise.
            4 => {
                self.plain = Plain::new(self.id);
                for entry in &sky.store.log {
                    self.plain.take(&entry.update);
                }
                let word = Operation::new().insert("hostile");
                (self.id, self.plain.edit(&word))
            }
            _ => {
                let bytes = (0..sky.between(0, 40))
                    .map(|_| sky.below(256) as u8)
                    .collect();
                (self.id, bytes)
            }
        }
    }

    fn attack_socket(&mut self, sky: &mut Sky) {
        match sky.below(8) {
            0 => self.send(sky, false, Outgoing::Text("{\"type\":\"call\"".into())),
            1 => {
                let noise = (0..sky.between(0, 20))
                    .map(|_| sky.below(256) as u8)
                    .collect();
                self.send(sky, false, Outgoing::Binary(noise));
            }
            2 => {
                // Presence in another's name.
                let id = sky.client_id();
                let state = State {
                    client_id: id,
                    clock: 9_999,
                    json: "null".into(),
                };
                let bytes = presence::encode([state].iter());
                let frame = lane::encode_client(1, &ClientLane::Awareness(&bytes));
                self.send(sky, false, Outgoing::Binary(frame));
            }
            3 => {
                let query = Query::Note {
                    meeting_id: self.meeting.clone(),
                    client_id: self.id,
                };
                let after = Some(sky.below(sky.store.head() + 1));
                let epoch = Some("1".into());
                self.say(
                    sky,
                    &ClientFrame::Subscribe {
                        sub: 1,
                        query,
                        epoch,
                        after,
                    },
                );
            }
            _ => {
                let (client_id, update) = self.update(sky);
                self.seq += sky.between(0, 2);
                let frame = ClientLane::Update {
                    client_id,
                    client_seq: self.seq,
                    update: &update,
                };
                self.send(sky, false, Outgoing::Binary(lane::encode_client(1, &frame)));
            }
        }
    }

    fn attack_editor(&mut self, sky: &mut Sky) {
        let (_, update) = self.update(sky);
        let message = if sky.chance(0.5) {
            Message::Step2(&update)
        } else {
            Message::Update(&update)
        };
        self.send(sky, true, Outgoing::Binary(encode(&message)));
    }

    fn attack_api(&mut self, sky: &mut Sky) {
        let head = sky.store.head();
        let length = sky.store.text.len_utf16();
        let at = sky.below(u64::from(length) * 2 + 2) as u32;
        let operation = match sky.below(4) {
            0 => Operation::new().retain(at).insert("\u{0}"),
            1 => Operation::new().retain(at).delete(u32::MAX),
            2 => Operation::new().retain(u32::MAX).delete(5),
            _ => Operation::new().retain(at).insert("api"),
        };
        let stolen = sky.store.clients.keys().next().cloned();
        let client_id = if sky.chance(0.5) {
            stolen.unwrap_or_default()
        } else {
            "hostile".into()
        };
        let base_version = if sky.chance(0.3) {
            head + 5
        } else {
            sky.below(head + 1)
        };
        let client_seq = sky.below(20);
        let draft = NoteOperationDraft {
            base_version,
            client_id,
            client_seq,
            operation: operation.into(),
        };
        sky.request(self.client, 0, 0, Request::Operate(draft));
    }
}

impl Client for Hostile {
    fn start(&mut self, sky: &mut Sky) {
        self.id = sky.client_id();
        self.plain = Plain::new(self.id);
        self.connect(sky);
    }

    fn opened(&mut self, sky: &mut Sky, link: LinkId) {
        let Some(at) = self.links.iter().position(|held| *held == Some(link)) else {
            return;
        };
        self.open[at] = true;
        if at == 1 {
            let state = State {
                client_id: self.id,
                clock: 1,
                json: "{}".into(),
            };
            self.send(sky, true, Outgoing::Binary(encode(&Message::Step1(&[0]))));
            let bytes = presence::encode([state].iter());
            self.send(
                sky,
                true,
                Outgoing::Binary(encode(&Message::Awareness(&bytes))),
            );
            self.send(
                sky,
                true,
                Outgoing::Binary(encode(&Message::Step2(&[0, 0]))),
            );
            return;
        }
        let token = self.client.to_string();
        self.say(
            sky,
            &ClientFrame::Hello {
                token,
                client: None,
            },
        );
        let query = Query::Note {
            meeting_id: self.meeting.clone(),
            client_id: self.id,
        };
        self.say(
            sky,
            &ClientFrame::Subscribe {
                sub: 1,
                query,
                epoch: None,
                after: None,
            },
        );
    }

    fn down(&mut self, sky: &mut Sky, link: LinkId) {
        if let Some(at) = self.links.iter().position(|held| *held == Some(link)) {
            self.links[at] = None;
            self.open[at] = false;
            sky.after(
                500,
                Event::Client {
                    client: self.client,
                    life: 0,
                    wake: ClientWake::Restart,
                },
            );
        }
    }

    fn frame(&mut self, sky: &mut Sky, link: LinkId, frame: Frame) {
        if let Frame::Close(_) = frame {
            self.down(sky, link);
        }
    }

    fn answer(&mut self, _sky: &mut Sky, _id: u64, _answer: Answer) {}

    fn wake(&mut self, sky: &mut Sky, _wake: ClientWake) {
        // A fresh id now and then, as its refused ones are worth nothing.
        if sky.chance(0.3) {
            self.id = sky.client_id();
            self.plain = Plain::new(self.id);
            self.seq = 0;
        }
        self.connect(sky);
    }

    fn act(&mut self, sky: &mut Sky) {
        match sky.below(3) {
            0 => self.attack_api(sky),
            1 => self.attack_editor(sky),
            _ => self.attack_socket(sky),
        }
    }

    fn crash(&mut self, _sky: &mut Sky, _heir: bool) -> Vec<Row> {
        Vec::new()
    }

    fn network(&mut self, _sky: &mut Sky, _online: bool) {}

    fn quit(&mut self, sky: &mut Sky) {
        self.done = true;
        for link in self.links.iter_mut().filter_map(Option::take) {
            sky.close(link, false, 1000);
        }
    }

    fn life(&self) -> u64 {
        0
    }

    fn unrest(&self, _sky: &Sky) -> Option<String> {
        None
    }

    fn text(&self) -> Option<String> {
        None
    }
}
