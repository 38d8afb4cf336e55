//! The mapped form, by its own reader.

use rolec_bundle::{Bundle, Call, Day, Document, Request as Question, State, Subject, Target, Value};

use crate::engine::{Attribute, Engine, Kind, Request, Used};

/// A bundle that was written and is read again.
pub struct Mapped {
    bundle: Bundle,
}

impl Mapped {
    /// Writes a document, and opens what was written.
    ///
    /// # Errors
    ///
    /// If either fails.
    pub fn new(document: &Document) -> Result<Self, String> {
        let bytes = rolec_bundle::mapped::write(document).map_err(|error| error.to_string())?;
        let bundle = Bundle::from_bytes(bytes).map_err(|error| error.to_string())?;
        Ok(Self { bundle })
    }

    /// The bundle in the request's region on its day; nothing if it has no such region, or no epoch that has the day.
    fn state(&self, request: &Request) -> Option<State<'_>> {
        let day = match &request.day {
            None => None,
            Some(day) => Some(day.parse::<Day>().ok()?),
        };
        self.bundle.at(request.region.as_deref(), day).ok()
    }

    /// Whether somebody may use an endpoint, a topic or a view.
    pub fn reach(&self, used: &Used, request: &Request) -> bool {
        let target = match used {
            Used::Endpoint(method, path) => Target::Endpoint(method, path),
            Used::Topic(topic) => Target::Topic(topic),
            Used::View(title) => Target::View(title),
        };
        let attributes = attributes(request);
        let call = Call {
            division: request.division.as_deref(),
            object: request.object.as_deref(),
            attributes: &attributes,
            ..Call::new(subject(request), target)
        };
        self.state(request).is_some_and(|state| state.reach(&call).allowed())
    }
}

fn subject(request: &Request) -> Subject<'_> {
    match request.subject.0 {
        Kind::Group => Subject::Group(&request.subject.1),
        Kind::Role => Subject::Role(&request.subject.1),
        Kind::User => Subject::User(&request.subject.1),
    }
}

fn attributes(request: &Request) -> Vec<(&str, Value<'_>)> {
    let value = |value| match value {
        &Attribute::Number(number) => Value::Number(number),
        Attribute::String(text) => Value::String(text),
    };
    request.attributes.iter().map(|(name, own)| (&**name, value(own))).collect()
}

impl Engine for Mapped {
    fn name(&self) -> &'static str {
        "mapped"
    }

    fn decide(&mut self, request: &Request) -> Result<Option<bool>, String> {
        let attributes = attributes(request);
        let question = Question {
            division: request.division.as_deref(),
            object: request.object.as_deref(),
            attributes: &attributes,
            ..Question::new(subject(request), &request.permission)
        };
        Ok(Some(self.state(request).is_some_and(|state| state.decide(&question).allowed)))
    }
}
