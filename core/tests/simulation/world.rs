//! One seed: who takes part, what goes wrong and when, until all is quiet again.

use crate::checks;
use crate::client::Client;
use crate::client::hostile::Hostile;
use crate::client::op::{Follows, OpClient};
use crate::client::ours::Ours;
use crate::client::stock::StockEditor;
use crate::net::LinkId;
use crate::server::{From, Server, Web};
use crate::sky::{ClientId, Event, Sky};
use connvo_core::id::{MeetingId, UserId};
use std::collections::BTreeMap;

/// Edits in every seed, at least.
const EDITS: usize = 200;
/// Edits in a few seeds, so that journals outgrow a page and bases come due.
const MANY_EDITS: usize = 1_500;
/// Time to come to rest, in milliseconds.
const REST_MS: u64 = 300_000;
/// Between two looks whether all is quiet, in milliseconds.
const LOOK_MS: u64 = 250;

/// Something that goes wrong.
#[derive(Debug, Clone, Copy)]
enum Fault {
    ServerCrash,
    ClientCrash,
    Partition,
    Cut,
    /// Everybody is away for longer than an idle room stays open.
    Blackout,
    /// SIGTERM, and up again.
    Restart,
    /// Somebody may only read for a while.
    Demotion,
}

/// What a seed showed.
#[derive(Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Edits made.
    pub edits: usize,
    /// Entries by door: our own client's, the op door, a stock editor's.
    pub doors: [u64; 3],
    pub entries: u64,
    pub crashes: u64,
    pub partitions: u64,
    /// Rooms opened, and left with a base written.
    pub rooms: (u64, u64),
    pub events: u64,
    pub hash: u64,
    pub seen: BTreeMap<&'static str, u64>,
}

/// Everybody and everything.
pub struct World {
    pub sky: Sky,
    pub server: Server,
    pub clients: Vec<Box<dyn Client>>,
    /// The client who is hostile, if one is.
    pub hostile: Option<ClientId>,
    edits: usize,
    /// What goes wrong once so many edits are made.
    plan: Vec<(usize, Fault)>,
    /// What goes wrong after so many more events: at any point.
    armed: Vec<(u64, Fault)>,
    crashes: u64,
    partitions: u64,
    quiet: u32,
}

fn uuid(n: usize) -> String {
    format!("00000000-0000-7000-8000-0000000000{n:02x}")
}

impl World {
    pub fn new(seed: u64, trace: bool) -> Self {
        let mut sky = Sky::new(seed, trace);
        let meeting: MeetingId = uuid(0xee).parse().expect("an id");
        let hostile = sky.chance(0.3);
        let (ours, ops, editors) = (sky.between(1, 3), sky.between(1, 2), sky.between(1, 2));
        let count = (ours + ops + editors) as usize + usize::from(hostile);
        // Two of our tabs may be one person's.
        let same = sky.chance(0.3);
        let users: Vec<UserId> = (0..count)
            .map(|at| {
                uuid(if same && at == 1 && ours > 1 { 0 } else { at })
                    .parse()
                    .expect("an id")
            })
            .collect();
        let mut clients: Vec<Box<dyn Client>> = Vec::new();
        for (at, user) in users.iter().enumerate() {
            let (user, meeting) = (user.clone(), meeting.clone());
            let place = at as u64;
            clients.push(if place < ours {
                Box::new(Ours::new(at, user, meeting, at == 0))
            } else if place < ours + ops {
                let follows = [Follows::Reading, Follows::Subscription, Follows::Calls];
                let follows = follows[sky.below(3) as usize];
                Box::new(OpClient::new(at, user, meeting, follows))
            } else if place < ours + ops + editors {
                Box::new(StockEditor::new(at, user))
            } else {
                Box::new(Hostile::new(at, user, meeting))
            });
        }
        let mut server = Server::new(meeting, users);
        server.hostile = hostile.then_some(count - 1);
        sky.small = sky.chance(0.1);
        if sky.small {
            server.limits.text_utf16 = 300;
        }
        sky.long = sky.chance(0.02);
        let edits = if sky.long { MANY_EDITS } else { EDITS };
        let plan = plan(&mut sky, edits);
        let demotes = plan
            .iter()
            .any(|(_, fault)| matches!(fault, Fault::Demotion));
        sky.refusals = sky.small || demotes;
        sky.log(|| format!("seed {seed}: {ours} ours, {ops} scripts, {editors} editors, hostile {hostile}, {plan:?}"));
        Self {
            sky,
            server,
            clients,
            hostile: hostile.then_some(count - 1),
            edits,
            plan,
            armed: Vec::new(),
            crashes: 0,
            partitions: 0,
            quiet: 0,
        }
    }

