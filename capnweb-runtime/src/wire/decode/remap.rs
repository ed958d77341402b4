//! From JSON to mappers.

use super::value::{Decoder, Depth, read_path};
use crate::ids::WireId;
use crate::wire::error::DecodeError;
use crate::wire::json::{Elements, Json};
use crate::wire::reference::{Capture, Expr, Remap};

impl Decoder<'_> {
    /// Reads the operands of `remap` behind the id (W-46).
    pub(super) fn remap(
        &self,
        id: WireId,
        mut operands: Elements<'_>,
        depth: Depth,
    ) -> Result<Option<Remap>, DecodeError> {
        let (
            Some(Json::Array(path)),
            Some(Json::Array(captures)),
            Some(Json::Array(instructions)),
            None,
        ) = (
            operands.next(),
            operands.next(),
            operands.next(),
            operands.next(),
        )
        else {
            return Ok(None);
        };
        let Some(path) = read_path(path) else {
            return Ok(None);
        };
        let captures = captures.map(capture).collect::<Result<_, _>>()?;
        let instructions = instructions.map(|instruction| self.instruction(instruction, depth));
        Ok(Some(Remap {
            id,
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
    if let Json::Array(mut elements) = json.clone()
        && let (Some(Json::String(tag)), Some(Json::Number(id)), None) =
            (elements.next(), elements.next(), elements.next())
    {
        match tag {
            "import" => return Ok(Capture::Import(WireId(id))),
            "export" => return Ok(Capture::Export(WireId(id))),
            _ => {}
        }
    }
    Err(DecodeError::unknown_map_capture(json))
}
