//! What lies within what.

use super::Definition;

/// Finds the innermost definition with a body around places that come in order.
pub(super) struct Within<'a> {
    definitions: &'a [Definition],
    next: usize,
    around: Vec<u32>,
}

impl<'a> Within<'a> {
    pub(super) fn new(definitions: &'a [Definition]) -> Within<'a> {
        Within { definitions, next: 0, around: Vec::new() }
    }

    pub(super) fn innermost(&mut self, offset: u32) -> Option<u32> {
        while let Some(definition) = self.definitions.get(self.next)
            && definition.item.start <= offset
        {
            if definition.body.is_some() {
                self.around.push(self.next as u32);
            }
            self.next += 1;
        }
        let ended = |index: &u32| self.definitions[*index as usize].item.end <= offset;
        while self.around.last().is_some_and(ended) {
            self.around.pop();
        }
        self.around.last().copied()
    }
}
