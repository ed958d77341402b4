//! The way from a key to a file name and back.
//!
//! Whatever the key, the name lies within the directory, differs from every other key's even where
//! upper and lower case do not count, and is short enough for every file system: a long one is cut
//! into nested directories.

use std::fmt::Write as _;
use std::path::{Component, Path, PathBuf};

/// Returns the path of a key's file, relative to the storage's directory.
pub(super) fn path_of(key: &str) -> PathBuf {
    let name = encode(key);
    let mut path = PathBuf::new();
    let mut rest = name.as_str();
    while let Some((piece, further)) = rest.split_at_checked(PIECE) {
        path.push(format!("{piece}{CONTINUED}"));
        rest = further;
    }
    path.push(format!("{rest}{END}"));
    path
}

/// Returns the key whose file that is, if it is one.
pub(super) fn key_of(path: &Path) -> Option<String> {
    let mut name = String::new();
    let mut pieces = path.components().peekable();
    while let Some(Component::Normal(piece)) = pieces.next() {
        let ending = if pieces.peek().is_some() {
            CONTINUED
        } else {
            END
        };
        name.push_str(piece.to_str()?.strip_suffix(ending)?);
    }
    let key = decode(&name)?;
    (path_of(&key) == path).then_some(key)
}

/// Returns whether that is the name of a directory in which long keys continue.
pub(super) fn is_continued(name: &str) -> bool {
    name.ends_with(CONTINUED)
}

fn encode(key: &str) -> String {
    let mut name = String::with_capacity(key.len());
    for byte in key.bytes() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' => name.push(char::from(byte)),
            // Writing to a string cannot fail.
            _ => write!(name, "%{byte:02x}").unwrap_or_default(),
        }
    }
    name
}

fn decode(name: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.as_bytes();
    while let Some((&first, further)) = rest.split_first() {
        if first == b'%' {
            let (digits, further) = further.split_at_checked(2)?;
            let digits = std::str::from_utf8(digits).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = further;
        } else {
            bytes.push(first);
            rest = further;
        }
    }
    String::from_utf8(bytes).ok()
}

/// How many bytes of a name stand in one piece: file systems take 255.
const PIECE: usize = 200;
/// Neither ending can be part of an encoded key.
const CONTINUED: &str = "+";
const END: &str = ".json";

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    const HOSTILE: [&str; 14] = [
        "",
        ".",
        "..",
        "../../etc/passwd",
        "/etc/passwd",
        "a/b",
        "a\\b",
        "a\0b",
        "A",
        "a",
        "%61",
        "a+",
        "a.json",
        "schlüssel 🗝",
    ];

    #[test]
    fn no_key_leads_out_of_the_directory() {
        for key in HOSTILE {
            let path = path_of(key);
            for component in path.components() {
                assert!(
                    matches!(component, Component::Normal(_)),
                    "{key:?} gives {path:?}"
                );
            }
        }
    }

    #[test]
    fn names_are_distinct_also_without_case_and_lead_back() {
        let mut names = HashSet::new();
        for key in HOSTILE {
            let path = path_of(key);
            assert_eq!(key_of(&path).as_deref(), Some(key));
            assert!(
                names.insert(path.to_str().unwrap().to_lowercase()),
                "{key:?}"
            );
        }
    }

    #[test]
    fn long_keys_are_cut_into_names_that_file_systems_take() {
        for length in [199, 200, 201, 400, 1_024] {
            for letter in ["x", "/"] {
                let key = letter.repeat(length);
                let path = path_of(&key);
                assert!(path.iter().all(|piece| piece.len() <= 255));
                assert_eq!(key_of(&path), Some(key));
            }
        }
    }

    #[test]
    fn a_file_that_is_no_objects_has_no_key() {
        for stray in [
            "readme", "%zz.json", "%6.json", "A.json", "a+", "%61.json", "~1",
        ] {
            assert_eq!(key_of(Path::new(stray)), None, "{stray}");
        }
    }
}
