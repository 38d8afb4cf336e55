//! What somebody reaches → text for people, or JSON.

use std::fmt::Write as _;

use serde::Serialize;

use super::json::WayView;
use super::phrases;
use super::style::{faint, narrow, strong};
use crate::check::assertions::name;
use crate::diagnostic::words::count;
use crate::model::{Holder, Program, SurfaceKind};
use crate::reach::Reached;
use crate::timeline::Moment;

/// Project, question and answer.
#[derive(Debug, Clone, Copy)]
pub struct View<'v> {
    /// The project.
    pub program: &'v Program,
    /// Who asks.
    pub holder: Holder,
    /// Where and when.
    pub moment: Moment,
    /// The answer.
    pub reached: &'v Reached,
}

/// The answer as text, with styles: a line for each surface, by kind.
#[must_use]
pub fn human(view: View<'_>) -> String {
    // Writing to a string does not fail, so the results are dropped throughout.
    let mut text = String::new();
    let who = name(view.program, view.holder).replace('`', "");
    let moment = phrases::moment(view.program, view.moment);
    let opened = count(view.reached.opened.len(), "surface");
    let _ = writeln!(text, "{} reaches {opened}{moment}", strong(&who));
    let mut kind = "";
    for opened in &view.reached.opened {
        let surface = &view.program.surfaces[opened.surface];
        let own = kind_name(&surface.kind);
        if own != kind {
            kind = own;
            let _ = writeln!(text, "\n{kind}s");
        }
        let ways: Vec<String> = opened.ways.iter().map(|way| phrases::way(view.program, *way)).collect();
        let _ = writeln!(text, "  {}  {}", surface.title(), narrow(&ways.join("; ")));
    }
    let open = format!("and {} open to anybody", count(view.reached.open, "surface"));
    let unstated = match view.reached.unstated {
        0 => String::new(),
        number => format!(", besides {number} of which no source says who may use them"),
    };
    let _ = writeln!(text, "\n{}", faint(&(open + &unstated)));
    text
}

fn kind_name(kind: &SurfaceKind) -> &'static str {
    match kind {
        SurfaceKind::Endpoint(_) => "endpoint",
        SurfaceKind::Topic => "topic",
        SurfaceKind::View => "view",
    }
}

#[derive(Debug, Serialize)]
struct SurfaceView<'s> {
    kind: &'static str,
    surface: String,
    ways: Vec<WayView<'s>>,
}

#[derive(Debug, Serialize)]
struct AnswerView<'s> {
    who: String,
    surfaces: Vec<SurfaceView<'s>>,
    open: usize,
    unstated: usize,
}

/// The answer as JSON.
///
/// # Errors
///
/// None in practice: the form has nothing that JSON can't say.
pub fn json(view: View<'_>) -> serde_json::Result<String> {
    let surfaces = view.reached.opened.iter().map(|opened| {
        let surface = &view.program.surfaces[opened.surface];
        let ways = opened.ways.iter().map(|way| WayView::new(view.program, *way));
        SurfaceView { kind: kind_name(&surface.kind), surface: surface.title(), ways: ways.collect() }
    });
    serde_json::to_string_pretty(&AnswerView {
        who: name(view.program, view.holder).replace('`', ""),
        surfaces: surfaces.collect(),
        open: view.reached.open,
        unstated: view.reached.unstated,
    })
}
