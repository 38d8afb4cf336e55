//! Users, groups, and the roles that they are given.

use super::{AllowFinding, Name, Scope, Selector, Text};

/// `group NAME …`.
#[derive(Debug)]
pub struct Group {
    /// Its name.
    pub name: Name,
    /// What people call it.
    pub title: Option<Text>,
    /// The groups that it is in.
    pub member_of: Vec<Name>,
    /// Roles that each member must have.
    pub requires: Vec<Name>,
    /// Findings silenced in it.
    pub allowed_findings: Vec<AllowFinding>,
}

/// `user "NAME" …`.
#[derive(Debug)]
pub struct User {
    /// Its name, such as an address.
    pub name: Text,
    /// What people call it.
    pub title: Option<Text>,
    /// Whether it created the organisation.
    pub creator: bool,
    /// The groups that it is in.
    pub member_of: Vec<Name>,
    /// Findings silenced in it.
    pub allowed_findings: Vec<AllowFinding>,
}

/// `assign ROLE to …`.
#[derive(Debug)]
pub struct Assignment {
    /// The role.
    pub role: Name,
    /// Who is given it.
    pub to: Recipients,
    /// Where; in the home division if absent.
    pub scope: Option<Scope>,
    /// Findings silenced in it.
    pub allowed_findings: Vec<AllowFinding>,
}

/// Who is given a role.
#[derive(Debug)]
pub enum Recipients {
    /// `to group G, …`.
    Groups(Vec<Name>),
    /// `to user "U", …`.
    Users(Vec<Text>),
}

/// `application NAME owns SELECTOR, …`.
#[derive(Debug)]
pub struct Application {
    /// Its name.
    pub name: Name,
    /// What people call it.
    pub title: Option<Text>,
    /// Its permissions.
    pub owns: Vec<Selector>,
    /// `unconfigured full-access`: who has no role in it has all of it.
    pub full_access: bool,
    /// Findings silenced in it.
    pub allowed_findings: Vec<AllowFinding>,
}

/// `old option role R on user "U" in APPLICATION`.
#[derive(Debug)]
pub struct OldOption {
    /// The role.
    pub role: Name,
    /// The user.
    pub user: Text,
    /// The application in which it replaces what groups give.
    pub application: Name,
    /// Findings silenced in it.
    pub allowed_findings: Vec<AllowFinding>,
}
