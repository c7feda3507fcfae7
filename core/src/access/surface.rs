//! What every route asks for. A route that is not here does not pass the tests.

use super::Action;
use Action::{
    AcceptInvitation, AnswerRequest, AppendTranscript, CallSpeaker, CancelMeeting,
    ChangeParticipant, ControlTranscription, DeclineInvitation, EndMeeting, HandOverHost, Invite,
    JoinMeeting, LeaveMeeting, RaiseHand, ReadChat, ReadMeeting, ReadNote, ReadParticipants,
    ReadState, ReadTranscript, RemoveParticipant, RenameSpeaker, StartMeeting, UpdateMeeting,
    WriteChat, WriteNote,
};
use Gate::{
    Admin, Linked, Meeting, Open, OrgAdmin, OrgInvited, OrgMember, Signed, SignedIn, Socket,
};

/// Who gets through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// Anybody.
    Open,
    /// Who bears a good token; what they see is their own.
    SignedIn,
    /// Who may do this in the meeting that the path names.
    Meeting(Action),
    /// A member of the organisation that the path names.
    OrgMember,
    /// Who is asked to belong to that organisation.
    OrgInvited,
    /// An administrator of that organisation.
    OrgAdmin,
    /// An administrator of the platform.
    Admin,
    /// A sender whose signature is right.
    Signed,
    /// Who has the secret of a link.
    Linked,
    /// A WebSocket: who shows a good token on it, in the first frame or in the query; what
    /// it asks for then is the table's to allow.
    Socket,
}

