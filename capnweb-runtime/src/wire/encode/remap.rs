//! From mappers to JSON text.

use super::writer::Writer;
use crate::wire::error::{DecodeError, EncodeError};
use crate::wire::reference::{Capture, Expr, Remap};

impl Writer {
    /// Writes a mapper (W-46).
    pub(super) fn remap(&mut self, remap: &Remap) -> Result<(), EncodeError> {
        self.open("remap");
        self.number(remap.id.0);
        self.path(&remap.path);
        self.captures(&remap.captures);
        self.instructions(&remap.instructions)?;
        self.out.push(']');
        Ok(())
    }

    fn captures(&mut self, captures: &[Capture]) {
        self.out.push_str(",[");
        for (at, capture) in captures.iter().enumerate() {
            if at > 0 {
                self.out.push(',');
            }
            match capture {
                Capture::Import(id) => self.bare_reference("import", *id),
                Capture::Export(id) => self.bare_reference("export", *id),
            }
        }
        self.out.push(']');
    }

    /// Writes the instructions; depth starts anew at each (M-24).
    fn instructions(
        &mut self,
        instructions: &[Result<Expr, DecodeError>],
    ) -> Result<(), EncodeError> {
        self.out.push_str(",[");
        for (at, instruction) in instructions.iter().enumerate() {
            if at > 0 {
                self.out.push(',');
            }
            let instruction = instruction.as_ref();
            self.value(instruction.map_err(|_| EncodeError::Instruction)?, 0)?;
        }
        self.out.push(']');
        Ok(())
    }
}
