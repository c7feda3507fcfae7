//! The network: links that keep the order of their frames and die at any point,
//! and clients that are cut off for a while.

use crate::sky::ClientId;
use connvo_core::live::connection::Outgoing;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// One connection.
pub type LinkId = u64;

/// Frames on their way to one reader, at most: then the sender waits.
const WINDOW: usize = 24;

/// What travels on a link.
#[derive(Debug, Clone)]
pub enum Frame {
    /// A WebSocket message.
    Message(Outgoing),
    /// The other end has closed, with this code.
    Close(u16),
}

/// One TCP connection.
#[derive(Debug)]
pub struct Link {
    pub client: ClientId,
    /// Through the stock door, or the live socket.
    pub stock: bool,
    /// The client's end still listens.
    pub client_end: bool,
    /// The server's end still listens.
    pub server_end: bool,
    severed: bool,
    up: VecDeque<Frame>,
    down: VecDeque<Frame>,
}

/// All links, and who is cut off.
#[derive(Debug, Default)]
pub struct Net {
    links: BTreeMap<LinkId, Link>,
    last: LinkId,
    partitioned: BTreeSet<ClientId>,
}

impl Net {
    pub fn open(&mut self, client: ClientId, stock: bool) -> LinkId {
        self.last += 1;
        self.links.insert(
            self.last,
            Link {
                client,
                stock,
                client_end: true,
                server_end: false,
                severed: false,
                up: VecDeque::new(),
                down: VecDeque::new(),
            },
        );
        self.last
    }

    pub fn link(&self, link: LinkId) -> Option<&Link> {
        self.links.get(&link)
    }

    /// The server takes the connection, if its client still wants it.
    pub fn accept(&mut self, link: LinkId) -> bool {
        let held = self
            .links
            .get_mut(&link)
            .filter(|held| held.client_end && !held.severed);
        held.map(|held| held.server_end = true).is_some()
    }

    /// Puts a frame on its way; whether a pump has to be started for it.
    pub fn push(&mut self, link: LinkId, up: bool, frame: Frame) -> bool {
        let Some(held) = self.links.get_mut(&link).filter(|held| !held.severed) else {
            return false;
        };
        let lane = if up { &mut held.up } else { &mut held.down };
        lane.push_back(frame);
        lane.len() == 1
    }

    /// Takes the frame that arrives; and whether more come after it.
    pub fn pop(&mut self, link: LinkId, up: bool) -> Option<(Frame, bool)> {
        let held = self.links.get_mut(&link).filter(|held| !held.severed)?;
        let lane = if up { &mut held.up } else { &mut held.down };
        let frame = lane.pop_front()?;
        Some((frame, !lane.is_empty()))
    }

    /// Whether the server may put one more frame on its way to the client.
    pub fn has_room(&self, link: LinkId) -> bool {
        self.links
            .get(&link)
            .is_none_or(|held| held.severed || held.down.len() < WINDOW)
    }

    /// One end no longer listens; what was on its way to it is lost.
    pub fn hang_up(&mut self, link: LinkId, at_server: bool) {
        if let Some(held) = self.links.get_mut(&link) {
            if at_server {
                held.server_end = false;
            } else {
                held.client_end = false;
            }
        }
    }

    /// Nothing travels on the link any more.
    pub fn sever(&mut self, link: LinkId) {
        if let Some(held) = self.links.get_mut(&link) {
            held.severed = true;
            held.up.clear();
            held.down.clear();
        }
    }

    /// Links on which something can still travel.
    pub fn alive(&self) -> Vec<LinkId> {
        let links = self.links.iter();
        links
            .filter(|(_, held)| !held.severed)
            .map(|(link, _)| *link)
            .collect()
    }

    pub fn partition(&mut self, client: ClientId) {
        self.partitioned.insert(client);
    }

    pub fn heal(&mut self, client: ClientId) {
        self.partitioned.remove(&client);
    }

    pub fn is_cut_off(&self, client: ClientId) -> bool {
        self.partitioned.contains(&client)
    }
}
