//! Who asks, for what, where and with which attributes: names → ids.

use crate::conditions::Operand;
use crate::diagnostic::{nearest, words};
use crate::model::{Holder, Program, Target};
use crate::scopes::{DivisionId, ScopeId, Scopes};
use crate::who;

use super::{Asking, KNOWN, unknown};

impl Asking {
    /// The role, group or user of a name; `group NAME` and the like say which.
    ///
    /// # Errors
    ///
    /// Nobody has the name, several have, or an error keeps a role from having a meaning.
    pub fn holder(&self, name: &str) -> miette::Result<Holder> {
        if let Some(name) = name.strip_prefix("role ") {
            return self.role(name).map(|role| Holder::Role(role, Scopes::all()));
        }
        let subjects = &self.compilation.program.subjects;
        let group = |name: &str| subjects.group_names.get(name).copied().map(Holder::Group);
        let user = |name: &str| subjects.find_user(name).map(Holder::User);
        let found = match (name.strip_prefix("group "), name.strip_prefix("user ")) {
            (Some(name), _) => group(name),
            (_, Some(name)) => user(name),
            _ => {
                let (group, user) = (group(name), user(name));
                let role = self.compilation.program.find_role(name);
                if [group.is_some(), user.is_some(), role.is_some()].into_iter().filter(|found| *found).count() > 1 {
                    let help = format!("say which is meant: `\"role {name}\"`, `\"group {name}\"` or `\"user {name}\"`");
                    return Err(miette::miette!(help = help, "a role and a subject are named `{name}`"));
                }
                group.or(user)
            }
        };
        match found {
            Some(found) => Ok(found),
            None if subjects.is_empty() => self.role(name).map(|role| Holder::Role(role, Scopes::all())),
            None if self.compilation.program.find_role(name).is_some() => {
                self.role(name).map(|role| Holder::Role(role, Scopes::all()))
            }
            None => Err(self.nobody(name)),
        }
    }

    fn nobody(&self, name: &str) -> miette::Report {
        let program = &self.compilation.program;
        let roles = program.roles.iter().map(|role| &*role.name);
        let groups = program.subjects.groups.iter().map(|group| &*group.name);
        let users = program.subjects.users.iter().map(|user| &*user.name);
        let meant = nearest::name(name, roles.chain(groups).chain(users));
        unknown("no role, group or user is named", name, meant, self.unread())
    }

    /// The object of a path, if there is one.
    #[must_use]
    pub fn object(&self, name: &str) -> Option<usize> {
        self.compilation.program.find_object(name.strip_prefix("object ").unwrap_or(name))
    }

    /// The permission, surface or object of a name.
    ///
    /// # Errors
    ///
    /// The project has nothing of that name.
    pub fn object_or_target(&mut self, name: &str) -> miette::Result<Target> {
        if let Some(object) = self.object(name) {
            return Ok(Target::Object(object));
        }
        Ok(match self.target(name)? {
            who::Target::Surface(surface) => Target::Surface(surface),
            who::Target::Permission(permission) => Target::Permissions(self.compilation.program.sets.intern(&[permission.raw()])),
        })
    }

    /// The scope of divisions and sets of them between commas, or `all`.
    ///
    /// # Errors
    ///
    /// The project has no such division.
    pub fn scope(&mut self, names: &str) -> miette::Result<ScopeId> {
        let program = &mut self.compilation.program;
        let mut scope = Scopes::empty();
        for name in names.split(',').map(str::trim) {
            let one = one_scope(program, name)?;
            scope = program.scopes.union(scope, one);
        }
        Ok(scope)
    }
}

fn one_scope(program: &mut Program, name: &str) -> miette::Result<ScopeId> {
    if name == "all" {
        return Ok(Scopes::all());
    }
    if let Ok(at) = program.divisions.binary_search_by(|division| (*division.name).cmp(name)) {
        return Ok(program.scopes.of([DivisionId::new(at)]));
    }
    if let Some(set) = program.division_sets.iter().find(|set| *set.name == *name && !set.ringed) {
        return Ok(set.scope);
    }
    let sets = program.division_sets.iter().map(|set| &*set.name);
    let names: Vec<&str> = program.divisions.iter().map(|division| &*division.name).chain(sets).collect();
    let known = (!names.is_empty()).then(|| format!("the project has {}", words::some_of(&names, KNOWN)));
    Err(unknown("no division is named", name, nearest::name(name, names.iter().copied()), known))
}

/// An attribute as `NAME=VALUE`; what looks like a number is one, and quotes make it a string.
///
/// # Errors
///
/// It has no `=`.
pub fn attribute(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write it as NAME=VALUE")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

/// The attributes of a request.
#[must_use]
pub fn attributes(given: &[(String, String)]) -> Vec<(Box<str>, Operand)> {
    let value = |text: &str| {
        let quoted = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        match (quoted, text.parse::<f64>()) {
            (None, Ok(_)) => Operand::number(text),
            (quoted, _) => Operand::String(quoted.unwrap_or(text).into()),
        }
    };
    given.iter().map(|(name, text)| (name.as_str().into(), value(text))).collect()
}
