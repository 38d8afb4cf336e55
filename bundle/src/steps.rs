//! How much a question may still cost.

use crate::mapped::Corrupt;

/// Steps that are left.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Steps(u32);

impl Steps {
    pub(crate) fn new(steps: u32) -> Self {
        Self(steps)
    }

    /// Takes some; none are left over of a bundle that makes a reader work without end.
    #[inline]
    pub(crate) fn take(&mut self, steps: usize) -> Result<(), Corrupt> {
        let steps = u32::try_from(steps).map_err(|_| Corrupt)?;
        self.0 = self.0.checked_sub(steps).ok_or(Corrupt)?;
        Ok(())
    }
}
