//! A program on the socket, with a service token: it sends the transcript of its meeting, and
//! everything else is refused. The token is read anew for each call, and whenever rights in
//! the meeting change.

use super::task::Live;
use crate::auth::service::{self, Sender};
use crate::listeners::About;
use crate::transcript;
use connvo_core::error::Problem;
use connvo_core::id::UserId;
use connvo_core::live::connection::Effect;
use connvo_core::protocol::{Command, CommandReply, close};

/// What a program said hello with: its token's hash, and its id.
pub(super) struct Program {
    hash: String,
    id: String,
}

impl Live {
    /// Lets a program in, for as long as its token is good.
    pub(super) async fn enter_program(&mut self, token: &str) -> Result<UserId, Problem> {
        let hash = service::hash(token);
        let found = service::find(&self.app, &self.request, &hash).await?;
        for about in [
            About::Person(found.made_by.clone()),
            About::Meeting(found.meeting_id),
        ] {
            self.hears
                .push(self.app.listeners.hear(about, &self.mailbox));
        }
        // It may have been taken back before changes were heard of.
        let found = service::find(&self.app, &self.request, &hash).await?;
        self.connected = Some(self.app.connections.enter(&found.made_by)?);
        self.expires_at_ms = found.expires_at.unwrap_or(u64::MAX);
        let (user, id) = (found.made_by.clone(), found.id.clone());
        self.program = Some(Box::new(Program { hash, id }));
        self.actor = Some(Sender::program(found, &self.request).actor);
        Ok(user)
    }

    /// The same program says its token again; no other takes its place.
    pub(super) async fn refresh_program(&mut self, token: &str) -> Vec<Effect> {
        let own = self.program.as_ref().map(|program| &program.id);
        match service::find(&self.app, &self.request, &service::hash(token)).await {
            Ok(found) if Some(&found.id) == own => Vec::new(),
            Ok(_) => self.connection.close(close::POLICY),
            Err(problem) => self.connection.token_failed(problem),
        }
    }

    /// Rights may have changed: a token that was taken back ends the connection.
    pub(super) async fn recheck_program(&mut self) -> Vec<Effect> {
        let Some(program) = &self.program else {
            return Vec::new();
        };
        match service::find(&self.app, &self.request, &program.hash).await {
            Ok(_) => Vec::new(),
            Err(problem) => self.connection.token_failed(problem),
        }
    }

    /// Carries out what a program may call, and refuses the rest.
    pub(super) async fn call_of_program(&mut self, id: u64, command: Command) -> Vec<Effect> {
        let Some(program) = &self.program else {
            return Vec::new();
        };
        let (app, request) = (&self.app, &self.request);
        let service = match service::find(app, request, &program.hash).await {
            Ok(service) => service,
            Err(problem) => return self.connection.token_failed(problem),
        };
        let mut sender = Sender::program(service, request);
        let now = app.clock.now_ms();
        sender.actor = sender.actor.next_request(app.ids.uuid(), now);
        match command {
            Command::AppendTranscript { meeting_id, draft } => {
                let caller = (&self.mailbox, id);
                let offered = transcript::offer_of(app, &sender, &meeting_id, draft, caller).await;
                self.offered(id, offered)
            }
            Command::AppendProviderTranscript {
                meeting_id,
                provider,
                draft,
            } => {
                let app = app.clone();
                self.beside(id, async move {
                    let (of, draft) = (&sender, &draft);
                    let sent =
                        transcript::append_provider(&app, of, &meeting_id, provider, draft).await;
                    sent.map(CommandReply::Transcript)
                });
                Vec::new()
            }
            _ => {
                let refused = service::refused_elsewhere(app, request);
                self.connection.replied(id, Err(refused))
            }
        }
    }
}
