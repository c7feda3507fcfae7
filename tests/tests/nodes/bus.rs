//! The bus alone: what is said is heard by the others, once and in order.

use crate::cluster::{NEVER, Over, through};
use connvo_core::id::MeetingId;
use connvo_server::bus::{AccessChange, Bus, Carrier, Hint, Incoming, Kind, Topic};
use connvo_server::config::Secret;
use connvo_tests::proxy::Proxy;
use connvo_tests::{nats, postgres};
use tokio::sync::mpsc::Receiver;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

on_both!(
    hints_reach_the_others_in_order_and_nobody_their_own,
    many_hints_are_split_and_none_is_lost,
    a_node_that_was_away_is_told_that_it_missed_something,
);

struct Speaker {
    bus: Bus,
    said: Receiver<Incoming>,
    line: Proxy,
    _end: tokio_util::sync::DropGuard,
}

struct Place {
    over: Over,
    url: String,
    _database: Option<postgres::Database>,
    subject: String,
}

impl Place {
    async fn of(over: Over) -> Self {
        let database = match over {
            Over::Postgres | Over::Pooler => Some(postgres::database().await),
            Over::Nats => None,
        };
        let url = match &database {
            Some(database) => database.url().to_owned(),
            None => nats::url().await,
        };
        let subject = format!("connvo.test.{}", connvo_tests::free_port());
        Self {
            over,
            url,
            _database: database,
            subject,
        }
    }

    async fn speaker(&self, node: &str) -> Speaker {
        let (line, url) = through(&self.url).await;
        let carrier = match self.over {
            Over::Postgres | Over::Pooler => Carrier::Postgres(Secret::new(url)),
            Over::Nats => Carrier::Nats(Secret::new(url), self.subject.clone()),
        };
        let bus = Bus::shared(carrier, node.into());
        let said = bus.incoming().unwrap();
        let end = CancellationToken::new();
        tokio::spawn(bus.clone().run(end.clone()));
        let mut speaker = Speaker {
            bus,
            said,
            line,
            _end: end.drop_guard(),
        };
        // What was before may be missed, and another's may come before one's own.
        while speaker.hear().await != Incoming::Missed {}
        assert!(speaker.bus.is_up());
        speaker
    }
}

impl Speaker {
    async fn hear(&mut self) -> Incoming {
        let heard = timeout(NEVER, self.said.recv()).await;
        heard.expect("something comes").expect("the bus runs")
    }

    /// So many of another's hints; that it begins is passed over.
    async fn hints(&mut self, from: &str, count: usize) -> Vec<Hint> {
        let mut all = Vec::new();
        while all.len() < count {
            match self.hear().await {
                Incoming::Hints(node, hints) => {
                    assert_eq!(node, from);
                    all.extend(hints.into_iter().filter(|hint| *hint != Hint::Lost));
                }
                Incoming::Missed => panic!("nothing was missed"),
            }
        }
        all
    }
}

fn meeting(at: u16) -> MeetingId {
    format!("0197f7a4-5e0b-7c3a-9d2e-3f1b2a4c{at:04x}")
        .parse()
        .unwrap()
}

fn grown(at: u16, head: u64) -> Hint {
    Hint::Grown {
        meeting_id: meeting(at),
        kind: Kind::Note,
        head,
    }
}

fn revoked(at: u16) -> Hint {
    Hint::Access(AccessChange::Meeting {
        meeting_id: meeting(at),
    })
}

async fn hints_reach_the_others_in_order_and_nobody_their_own(over: Over) {
    let place = Place::of(over).await;
    let (mut ada, mut bob) = (place.speaker("ada").await, place.speaker("bob").await);
    for at in 0..3 {
        ada.bus.send(|| revoked(at));
    }
    assert_eq!(bob.hints("ada", 3).await, [0, 1, 2].map(revoked));
    bob.bus.send(|| Hint::Topics(vec![Topic::Flags]));
    let heard = ada.hints("bob", 1).await;
    assert_eq!(heard, [Hint::Topics(vec![Topic::Flags])]);
}

async fn many_hints_are_split_and_none_is_lost(over: Over) {
    let place = Place::of(over).await;
    let (ada, mut bob) = (place.speaker("ada").await, place.speaker("bob").await);
    for at in 0..3_000 {
        ada.bus.send(|| grown(at, u64::from(at)));
    }
    let mut heard = bob.hints("ada", 3_000).await;
    heard.sort_by_key(|hint| match hint {
        Hint::Grown { head, .. } => *head,
        other => panic!("{other:?}"),
    });
    let sent: Vec<Hint> = (0..3_000).map(|at| grown(at, u64::from(at))).collect();
    assert_eq!(heard, sent);
}

async fn a_node_that_was_away_is_told_that_it_missed_something(over: Over) {
    let place = Place::of(over).await;
    let (ada, mut bob) = (place.speaker("ada").await, place.speaker("bob").await);
    ada.bus.send(|| revoked(1));
    assert_eq!(bob.hints("ada", 1).await, [revoked(1)]);
    bob.line.cut();
    crate::cluster::until("it knows", async || !bob.bus.is_up()).await;
    ada.bus.send(|| revoked(2));
    bob.line.restore();
    // What was said meanwhile may come or not: that it may not is told.
    loop {
        match bob.hear().await {
            Incoming::Missed => break,
            Incoming::Hints(..) => {}
        }
    }
    crate::cluster::until("it is up again", async || bob.bus.is_up()).await;
    ada.bus.send(|| revoked(3));
    let mut heard = Vec::new();
    while !heard.contains(&revoked(3)) {
        if let Incoming::Hints(_, hints) = bob.hear().await {
            heard.extend(hints);
        }
    }
    assert_eq!(heard.iter().filter(|hint| **hint == revoked(3)).count(), 1);
}
