//! Users, groups, assignments and applications.

use std::borrow::Cow;
use std::ops::Range;

use rustc_hash::FxHashMap;

use super::{Holder, RoleId};
use crate::id::Id;
use crate::scopes::ScopeId;
use crate::sets::SetId;
use crate::span::Span;

/// Marks ids of groups.
#[derive(Debug)]
pub enum GroupTag {}
/// Names a group; ids order as the names do.
pub type GroupId = Id<GroupTag>;

/// Marks ids of users.
#[derive(Debug)]
pub enum UserTag {}
/// Names a user; ids order as the names do.
pub type UserId = Id<UserTag>;

/// Who has access, and through what.
#[derive(Debug, Default)]
pub struct Subjects {
    /// The groups in order of their names.
    pub groups: Vec<UserGroup>,
    /// The users in order of their names.
    pub users: Vec<User>,
    /// The groups that users are in, each user's side by side.
    pub memberships: Vec<GroupId>,
    /// Every assignment that is declared, in the order of the sources.
    pub assignments: Vec<Assignment>,
    /// Assignments of users, each user's side by side.
    pub given: Vec<u32>,
    /// Groups by name.
    pub group_names: FxHashMap<Box<str>, GroupId>,
    /// Roles that every user has, or the creator alone, without anybody assigning them.
    pub automatic: Vec<Automatic>,
    /// Applications in order of their names.
    pub applications: Vec<Application>,
    /// Old options in the order of the sources.
    pub old_options: Vec<OldOption>,
    /// The same, by their places, in order of their users.
    pub options_by_user: Vec<u32>,
}

/// A group of users.
#[derive(Debug)]
pub struct UserGroup {
    /// Its name.
    pub name: Box<str>,
    /// What people call it.
    pub title: Option<Box<str>>,
    /// The groups that it is in.
    pub member_of: Vec<GroupId>,
    /// It and every group that it is in, by steps, ascending.
    pub lineage: Vec<GroupId>,
    /// Roles that each member must have.
    pub requires: Vec<(RoleId, Span)>,
    /// Its assignments, ascending.
    pub given: Vec<u32>,
    /// Whether an error was reported in it, or it is in a ring.
    pub faulty: bool,
    /// Its name in the declaration.
    pub name_span: Span,
    /// The declaration.
    pub span: Span,
}

/// A user.
#[derive(Debug)]
pub struct User {
    /// Its name.
    pub name: Box<str>,
    /// Whether it created the organisation.
    pub creator: bool,
    /// The groups that it is in, among all memberships.
    pub groups: Range<u32>,
    /// Its own assignments, among all that users are given.
    pub given: Range<u32>,
    /// Whether an error was reported in it.
    pub faulty: bool,
    /// Its name in the declaration.
    pub name_span: Span,
    /// The declaration.
    pub span: Span,
}

/// A role that somebody is given.
#[derive(Debug, Clone, Copy)]
pub struct Assignment {
    /// The role.
    pub role: RoleId,
    /// Where.
    pub scope: ScopeId,
    /// Whether divisions are written: the home division confines nobody here.
    pub confined: bool,
    /// The role's name in the declaration.
    pub role_span: Span,
    /// The divisions written after `in`; empty without.
    pub scope_span: Span,
    /// The declaration.
    pub span: Span,
}

/// A role that comes by itself.
#[derive(Debug, Clone, Copy)]
pub struct Automatic {
    /// The role.
    pub role: RoleId,
    /// To every user rather than to the creator.
    pub to_all: bool,
}

/// A program that has permissions of its own.
#[derive(Debug)]
pub struct Application {
    /// Its name.
    pub name: Box<str>,
    /// What people call it.
    pub title: Option<Box<str>>,
    /// Its permissions.
    pub owns: SetId,
    /// Where it is said that who has no role in it has all of it.
    pub full_access: bool,
    /// Its name in the declaration.
    pub name_span: Span,
    /// The declaration.
    pub span: Span,
}

/// What replaces, in an application, all that groups give to a user.
#[derive(Debug, Clone, Copy)]
pub struct OldOption {
    /// The role.
    pub role: RoleId,
    /// The user.
    pub user: UserId,
    /// The application, by its place.
    pub application: usize,
    /// The declaration.
    pub span: Span,
}

impl Subjects {
    /// Whether nobody is declared.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty() && self.users.is_empty()
    }

    /// The groups and then the users, in order of their names.
    pub fn everybody(&self) -> impl Iterator<Item = Holder> + use<> {
        let groups = (0..self.groups.len()).map(|at| Holder::Group(GroupId::new(at)));
        groups.chain((0..self.users.len()).map(|at| Holder::User(UserId::new(at))))
    }

    /// A group.
    #[must_use]
    pub fn group(&self, id: GroupId) -> &UserGroup {
        &self.groups[id.index()]
    }

    /// A user.
    #[must_use]
    pub fn user(&self, id: UserId) -> &User {
        &self.users[id.index()]
    }

    /// The user of a name.
    #[must_use]
    pub fn find_user(&self, name: &str) -> Option<UserId> {
        self.users.binary_search_by(|user| (*user.name).cmp(name)).ok().map(UserId::new)
    }

    /// The groups that a user is in itself.
    #[must_use]
    pub fn groups_of(&self, user: UserId) -> &[GroupId] {
        let range = &self.user(user).groups;
        &self.memberships[range.start as usize..range.end as usize]
    }

    /// The assignments of a user itself.
    #[must_use]
    pub fn given_to(&self, user: UserId) -> &[u32] {
        let range = &self.user(user).given;
        &self.given[range.start as usize..range.end as usize]
    }

    /// The old options of a user, by their places among all.
    #[must_use]
    pub fn options_of(&self, user: UserId) -> &[u32] {
        let of = |at: &u32| self.old_options[*at as usize].user;
        let rest = &self.options_by_user[self.options_by_user.partition_point(|at| of(at) < user)..];
        &rest[..rest.partition_point(|at| of(at) == user)]
    }

    /// Every group that a user is in, by steps, ascending.
    #[must_use]
    pub fn lineage(&self, user: UserId) -> Cow<'_, [GroupId]> {
        match self.groups_of(user) {
            [] => Cow::Borrowed(&[]),
            [group] => Cow::Borrowed(&self.group(*group).lineage),
            groups => {
                let mut lineage: Vec<GroupId> =
                    groups.iter().flat_map(|group| self.group(*group).lineage.iter().copied()).collect();
                lineage.sort_unstable();
                lineage.dedup();
                Cow::Owned(lineage)
            }
        }
    }
}