    /// Runs the seed to its end.
    pub fn run(mut self) -> Result<Outcome, String> {
        self.sky.after(0, Event::Boot);
        for client in 0..self.clients.len() {
            let delay = self.sky.between(0, 1_500);
            self.sky.after(delay, Event::Act { client });
            self.clients[client].start(&mut self.sky);
        }
        self.storm()?;
        self.calm()?;
        self.clear()?;
        checks::all(&mut self);
        self.verdict()?;
        Ok(Outcome {
            edits: self.sky.ledger.edits.len(),
            doors: self.doors(),
            entries: self.sky.store.head(),
            crashes: self.crashes,
            partitions: self.partitions,
            rooms: (self.server.rooms, self.server.evicted),
            events: self.sky.events(),
            hash: self.sky.store.text.hash(),
            seen: std::mem::take(&mut self.sky.seen),
        })
    }

    fn verdict(&self) -> Result<(), String> {
        if self.sky.broken.is_empty() {
            Ok(())
        } else {
            Err(self.sky.broken.join("\n  "))
        }
    }

    /// Everybody edits while things go wrong, until all of the plan has happened.
    fn storm(&mut self) -> Result<(), String> {
        while self.sky.ledger.edits.len() < self.edits
            || !self.plan.is_empty()
            || !self.armed.is_empty()
            || self.doors().contains(&0)
        {
            self.step("the storm")?;
        }
        Ok(())
    }

    /// Entries of the log by the door they came through: our own client's, the op
    /// door, a stock editor's. What the attacker wrote does not count.
    fn doors(&self) -> [u64; 3] {
        let hostile = self.hostile.map(|at| &self.server.users[at]);
        let mut doors = [0; 3];
        for entry in &self.sky.store.log {
            let door = match entry.client_id.parse::<u64>() {
                _ if Some(&entry.author_id) == hostile => continue,
                Ok(_) => 0,
                Err(_) if entry.client_id.is_empty() => 2,
                Err(_) => 1,
            };
            doors[door] += 1;
        }
        doors
    }

    /// The network heals, nobody edits: all come to rest.
    fn calm(&mut self) -> Result<(), String> {
        self.sky.log(|| "calm".into());
        self.sky.stormy = false;
        for client in 0..self.clients.len() {
            self.heal(client);
            self.server.set_writable(&mut self.sky, client, true);
        }
        let deadline = self.sky.now + REST_MS;
        self.sky.after(0, Event::Look);
        while self.quiet < 3 {
            self.step("the calm")?;
            if self.sky.now > deadline {
                return Err(format!("no rest:\n  {}", self.unrest().join("\n  ")));
            }
        }
        Ok(())
    }

    /// Everybody leaves: the room writes its base and goes.
    fn clear(&mut self) -> Result<(), String> {
        for client in &mut self.clients {
            client.conclude(&mut self.sky);
        }
        checks::while_open(self);
        for client in &mut self.clients {
            client.quit(&mut self.sky);
        }
        let deadline = self.sky.now + REST_MS;
        while self.server.has_room() {
            self.step("the end")?;
            if self.sky.now > deadline {
                return Err(format!(
                    "at {} the room stays open: {}",
                    self.sky.now,
                    self.server.state()
                ));
            }
        }
        Ok(())
    }

    fn unrest(&self) -> Vec<String> {
        let mut out: Vec<String> = self.sky.broken.clone();
        for (at, client) in self.clients.iter().enumerate() {
            out.extend(
                client
                    .unrest(&self.sky)
                    .map(|why| format!("client {at}: {why}")),
            );
        }
        if !self.server.is_quiet() {
            out.push("the server is at work".into());
        }
        out.extend(checks::presence(self));
        out
    }

