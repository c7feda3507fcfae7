//! The wire types as TypeScript, in one file of the npm package. The file is
//! committed; this test fails when it no longer says what the code says.
//! `UPDATE_TYPES=1 cargo test -p connvo-core --features ts --test typescript`
//! writes it again.
#![cfg(feature = "ts")]

use connvo_core::{
    access, chat, client, error, flag, id, limits, me, meeting, note, org, person, protocol,
    search, transcript,
};
use std::collections::BTreeMap;
use std::path::Path;
use ts_rs::{Config, TS, TypeVisitor};

const HEADER: &str = "// Made from connvo-core by its test `typescript`: do not edit.\n";
const FILE: &str = "../wasm-client/npm/src/generated/protocol.ts";

/// Declarations by name, of the types given and of all that they name.
#[derive(Default)]
struct Declarations {
    config: Config,
    by_name: BTreeMap<String, String>,
}

impl TypeVisitor for Declarations {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        // Only types of our own have a place to be exported to.
        if T::output_path().is_none() {
            return;
        }
        let name = T::ident(&self.config);
        if self.by_name.contains_key(&name) {
            return;
        }
        let docs = T::docs().unwrap_or_default();
        let declaration = format!("{docs}export {}\n", T::decl(&self.config));
        self.by_name.insert(name, declaration);
        T::visit_dependencies(self);
    }
}

fn generated() -> String {
    let mut types = Declarations::default();
    types.visit::<protocol::ClientFrame>();
    types.visit::<protocol::ServerFrame>();
    types.visit::<protocol::CommandReply>();
    types.visit::<protocol::command::NoteOperationDraft>();
    types.visit::<protocol::command::TranscriptDraft>();
    types.visit::<note::Component>();
    types.visit::<note::AnyOperation>();
    types.visit::<note::NoteEntry>();
    types.visit::<note::history::VersionGroup>();
    types.visit::<client::ConnectionState>();
    types.visit::<client::NoteStatus>();
    types.visit::<note::RecoveredDraft>();
    types.visit::<client::note::Origin>();
    types.visit::<client::Peer>();
    types.visit::<transcript::Chunk>();
    types.visit::<transcript::processed::ProcessedChunk>();
    types.visit::<transcript::provider::ProviderDraft>();
    types.visit::<transcript::speaker::SpeakerHeard>();
    types.visit::<transcript::speaker::SpeakerNameDraft>();
    types.visit::<transcript::speaker::SpeakerNames>();
    types.visit::<transcript::segment::Segment>();
    types.visit::<search::SearchItem>();
    types.visit::<chat::view::ShownMessage>();
    types.visit::<chat::MessageDraft>();
    types.visit::<chat::MessageEdit>();
    types.visit::<meeting::Meeting>();
    types.visit::<meeting::SeriesDate>();
    types.visit::<meeting::MeetingDraft>();
    types.visit::<meeting::PublicMeeting>();
    types.visit::<meeting::Participant>();
    types.visit::<meeting::ParticipantDraft>();
    types.visit::<meeting::MeetingNow>();
    types.visit::<me::MeView>();
    types.visit::<flag::Flag>();
    types.visit::<flag::FlagDraft>();
    types.visit::<org::Org>();
    types.visit::<org::OrgInvitation>();
    types.visit::<org::OrgMember>();
    types.visit::<person::settings::Account>();
    types.visit::<person::settings::SettingsDraft>();
    types.visit::<person::profile::ProfileDraft>();
    types.visit::<person::profile::PublicProfile>();
    types.visit::<person::interest::Interest>();
    types.visit::<person::interest::InterestsDraft>();
    types.visit::<person::connection::Connection>();
    types.visit::<person::connection::ConnectionDraft>();
    types.visit::<access::Role>();
    types.visit::<access::Standing>();
    types.visit::<error::Problem>();
    types.visit::<limits::NoteLimits>();
    types.visit::<id::UserId>();
    let mut text = String::from(HEADER);
    for declaration in types.by_name.values() {
        text.push('\n');
        for line in declaration.lines() {
            text.push_str(line.trim_end());
            text.push('\n');
        }
    }
    text
}

#[test]
fn the_types_of_the_npm_package_are_those_of_the_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    let generated = generated();
    if std::env::var_os("UPDATE_TYPES").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &generated).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == generated,
        "{FILE} is out of date: run\nUPDATE_TYPES=1 cargo test -p connvo-core --features ts --test typescript"
    );
}
