//! What is asked, and of whom.

use std::collections::BTreeMap;

/// What a subject is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A group.
    Group,
    /// A role by itself.
    Role,
    /// A user.
    User,
}

/// What a variable of a condition has.
#[derive(Debug, Clone, PartialEq)]
pub enum Attribute {
    /// A number.
    Number(f64),
    /// A string.
    String(String),
}

/// A question, all of it by name.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Who asks.
    pub subject: (Kind, String),
    /// What for.
    pub permission: String,
    /// The division of the object.
    pub division: Option<String>,
    /// The object, if readers may be stated of it.
    pub object: Option<String>,
    /// What conditions ask for.
    pub attributes: BTreeMap<String, Attribute>,
    /// The region; without one, the default dates count.
    pub region: Option<String>,
    /// The day; without one, the last epoch counts.
    pub day: Option<String>,
}

/// Something that decides.
pub trait Engine {
    /// What it is called.
    fn name(&self) -> &'static str;

    /// Whether it is allowed, or nothing if the engine has no way to be asked this.
    ///
    /// # Errors
    ///
    /// If it breaks.
    fn decide(&mut self, request: &Request) -> Result<Option<bool>, String>;

    /// Decides many requests, which some engines would rather be asked at once.
    ///
    /// # Errors
    ///
    /// If it breaks; with the question, if one did it.
    fn decide_all(&mut self, requests: &[Request]) -> Result<Vec<Option<bool>>, String> {
        requests.iter().map(|request| self.decide(request).map_err(|error| format!("{error}: {request:?}"))).collect()
    }
}

/// What is used: real ones, not templates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Used {
    /// A method and the path of a request.
    Endpoint(String, String),
    /// A topic.
    Topic(String),
    /// The title of a view.
    View(String),
}
