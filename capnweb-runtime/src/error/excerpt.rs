//! The beginning of a text that a peer may have chosen.

use std::fmt;

/// A text, cut to what may be repeated (protocol L-28); an ellipsis stands for the rest.
pub(crate) struct Excerpt<'a> {
    text: &'a str,
    characters: usize,
}

impl<'a> Excerpt<'a> {
    /// Takes a short piece, for a name within a sentence.
    pub(crate) const fn of_name(text: &'a str) -> Self {
        let characters = 64;
        Self { text, characters }
    }

    /// Takes a long piece, for a text that the sentence is about.
    pub(crate) const fn of_text(text: &'a str) -> Self {
        let characters = 256;
        Self { text, characters }
    }
}

impl fmt::Display for Excerpt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.text.char_indices().nth(self.characters) {
            None => f.write_str(self.text),
            Some((end, _)) => write!(f, "{}…", self.text.get(..end).unwrap_or_default()),
        }
    }
}
