//! The events that wait to happen to a role.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use jiff::civil::Date;

use super::Event;

/// The events of a calendar in order of their dates.
#[derive(Debug)]
pub(super) struct Events {
    pub(super) list: Vec<(Date, Event)>,
    /// By place in the list: the place of its day's first event.
    days: Vec<u32>,
    /// By active backfill: the place of its event, or [`NONE`].
    places: Vec<u32>,
}

const NONE: u32 = u32::MAX;

impl Events {
    /// Of a calendar; `backfills` are the active ones by their places in the program, ascending.
    pub(super) fn new(events: &[(Date, Vec<Event>)], backfills: &[usize]) -> Self {
        let (mut list, mut days, mut places) = (Vec::new(), Vec::new(), vec![NONE; backfills.len()]);
        for (date, events) in events {
            let day = u32::try_from(list.len()).unwrap_or(NONE);
            for event in events {
                if let Ok(active) = backfills.binary_search(&event.backfill) {
                    places[active] = u32::try_from(list.len()).unwrap_or(NONE);
                }
                list.push((*date, *event));
                days.push(day);
            }
        }
        Self { list, days, places }
    }

    /// The place in the list of the event of an active backfill, if it has one here.
    pub(super) fn place(&self, active: u32) -> Option<u32> {
        self.places.get(active as usize).copied().filter(|place| *place != NONE)
    }
}

/// Events that wait, each once: earlier days first, then earlier rounds of that day, then in their order.
#[derive(Debug, Default)]
pub(super) struct Queue {
    /// Those that nothing has set off but what the role holds at first, the next one last.
    due: Vec<u32>,
    /// Those that others have set off, by day, round and place.
    set_off: BinaryHeap<Reverse<(u32, u32, u32)>>,
    /// By event: whether it waits.
    waits: Vec<bool>,
}

impl Queue {
    /// Lets events wait that nothing has set off but what a role holds at first.
    pub(super) fn begin(&mut self, events: &Events, active: &[u32]) {
        self.waits.resize(events.list.len(), false);
        self.due.extend(active.iter().filter_map(|active| events.place(*active)));
        self.due.sort_unstable_by_key(|at| Reverse(*at));
        self.due.iter().for_each(|at| self.waits[*at as usize] = true);
    }

    /// Lets an event wait that has been set off by another one, unless its day has passed: in the same round if it comes
    /// later, else in the next.
    pub(super) fn set_off(&mut self, events: &Events, at: u32, (round, by): (u32, u32)) {
        let day = events.days[at as usize];
        let same_day = day == events.days[by as usize];
        let round = match (at > by, same_day) {
            (true, true) => round,
            (true, false) => 0,
            (false, true) => round + 1,
            (false, false) => return,
        };
        if !std::mem::replace(&mut self.waits[at as usize], true) {
            self.set_off.push(Reverse((day, round, at)));
        }
    }

    /// The next round and event.
    pub(super) fn pop(&mut self, events: &Events) -> Option<(u32, u32)> {
        let due = self.due.last().map(|at| (events.days[*at as usize], 0, *at));
        let set_off = self.set_off.peek().map(|Reverse(next)| *next);
        let (_, round, at) = if due.is_some_and(|due| set_off.is_none_or(|set_off| due < set_off)) {
            self.due.pop();
            due
        } else {
            self.set_off.pop();
            set_off
        }?;
        self.waits[at as usize] = false;
        Some((round, at))
    }
}
