//! Whether engines agree with the measure.

use rolec_bundle::Document;

use crate::engine::{Engine, Request};
use crate::naive;

/// How an engine did.
#[derive(Debug, Clone, Default)]
pub struct Agreement {
    /// What the engine is called.
    pub engine: &'static str,
    /// How many questions it answered.
    pub asked: usize,
    /// How many of these it allowed.
    pub allowed: usize,
    /// What it had no way to be asked.
    pub skipped: usize,
    /// The questions that it answered otherwise.
    pub differences: Vec<Request>,
}

/// Asks an engine what the measure is asked.
///
/// # Errors
///
/// If the engine breaks.
pub fn compare(document: &Document, requests: &[Request], engine: &mut dyn Engine) -> Result<Agreement, String> {
    let mut agreement = Agreement { engine: engine.name(), ..Agreement::default() };
    let decisions = engine.decide_all(requests).map_err(|error| format!("{}: {error}", engine.name()))?;
    for (request, decision) in requests.iter().zip(decisions) {
        match decision {
            None => agreement.skipped += 1,
            Some(allowed) => {
                agreement.asked += 1;
                agreement.allowed += usize::from(allowed);
                if allowed != naive::decide(document, request) {
                    agreement.differences.push(request.clone());
                }
            }
        }
    }
    Ok(agreement)
}
