//! What a bundle is asked: who, what, where, with what attributes.

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub(crate) u32);

        impl $name {
            /// The position in the bundle's list, which `bundle.json` has too.
            pub fn position(self) -> u32 {
                self.0
            }
        }
    )*};
}

ids! {
    /// A permission of one bundle.
    PermissionId
    /// A role of one bundle.
    RoleId
    /// A division of one bundle.
    DivisionId
    /// A group of one bundle.
    GroupId
    /// A user of one bundle.
    UserId
    /// An application of one bundle.
    ApplicationId
    /// An object or a folder of one bundle.
    ObjectId
    /// A surface of one bundle.
    SurfaceId
    /// A licence of one bundle.
    LicenseId
    /// A backfill of one bundle.
    BackfillId
    /// A scope of one bundle.
    ScopeId
    /// A condition of one bundle.
    ConditionId
}

/// Who asks, by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject<'r> {
    /// A user.
    User(&'r str),
    /// A group, whose members all may what it may.
    Group(&'r str),
    /// A role by itself.
    Role(&'r str),
}

/// Who asks, found in one bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SubjectId {
    /// A user.
    User(UserId),
    /// A group.
    Group(GroupId),
    /// A role by itself.
    Role(RoleId),
}

/// What a variable of a condition has.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'r> {
    /// A string.
    String(&'r str),
    /// A number.
    Number(f64),
}

/// Names of variables, as `Queue.size`, and what they have.
pub type Attributes<'r> = &'r [(&'r str, Value<'r>)];

/// May this subject do this, here?
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Request<'r> {
    /// Who asks.
    pub subject: Subject<'r>,
    /// The name of the permission.
    pub permission: &'r str,
    /// The division of the object, if it is in one.
    pub division: Option<&'r str>,
    /// The path of the object, if readers may be stated of it.
    pub object: Option<&'r str>,
    /// What conditions ask for.
    pub attributes: Attributes<'r>,
}

impl<'r> Request<'r> {
    /// A request without a division, an object or attributes.
    pub fn new(subject: Subject<'r>, permission: &'r str) -> Self {
        Self { subject, permission, division: None, object: None, attributes: &[] }
    }

    /// In a division.
    #[must_use]
    pub fn within(self, division: &'r str) -> Self {
        Self { division: Some(division), ..self }
    }

    /// On an object that readers may be stated of.
    #[must_use]
    pub fn on(self, object: &'r str) -> Self {
        Self { object: Some(object), ..self }
    }

    /// With attributes.
    #[must_use]
    pub fn with(self, attributes: Attributes<'r>) -> Self {
        Self { attributes, ..self }
    }
}

/// Where something is done, found in one bundle.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Place<'r> {
    /// The division of the object. One that the bundle does not know is none.
    pub division: Option<DivisionId>,
    /// The object, if readers may be stated of it.
    pub object: OnObject,
    /// What conditions ask for.
    pub attributes: Attributes<'r>,
}

/// On what something is done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnObject {
    /// On nothing that readers are stated of.
    #[default]
    None,
    /// On an object.
    Known(ObjectId),
    /// On an object that the bundle does not know: nobody may do there what any object guards.
    Unknown,
}

/// May this subject use this endpoint, topic or view?
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Call<'r> {
    /// Who asks.
    pub subject: Subject<'r>,
    /// What is used.
    pub target: Target<'r>,
    /// The division of the object, if it is in one.
    pub division: Option<&'r str>,
    /// The path of the object, if readers may be stated of it.
    pub object: Option<&'r str>,
    /// What conditions ask for.
    pub attributes: Attributes<'r>,
}

impl<'r> Call<'r> {
    /// A call without a division, an object or attributes.
    pub fn new(subject: Subject<'r>, target: Target<'r>) -> Self {
        Self { subject, target, division: None, object: None, attributes: &[] }
    }

    /// In a division.
    #[must_use]
    pub fn within(self, division: &'r str) -> Self {
        Self { division: Some(division), ..self }
    }
}

/// What is used: real ones, not templates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target<'r> {
    /// A method in capitals, and the path of a request; a query or a fragment after it is left out.
    Endpoint(&'r str, &'r str),
    /// A topic.
    Topic(&'r str),
    /// The title of a view.
    View(&'r str),
}
