//! Organisations: their fields, their members, and who decides in them.

use crate::error::{ErrorCode, Problem};
use crate::id::{OrgId, UserId};
use crate::meeting::validate_email;
use serde::{Deserialize, Serialize};

/// A member's standing in an organisation; in order, the one that decides last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum OrgRole {
    /// Belongs to it.
    Member,
    /// Decides who belongs to it.
    Admin,
}

impl OrgRole {
    /// Every role.
    pub const ALL: [Self; 2] = [Self::Member, Self::Admin];

    /// The role's wire name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Member => "member",
        }
    }

    /// The role of a wire name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }
}

/// Whether somebody belongs to an organisation already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum OrgStatus {
    /// Belongs to it.
    Active,
    /// Is asked to, and has not accepted: until then it counts for nothing.
    Pending,
}

/// What a member may ask of an organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OrgAction {
    /// See it and its members.
    Read,
    /// Add and remove members, and change their roles.
    ManageMembers,
    /// Belong to it no longer.
    Leave,
    /// Close it for good.
    Close,
}

impl OrgAction {
    /// Every action.
    pub const ALL: [Self; 4] = [Self::Read, Self::ManageMembers, Self::Leave, Self::Close];

    /// The action's name in the audit log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "readOrg",
            Self::ManageMembers => "manageMembers",
            Self::Leave => "leaveOrg",
            Self::Close => "closeOrg",
        }
    }
}

/// Whether a member with `role` may do `action`.
///
/// # Errors
/// `FORBIDDEN` when the role is too low.
pub fn can(role: OrgRole, action: OrgAction) -> Result<(), Problem> {
    let least = match action {
        OrgAction::Read | OrgAction::Leave => OrgRole::Member,
        OrgAction::ManageMembers | OrgAction::Close => OrgRole::Admin,
    };
    if role >= least {
        return Ok(());
    }
    let detail = "this is for the organisation's administrators";
    Err(Problem::new(ErrorCode::Forbidden, detail).because("role"))
}

/// Whether an organisation may lose an administrator beside whom there are `others`.
///
/// # Errors
/// `CONFLICT` when it is the last.
pub fn spare_admin(others: u64) -> Result<(), Problem> {
    if others > 0 {
        return Ok(());
    }
    Err(Problem::new(
        ErrorCode::Conflict,
        "an organisation keeps one administrator: name another first, or close it",
    ))
}

/// Whether an administrator beside whom there are `others` may close the organisation:
/// the last one may.
///
/// # Errors
/// `CONFLICT` when there are others.
pub fn may_close(others: u64) -> Result<(), Problem> {
    if others == 0 {
        return Ok(());
    }
    Err(Problem::new(
        ErrorCode::Conflict,
        "the last administrator closes an organisation: take the others out first",
    ))
}

/// Longest name, in UTF-16 code units.
pub const NAME_UTF16: usize = 100;

/// Checks a name: 1 to 100 UTF-16 code units beside blanks around it.
///
/// # Errors
/// `VALIDATION_ERROR` at `/name`.
pub fn validate_name(name: &str) -> Result<String, Problem> {
    let name = name.trim().replace('\0', "");
    match name.encode_utf16().count() {
        1..=NAME_UTF16 => Ok(name),
        length => Err(Problem::field(
            "/name",
            format!("{length} UTF-16 code units; 1 to {NAME_UTF16} are allowed"),
        )),
    }
}

/// What a caller asks for when making an organisation.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrgDraft {
    /// Its name; 1 to 100 UTF-16 code units.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 100))]
    pub name: String,
}

/// A stored organisation, as one of its members sees it, or who is asked to be one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Org {
    /// The organisation's id.
    pub id: OrgId,
    /// Its name.
    pub name: String,
    /// The caller's own standing in it; while that is pending, the one offered.
    pub role: OrgRole,
    /// Whether the caller belongs to it already.
    pub status: OrgStatus,
    /// Since when it is there; while pending, since when the caller is asked. In
    /// milliseconds since the Unix epoch.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub created_at: u64,
}

/// What an administrator asks for when inviting a member.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrgMemberDraft {
    /// The address of somebody, with or without an account.
    #[cfg_attr(feature = "openapi", schema(min_length = 3, max_length = 254))]
    pub email: String,
    /// The role given.
    pub role: OrgRole,
}

/// A validated member, not yet stored.
#[derive(Debug, Clone)]
pub struct NewOrgMember {
    email: String,
    role: OrgRole,
}

impl NewOrgMember {
    /// The lower-cased address.
    #[must_use]
    pub fn email(&self) -> &str {
        &self.email
    }

    /// The role given.
    #[must_use]
    pub const fn role(&self) -> OrgRole {
        self.role
    }
}

impl OrgMemberDraft {
    /// Checks the draft.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` for a bad address.
    pub fn validate(self) -> Result<NewOrgMember, Problem> {
        Ok(NewOrgMember {
            email: validate_email(&self.email, "/email")?,
            role: self.role,
        })
    }
}

/// What an administrator asks for when changing a member.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrgRoleDraft {
    /// The role given.
    pub role: OrgRole,
}

/// A member of an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrgMember {
    /// The person.
    pub user_id: UserId,
    /// The person's address, once known.
    pub email: Option<String>,
    /// The person's name.
    pub name: String,
    /// The role held.
    pub role: OrgRole,
    /// Milliseconds since the Unix epoch.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub joined_at: u64,
}

/// Somebody who is asked to belong to an organisation. Whether an account has the
/// address is not told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrgInvitation {
    /// The address, lower-cased.
    pub email: String,
    /// The role offered.
    pub role: OrgRole,
    /// Always pending.
    pub status: OrgStatus,
    /// Since when, in milliseconds since the Unix epoch.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub invited_at: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_read_and_leave_and_administrators_decide() {
        for action in OrgAction::ALL {
            assert!(can(OrgRole::Admin, action).is_ok());
            let expected = matches!(action, OrgAction::Read | OrgAction::Leave);
            assert_eq!(can(OrgRole::Member, action).is_ok(), expected);
        }
    }

    #[test]
    fn the_last_administrator_stays_or_closes() {
        assert!(spare_admin(1).is_ok());
        assert_eq!(spare_admin(0).unwrap_err().code, ErrorCode::Conflict);
        assert!(may_close(0).is_ok());
        assert_eq!(may_close(1).unwrap_err().code, ErrorCode::Conflict);
    }

    #[test]
    fn a_name_has_one_to_a_hundred_units() {
        assert_eq!(validate_name("  Acme ").unwrap(), "Acme");
        assert!(validate_name("  ").is_err());
        assert!(validate_name(&"😀".repeat(51)).is_err());
    }
}