    fn step(&mut self, when: &str) -> Result<(), String> {
        let Some(event) = self.sky.next() else {
            return Err(format!("nothing more happens during {when}"));
        };
        self.handle(event);
        let edits = self.sky.ledger.edits.len();
        while let Some((at, fault)) = self.plan.first().copied()
            && at <= edits
        {
            self.plan.remove(0);
            let events = self.sky.below(120);
            self.armed.push((events, fault));
        }
        for (events, _) in &mut self.armed {
            *events = events.saturating_sub(1);
        }
        while let Some(at) = self.armed.iter().position(|(events, _)| *events == 0) {
            let (_, fault) = self.armed.remove(at);
            self.go_wrong(fault);
        }
        if self.sky.broken.is_empty() {
            Ok(())
        } else {
            self.verdict()
        }
    }

    fn handle(&mut self, event: Event) {
        let sky = &mut self.sky;
        match event {
            Event::Pump { link, up } => self.pump(link, up),
            Event::Accept { link } => self.server.accept(sky, link),
            Event::Opened { link } => {
                if let Some(client) = reached(sky, link) {
                    self.clients[client].opened(sky, link);
                }
            }
            Event::Down { link, at_server } => {
                if at_server {
                    self.server.drop_conn(sky, link);
                } else if let Some(client) = sky
                    .net
                    .link(link)
                    .filter(|held| held.client_end)
                    .map(|held| held.client)
                {
                    sky.net.hang_up(link, false);
                    self.clients[client].down(sky, link);
                }
            }
            Event::Request {
                client,
                life,
                id,
                request,
            } => {
                self.server.request(
                    sky,
                    Web {
                        client,
                        from: From::Http { life, id },
                        request,
                    },
                );
            }
            Event::Answer {
                client,
                life,
                id,
                answer,
            } => {
                if self.clients[client].life() == life && !sky.net.is_cut_off(client) {
                    self.clients[client].answer(sky, id, answer);
                }
            }
            Event::Client { client, life, wake } => {
                if self.clients[client].life() == life {
                    self.clients[client].wake(sky, wake);
                }
            }
            Event::Server { life, wake } => {
                if self.server.life == life && self.server.up {
                    self.server.wake(sky, wake);
                }
            }
            Event::Boot => self.server.boot(sky),
            Event::Act { client } => {
                if sky.stormy {
                    self.clients[client].act(sky);
                    let delay = if sky.chance(0.2) {
                        sky.between(500, 4_000)
                    } else {
                        sky.between(20, 900)
                    };
                    sky.after(delay, Event::Act { client });
                }
            }
            Event::Heal { client } => self.heal(client),
            Event::Promote { client } => self.server.set_writable(sky, client, true),
            Event::Exit { life } if life == self.server.life => self.end_server(),
            Event::Exit { .. } => {}
            Event::Look => {
                let unrest = self.unrest();
                self.quiet = if unrest.is_empty() { self.quiet + 1 } else { 0 };
                self.sky.after(LOOK_MS, Event::Look);
            }
        }
    }

    /// The next frame of a link arrives, or waits while its client is cut off.
    fn pump(&mut self, link: LinkId, up: bool) {
        let sky = &mut self.sky;
        let Some(client) = sky.net.link(link).map(|held| held.client) else {
            return;
        };
        if sky.net.is_cut_off(client) {
            return sky.after(200, Event::Pump { link, up });
        }
        let Some((frame, more)) = sky.net.pop(link, up) else {
            return;
        };
        if more {
            let delay = if sky.chance(0.8) {
                0
            } else {
                sky.between(1, 20)
            };
            sky.after(delay, Event::Pump { link, up });
        }
        if up {
            if sky.net.link(link).is_some_and(|held| held.server_end) {
                self.server.frame(sky, link, frame);
            }
        } else {
            if sky.net.link(link).is_some_and(|held| held.client_end) {
                self.clients[client].frame(sky, link, frame);
            }
            self.server.schedule(&mut self.sky, link);
        }
    }

    fn heal(&mut self, client: ClientId) {
        if self.sky.net.is_cut_off(client) {
            self.sky.log(|| format!("client {client} is back"));
            self.sky.net.heal(client);
            self.clients[client].network(&mut self.sky, true);
        }
    }

