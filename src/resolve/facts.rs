//! What is said at one level of the catalog, and where; the same fact with two values is a conflict.

use std::collections::BTreeSet;

use crate::catalog::{AllowedConditions, Awareness, Deprecated};
use crate::diagnostic::{Sink, words};
use crate::source::Source;
use crate::span::Span;
use crate::syntax::ast;

/// A value and where it is stated.
#[derive(Debug)]
pub(super) struct Fact<T> {
    pub(super) value: T,
    pub(super) span: Span,
}

impl<T: Clone> Fact<T> {
    pub(super) fn cloned(&self) -> T {
        self.value.clone()
    }
}

/// What is said at one level.
#[derive(Debug, Default)]
pub(super) struct LevelFacts {
    pub(super) awareness: Option<Fact<Awareness>>,
    pub(super) deprecated: Option<Fact<Deprecated>>,
    pub(super) conditions: Option<Fact<AllowedConditions>>,
    pub(super) title: Option<Fact<Box<str>>>,
    since: Option<Fact<jiff::civil::Date>>,
    requires: BTreeSet<Box<str>>,
}

/// Records one fact, or reports that another value stands already.
fn record<T: PartialEq>(
    slot: &mut Option<Fact<T>>,
    fact: Fact<T>,
    what: &str,
    name: &str,
    show: impl Fn(&T) -> String,
    sink: &mut Sink,
) {
    match slot {
        Some(first) if first.value != fact.value => {
            let (new, old) = (show(&fact.value), show(&first.value));
            sink.report(words::catalog::conflicting(what, name, (&new, fact.span), (&old, first.span)));
        }
        Some(_) => {}
        None => *slot = Some(fact),
    }
}

impl LevelFacts {
    /// Records what a declaration says.
    pub(super) fn state(
        &mut self,
        source: &Source,
        name: &str,
        title: Option<ast::Text>,
        attributes: &[ast::Attribute],
        sink: &mut Sink,
    ) {
        if let Some(title) = title {
            let fact = Fact { value: title.value(source).into(), span: title.span };
            record(&mut self.title, fact, "title", name, |title| format!("{title:?}"), sink);
        }
        for ast::Attribute { span, kind } in attributes {
            let span = *span;
            match kind {
                ast::AttributeKind::Aware => self.aware(Fact { value: Awareness::Aware, span }, name, sink),
                ast::AttributeKind::Unaware => self.aware(Fact { value: Awareness::Unaware, span }, name, sink),
                ast::AttributeKind::Deprecated { since, replacement } => {
                    let replacement = replacement.map(|selector| selector.normal(source).into());
                    let value = Deprecated { since: since.map(|date| date.day), replacement };
                    let show = |_: &Deprecated| "deprecated in these words".to_owned();
                    record(&mut self.deprecated, Fact { value, span }, "deprecation", name, show, sink);
                }
                ast::AttributeKind::Since(date) => {
                    record(&mut self.since, Fact { value: date.day, span }, "first day", name, |date| format!("`{date}`"), sink);
                }
                ast::AttributeKind::AnyConditions => self.allow(Fact { value: AllowedConditions::Any, span }, name, sink),
                ast::AttributeKind::Conditions(variables) => {
                    let mut list: Vec<_> =
                        variables.iter().map(|variable| (variable.name.text(source).into(), variable.value_type)).collect();
                    list.sort();
                    list.dedup();
                    self.allow(Fact { value: AllowedConditions::Variables(list), span }, name, sink);
                }
                ast::AttributeKind::Requires(selector) => {
                    self.requires.insert(selector.normal(source).into());
                }
            }
        }
    }

    fn aware(&mut self, fact: Fact<Awareness>, name: &str, sink: &mut Sink) {
        record(&mut self.awareness, fact, "division-awareness", name, |value| (*value).name().to_owned(), sink);
    }

    fn allow(&mut self, fact: Fact<AllowedConditions>, name: &str, sink: &mut Sink) {
        let show = |_: &AllowedConditions| "a list of its own".to_owned();
        record(&mut self.conditions, fact, "conditions", name, show, sink);
    }

    /// How many of these facts are not stated so already.
    pub(super) fn differences(&self, stated: Option<&Self>) -> usize {
        fn differs<T: PartialEq>(mine: Option<&Fact<T>>, theirs: Option<&Fact<T>>) -> bool {
            mine.is_some_and(|mine| theirs.is_none_or(|theirs| theirs.value != mine.value))
        }
        let none = Self::default();
        let stated = stated.unwrap_or(&none);
        [
            differs(self.awareness.as_ref(), stated.awareness.as_ref()),
            differs(self.deprecated.as_ref(), stated.deprecated.as_ref()),
            differs(self.conditions.as_ref(), stated.conditions.as_ref()),
            differs(self.title.as_ref(), stated.title.as_ref()),
            differs(self.since.as_ref(), stated.since.as_ref()),
            !self.requires.is_empty() && self.requires != stated.requires,
        ]
        .into_iter()
        .filter(|differs| *differs)
        .count()
    }
}