/// Every route of the HTTP surface: method, path, gate.
pub const ROUTES: &[(&str, &str, Gate)] = &[
    ("get", "/healthz", Open),
    ("get", "/readyz", Open),
    ("get", "/metrics", Open),
    ("get", "/openapi.json", Open),
    ("get", "/docs", Open),
    ("get", "/v1/live", Socket),
    ("get", "/v1/yjs/{id}", Socket),
    ("get", "/.well-known/jwks.json", Open),
    ("post", "/dev/token", Open),
    ("get", "/v1/sign-in", Open),
    ("get", "/v1/me", SignedIn),
    ("patch", "/v1/me", SignedIn),
    ("delete", "/v1/me", SignedIn),
    ("post", "/v1/me/sign-out", SignedIn),
    ("get", "/v1/me/profile", SignedIn),
    ("put", "/v1/me/profile", SignedIn),
    ("get", "/v1/me/interests", SignedIn),
    ("put", "/v1/me/interests", SignedIn),
    ("get", "/v1/me/export", SignedIn),
    ("get", "/v1/interests", SignedIn),
    ("get", "/v1/users/{id}", SignedIn),
    ("post", "/v1/users/{id}/block", SignedIn),
    ("get", "/v1/connections", SignedIn),
    ("post", "/v1/connections", SignedIn),
    ("delete", "/v1/connections/{id}", SignedIn),
    ("post", "/v1/connections/{id}/accept", SignedIn),
    ("post", "/v1/connections/{id}/decline", SignedIn),
    ("post", "/v1/connections/{id}/block", SignedIn),
    ("post", "/v1/connections/{id}/unblock", SignedIn),
    ("get", "/v1/meetings", SignedIn),
    ("post", "/v1/meetings", SignedIn),
    ("get", "/v1/meetings/public", SignedIn),
    ("get", "/v1/me/calendar.ics", SignedIn),
    ("get", "/v1/me/calendar-link", SignedIn),
    ("post", "/v1/me/calendar-link", SignedIn),
    ("delete", "/v1/me/calendar-link", SignedIn),
    ("get", "/v1/calendar.ics", Linked),
    ("get", "/v1/meetings/{id}", Meeting(ReadMeeting)),
    ("patch", "/v1/meetings/{id}", Meeting(UpdateMeeting)),
    (
        "get",
        "/v1/meetings/{id}/calendar.ics",
        Meeting(ReadMeeting),
    ),
    ("get", "/v1/meetings/{id}/dates", Meeting(ReadMeeting)),
    ("get", "/v1/meetings/{id}/state", Meeting(ReadState)),
    ("post", "/v1/meetings/{id}/cancel", Meeting(CancelMeeting)),
    (
        "post",
        "/v1/meetings/{id}/accept",
        Meeting(AcceptInvitation),
    ),
    (
        "post",
        "/v1/meetings/{id}/decline",
        Meeting(DeclineInvitation),
    ),
    ("post", "/v1/meetings/{id}/join", Meeting(JoinMeeting)),
    ("post", "/v1/meetings/{id}/host", Meeting(HandOverHost)),
    ("post", "/v1/meetings/{id}/hand", Meeting(RaiseHand)),
    ("delete", "/v1/meetings/{id}/hand", Meeting(RaiseHand)),
    (
        "post",
        "/v1/meetings/{id}/speakers/next",
        Meeting(CallSpeaker),
    ),
    (
        "delete",
        "/v1/meetings/{id}/speakers/{user}",
        Meeting(CallSpeaker),
    ),
    (
        "post",
        "/v1/meetings/{id}/transcription/pause",
        Meeting(ControlTranscription),
    ),
    (
        "post",
        "/v1/meetings/{id}/transcription/resume",
        Meeting(ControlTranscription),
    ),
    ("post", "/v1/meetings/{id}/start", Meeting(StartMeeting)),
    ("post", "/v1/meetings/{id}/end", Meeting(EndMeeting)),
    ("post", "/v1/meetings/{id}/leave", Meeting(LeaveMeeting)),
    (
        "get",
        "/v1/meetings/{id}/participants",
        Meeting(ReadParticipants),
    ),
    ("post", "/v1/meetings/{id}/participants", Meeting(Invite)),
    (
        "delete",
        "/v1/meetings/{id}/participants/{who}",
        Meeting(RemoveParticipant),
    ),
    (
        "patch",
        "/v1/meetings/{id}/participants/{who}",
        Meeting(ChangeParticipant),
    ),
    (
        "post",
        "/v1/meetings/{id}/participants/{who}/approve",
        Meeting(AnswerRequest),
    ),
    (
        "post",
        "/v1/meetings/{id}/participants/{who}/refuse",
        Meeting(AnswerRequest),
    ),
    ("get", "/v1/meetings/{id}/notes", Meeting(ReadNote)),
    ("get", "/v1/meetings/{id}/notes/ops", Meeting(ReadNote)),
    ("post", "/v1/meetings/{id}/notes/ops", Meeting(WriteNote)),
    ("get", "/v1/meetings/{id}/notes/history", Meeting(ReadNote)),
    (
        "get",
        "/v1/meetings/{id}/notes/versions/{n}",
        Meeting(ReadNote),
    ),
    (
        "post",
        "/v1/meetings/{id}/notes/versions/{n}/restore",
        Meeting(WriteNote),
    ),
    (
        "get",
        "/v1/meetings/{id}/transcript",
        Meeting(ReadTranscript),
    ),
    ("get", "/v1/meetings/{id}/segments", Meeting(ReadTranscript)),
    ("get", "/v1/search", SignedIn),
    (
        "post",
        "/v1/meetings/{id}/transcript",
        Meeting(AppendTranscript),
    ),
    ("get", "/v1/meetings/{id}/messages", Meeting(ReadChat)),
    ("post", "/v1/meetings/{id}/messages", Meeting(WriteChat)),
    (
        "patch",
        "/v1/meetings/{id}/messages/{message}",
        Meeting(WriteChat),
    ),
    (
        "delete",
        "/v1/meetings/{id}/messages/{message}",
        Meeting(WriteChat),
    ),
    (
        "put",
        "/v1/meetings/{id}/messages/{message}/reactions/{emoji}",
        Meeting(WriteChat),
    ),
    (
        "delete",
        "/v1/meetings/{id}/messages/{message}/reactions/{emoji}",
        Meeting(WriteChat),
    ),
    (
        "post",
        "/v1/meetings/{id}/transcript/{provider}",
        Meeting(AppendTranscript),
    ),
    (
        "get",
        "/v1/meetings/{id}/service-tokens",
        Meeting(UpdateMeeting),
    ),
    (
        "post",
        "/v1/meetings/{id}/service-tokens",
        Meeting(UpdateMeeting),
    ),
    (
        "delete",
        "/v1/meetings/{id}/service-tokens/{tokenId}",
        Meeting(UpdateMeeting),
    ),
    (
        "get",
        "/v1/meetings/{id}/transcript/export",
        Meeting(ReadTranscript),
    ),
    (
        "get",
        "/v1/meetings/{id}/transcript/speakers",
        Meeting(ReadTranscript),
    ),
    (
        "put",
        "/v1/meetings/{id}/transcript/speakers/{label}",
        Meeting(RenameSpeaker),
    ),
    (
        "get",
        "/v1/meetings/{id}/entitlements",
        Meeting(ReadMeeting),
    ),
    ("get", "/v1/me/entitlements", SignedIn),
    ("get", "/v1/flags", SignedIn),
    ("get", "/v1/orgs", SignedIn),
    ("post", "/v1/orgs", SignedIn),
    ("get", "/v1/orgs/{id}", OrgMember),
    ("delete", "/v1/orgs/{id}", OrgAdmin),
    ("post", "/v1/orgs/{id}/accept", OrgInvited),
    ("get", "/v1/orgs/{id}/invitations", OrgAdmin),
    ("delete", "/v1/orgs/{id}/invitations/{email}", OrgAdmin),
    ("get", "/v1/orgs/{id}/members", OrgMember),
    ("post", "/v1/orgs/{id}/members", OrgAdmin),
    ("put", "/v1/orgs/{id}/members/{user}", OrgAdmin),
    ("delete", "/v1/orgs/{id}/members/{user}", OrgAdmin),
    ("post", "/v1/webhooks/billing", Signed),
    ("post", "/v1/webhooks/workos", Signed),
    ("get", "/v1/admin/audit", Admin),
    ("get", "/v1/admin/users", Admin),
    ("get", "/v1/admin/users/{id}", Admin),
    ("patch", "/v1/admin/users/{id}", Admin),
    ("get", "/v1/admin/orgs", Admin),
    ("get", "/v1/admin/orgs/{id}", Admin),
    ("put", "/v1/admin/orgs/{id}/entitlements/{key}", Admin),
    ("delete", "/v1/admin/orgs/{id}/entitlements/{key}", Admin),
    ("get", "/v1/admin/flags", Admin),
    ("get", "/v1/admin/flags/{key}", Admin),
    ("put", "/v1/admin/flags/{key}", Admin),
    ("delete", "/v1/admin/flags/{key}", Admin),
];

/// The gate of a route; `None` for one that is not in the table.
#[must_use]
pub fn gate(method: &str, path: &str) -> Option<Gate> {
    let is = |row: &&(&str, &str, Gate)| row.0 == method && row.1 == path;
    ROUTES.iter().find(is).map(|row| row.2)
}