    fn cut_off(&mut self, client: ClientId, duration_ms: u64) {
        let sky = &mut self.sky;
        sky.log(|| format!("client {client} is cut off for {duration_ms} ms"));
        sky.net.partition(client);
        sky.after(duration_ms, Event::Heal { client });
        // The browser notices, or nobody does.
        if sky.chance(0.5) {
            self.clients[client].network(sky, false);
        }
        // What was in flight arrives later, or never.
        if sky.chance(0.5) {
            for link in sky.net.alive() {
                if sky.net.link(link).is_some_and(|held| held.client == client) {
                    sky.cut(link);
                }
            }
        }
        self.partitions += 1;
    }

    fn end_server(&mut self) {
        self.server.crash(&mut self.sky);
        let delay = self.sky.between(20, 3_000);
        self.sky.after(delay, Event::Boot);
    }

    /// A client dies; another tab of the same person may take over its outbox.
    fn crash_client(&mut self, client: ClientId) {
        self.sky.log(|| format!("client {client} crashes"));
        let person = self.clients[client].heir_of().cloned();
        let heir = self.clients.iter().enumerate().position(|(at, other)| {
            at != client && person.is_some() && other.heir_of() == person.as_ref()
        });
        let heir = heir.filter(|_| self.sky.chance(0.5));
        let rows = self.clients[client].crash(&mut self.sky, heir.is_some());
        if let Some(heir) = heir.filter(|_| !rows.is_empty()) {
            self.clients[heir].adopt(&mut self.sky, rows);
        }
    }

    fn go_wrong(&mut self, fault: Fault) {
        let client = self.sky.below(self.clients.len() as u64) as ClientId;
        match fault {
            Fault::ServerCrash | Fault::Restart if !self.server.up => self.armed.push((50, fault)),
            Fault::ServerCrash => {
                self.crashes += 1;
                self.end_server();
            }
            Fault::Restart => {
                self.sky.saw("a drained server");
                self.server.drain(&mut self.sky);
                let delay = self.sky.between(50, 1_000);
                let life = self.server.life;
                self.sky.after(delay, Event::Exit { life });
            }
            Fault::Demotion => {
                self.sky.log(|| format!("client {client} may only read"));
                self.server.set_writable(&mut self.sky, client, false);
                let delay = self.sky.between(100, 5_000);
                self.sky.after(delay, Event::Promote { client });
            }
            Fault::ClientCrash => self.crash_client(client),
            Fault::Partition => {
                let duration = if self.sky.long {
                    self.sky.between(20_000, 90_000)
                } else if self.sky.chance(0.3) {
                    self.sky.between(5_000, 40_000)
                } else {
                    self.sky.between(200, 5_000)
                };
                self.cut_off(client, duration);
            }
            Fault::Cut => {
                let links = self.sky.net.alive();
                if !links.is_empty() {
                    let link = links[self.sky.below(links.len() as u64) as usize];
                    self.sky.log(|| format!("link {link} is cut"));
                    self.sky.cut(link);
                }
            }
            Fault::Blackout => {
                let duration = self.sky.between(3_000, 6_000);
                for client in 0..self.clients.len() {
                    self.cut_off(client, duration);
                    self.clients[client].network(&mut self.sky, false);
                }
            }
        }
    }
}

/// The client's end of a link, if it still listens and can be reached.
fn reached(sky: &mut Sky, link: LinkId) -> Option<ClientId> {
    let client = sky.net.link(link).filter(|held| held.client_end)?.client;
    if sky.net.is_cut_off(client) {
        sky.after(300, Event::Opened { link });
        return None;
    }
    Some(client)
}

/// One server crash and one partition at least; the rest as it comes.
fn plan(sky: &mut Sky, edits: usize) -> Vec<(usize, Fault)> {
    let demotions = if sky.chance(0.2) { 3 } else { 0 };
    let mut faults = vec![Fault::ServerCrash, Fault::Partition];
    for (fault, most) in [
        (Fault::ServerCrash, 1),
        (Fault::Partition, 2),
        (Fault::ClientCrash, 4),
        (Fault::Cut, 8),
        (Fault::Blackout, 1),
        (Fault::Restart, 1),
        (Fault::Demotion, demotions),
    ] {
        for _ in 0..sky.between(0, most) {
            faults.push(fault);
        }
    }
    let mut plan: Vec<(usize, Fault)> = faults
        .into_iter()
        .map(|fault| (sky.between(5, edits as u64 - 10) as usize, fault))
        .collect();
    plan.sort_by_key(|(at, _)| *at);
    plan
}
