//! Hints through NATS core: one subject, at most once. What a slow node loses it notices
//! by the numbers.

use super::drive::Broken;
use crate::config::Secret;
use async_nats::{Client, ConnectOptions, Subscriber};
use futures_util::StreamExt;

/// What one message carries at most: a server takes 1 MiB by default.
pub(super) const BYTES: usize = 256 << 10;
/// Messages that the client keeps for this node.
const CAPACITY: usize = 4_096;

pub(super) struct Mouth {
    client: Client,
    subject: String,
}

pub(super) struct Ear {
    subscriber: Subscriber,
}

fn broken(error: impl std::fmt::Display) -> Broken {
    Broken::Nats(error.to_string())
}

pub(super) async fn open(url: &Secret, subject: &str) -> Result<(Mouth, Ear), Broken> {
    // A broken line is given up, and another one opened: what it lost is looked for then.
    let client = ConnectOptions::new()
        .name("connvo")
        .max_reconnects(Some(1))
        .subscription_capacity(CAPACITY)
        .connect(url.reveal())
        .await
        .map_err(broken)?;
    let subscriber = client.subscribe(subject.to_owned()).await.map_err(broken)?;
    client.flush().await.map_err(broken)?;
    let subject = subject.to_owned();
    Ok((Mouth { client, subject }, Ear { subscriber }))
}

impl Mouth {
    pub(super) async fn say(&mut self, message: String) -> Result<(), Broken> {
        let said = self.client.publish(self.subject.clone(), message.into());
        said.await.map_err(broken)?;
        self.client.flush().await.map_err(broken)
    }
}

impl Ear {
    pub(super) async fn hear(&mut self) -> Result<String, Broken> {
        let Some(message) = self.subscriber.next().await else {
            return Err(Broken::Silent);
        };
        String::from_utf8(message.payload.to_vec()).map_err(broken)
    }
}
