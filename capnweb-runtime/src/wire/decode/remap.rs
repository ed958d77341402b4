//! From JSON to mappers.

use super::value::{Decoder, Depth, read_path};
use crate::ids::WireId;
use crate::wire::error::DecodeError;
use crate::wire::json::Json;
use crate::wire::reference::{Capture, Expr, Remap};

impl Decoder<'_> {
    /// Reads the operands of `remap` (W-46).
    pub(super) fn remap(
        &self,
        operands: &[Json<'_>],
        depth: Depth,
    ) -> Result<Option<Remap>, DecodeError> {
        let [
            Json::Number(id),
            Json::Array(path),
            Json::Array(captures),
            Json::Array(instructions),
        ] = operands
        else {
            return Ok(None);
        };
        let Some(path) = read_path(*path) else {
            return Ok(None);
        };
        let captures = { *captures }.map(capture).collect::<Result<_, _>>()?;
        let instructions =
            { *instructions }.map(|instruction| self.instruction(instruction, depth));
        Ok(Some(Remap {
            id: WireId(*id),
            path,
            captures,
            instructions: instructions.collect(),
        }))
    }

    /// Reads an instruction. One that cannot be read is not the end of the session: it is the
    /// mapper's failure, if ever it runs (M-23).
    fn instruction(&self, json: Json<'_>, depth: Depth) -> Result<Expr, DecodeError> {
        self.value(json, depth.of_instruction())
    }
}

fn capture(json: Json<'_>) -> Result<Capture, DecodeError> {
    if let Json::Array(elements) = json
        && let [Json::String(tag), Json::Number(id)] = elements.first::<3>().as_slice()
    {
        match *tag {
            "import" => return Ok(Capture::Import(WireId(*id))),
            "export" => return Ok(Capture::Export(WireId(*id))),
            _ => {}
        }
    }
    Err(DecodeError::unknown_map_capture(json))
}
