//! Naming conventions: from the snake case of Rust to what the wire wants.

/// A naming convention, as `rename_all` spells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Case {
    Camel,
    Pascal,
    Snake,
    ScreamingSnake,
    Kebab,
    ScreamingKebab,
    Lower,
    Upper,
    AsWritten,
}

impl Case {
    /// Every convention with its spelling.
    pub(crate) const NAMES: [(&'static str, Self); 9] = [
        ("camelCase", Self::Camel),
        ("PascalCase", Self::Pascal),
        ("snake_case", Self::Snake),
        ("SCREAMING_SNAKE_CASE", Self::ScreamingSnake),
        ("kebab-case", Self::Kebab),
        ("SCREAMING-KEBAB-CASE", Self::ScreamingKebab),
        ("lowercase", Self::Lower),
        ("UPPERCASE", Self::Upper),
        ("none", Self::AsWritten),
    ];

    /// Returns the convention spelled like this.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::NAMES
            .iter()
            .find(|(spelling, _)| *spelling == name)
            .map(|(_, case)| *case)
    }

    /// Converts a snake case name exactly as serde does, so that methods and fields agree.
    pub(crate) fn apply(self, name: &str) -> String {
        match self {
            Self::Camel => lower_first(&pascal(name)),
            Self::Pascal => pascal(name),
            Self::ScreamingSnake | Self::Upper => name.to_ascii_uppercase(),
            Self::Kebab => name.replace('_', "-"),
            Self::ScreamingKebab => name.to_ascii_uppercase().replace('_', "-"),
            Self::Snake | Self::Lower | Self::AsWritten => name.to_owned(),
        }
    }
}

fn pascal(name: &str) -> String {
    name.split('_').map(upper_first).collect()
}

fn upper_first(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

fn lower_first(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::Case;

    #[test]
    fn every_convention_converts_as_serde_does() {
        let table = [
            (Case::Camel, "getGpuInfo2"),
            (Case::Pascal, "GetGpuInfo2"),
            (Case::Snake, "get_gpu_info2"),
            (Case::ScreamingSnake, "GET_GPU_INFO2"),
            (Case::Kebab, "get-gpu-info2"),
            (Case::ScreamingKebab, "GET-GPU-INFO2"),
            (Case::AsWritten, "get_gpu_info2"),
        ];
        for (case, expected) in table {
            assert_eq!(case.apply("get_gpu_info2"), expected);
        }
    }

    #[test]
    fn underscores_alone_leave_nothing_and_edges_are_dropped() {
        assert_eq!(Case::Camel.apply("_"), "");
        assert_eq!(Case::Camel.apply("_hidden"), "hidden");
        assert_eq!(Case::Camel.apply("hello"), "hello");
    }

    #[test]
    fn every_spelling_is_found() {
        for (name, case) in Case::NAMES {
            assert_eq!(Case::from_name(name), Some(case));
        }
        assert_eq!(Case::from_name("camel"), None);
    }
}
