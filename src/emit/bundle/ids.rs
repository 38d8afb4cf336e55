//! Id lists: ids in ascending order, three or more that follow on one another as the first and the last.
//!
//! Half of a bundle is the id lists of sets, so those are put together from ready texts of the numbers.

use serde::Serialize;

/// An element of an id list.
#[derive(Serialize)]
#[serde(untagged)]
enum Element {
    One(u32),
    /// The first and the last.
    Run(u32, u32),
}

/// The run that is not known to have ended, of runs that come in ascending order.
#[derive(Default)]
struct Open(Option<(u32, u32)>);

impl Open {
    /// Takes the next run, and gives the one before where the two don't touch.
    fn add(&mut self, first: u32, last: u32) -> Option<(u32, u32)> {
        match &mut self.0 {
            Some((_, end)) if *end + 1 == first => {
                *end = last;
                None
            }
            run => run.replace((first, last)),
        }
    }
}

/// Calls for each element that a whole run makes.
fn elements((first, last): (u32, u32), mut visit: impl FnMut(Element)) {
    if last - first > 1 {
        return visit(Element::Run(first, last));
    }
    visit(Element::One(first));
    if last > first {
        visit(Element::One(last));
    }
}

/// The id list of a few ids.
#[derive(Serialize)]
pub(super) struct Ids(Vec<Element>);

impl Ids {
    /// The list of ids in ascending order.
    pub(super) fn new(ids: impl IntoIterator<Item = u32>) -> Self {
        let (mut open, mut list) = (Open::default(), Vec::new());
        for run in ids.into_iter().filter_map(|id| open.add(id, id)) {
            elements(run, |element| list.push(element));
        }
        if let Some(run) = open.0 {
            elements(run, |element| list.push(element));
        }
        Self(list)
    }
}

/// Bytes of the longest number and the comma after it.
const WIDTH: usize = 11;

/// A number with a comma after it.
#[derive(Debug, Clone, Copy)]
struct Text {
    bytes: [u8; WIDTH],
    length: u8,
}

/// The texts of all ids below a bound.
#[derive(Debug, Default)]
pub(super) struct Texts(Vec<Text>);

impl Texts {
    pub(super) fn new(bound: usize) -> Self {
        let text = |id: usize| {
            let text = format!("{id},");
            let mut bytes = [0; WIDTH];
            bytes.iter_mut().zip(text.bytes()).for_each(|(to, from)| *to = from);
            Text { bytes, length: u8::try_from(text.len()).unwrap_or(0) }
        };
        Self((0..bound).map(text).collect())
    }

    /// Begins an id list at the end of a text.
    pub(super) fn list<'t>(&'t self, out: &'t mut Vec<u8>) -> List<'t> {
        out.push(b'[');
        List { texts: self, open: Open::default(), out }
    }

    fn append(&self, id: u32, out: &mut Vec<u8>) {
        let Text { bytes, length } = &self.0[id as usize];
        // Copying a fixed number of bytes is quicker than copying as many as there are.
        out.extend_from_slice(bytes);
        out.truncate(out.len() - (WIDTH - usize::from(*length)));
    }
}

/// An id list as it is written.
pub(super) struct List<'t> {
    texts: &'t Texts,
    open: Open,
    out: &'t mut Vec<u8>,
}

impl List<'_> {
    /// Adds a run of ids after those before.
    pub(super) fn add(&mut self, first: u32, last: u32) {
        if let Some(run) = self.open.add(first, last) {
            self.write(run);
        }
    }

    fn write(&mut self, run: (u32, u32)) {
        elements(run, |element| match element {
            Element::One(id) => self.texts.append(id, self.out),
            Element::Run(first, last) => {
                self.out.push(b'[');
                self.texts.append(first, self.out);
                self.texts.append(last, self.out);
                self.out.pop();
                self.out.extend_from_slice(b"],");
            }
        });
    }

    /// Ends the list.
    pub(super) fn end(mut self) {
        if let Some(run) = self.open.0 {
            self.write(run);
        }
        // The comma after the last element, if there is one.
        self.out.pop_if(|byte| *byte == b',');
        self.out.push(b']');
    }
}
