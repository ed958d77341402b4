//! The files in `transcripts/`, read: who says and who does what, line by line.
//!
//! The format is described in `transcripts/README.md`.

use std::fs;
use std::path::Path;

/// One of the two sides of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// The one that opened the conversation: its messages are `→`, its actions `>`.
    Calling,
    /// The other: `←` and `<`.
    Serving,
}

/// One line of a conversation.
#[derive(Debug)]
pub(super) enum Line {
    /// A message.
    Says(Side, String),
    /// What an application does, or checks.
    Does(Side, String),
}

/// How a side is left.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    /// With nothing but the main objects.
    Clean,
    /// With whatever it holds.
    Open,
    /// Without a session.
    Ended,
}

/// One file.
#[derive(Debug)]
pub(super) struct Transcript {
    pub(super) name: String,
    pub(super) lines: Vec<(usize, Line)>,
    /// Which of the two sides can be one of ours.
    pub(super) sides: Vec<Side>,
    pub(super) end: End,
    /// What the other side's main object is.
    pub(super) stage: Stage,
}

/// What a side serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// `World` of the tests.
    World,
    /// `Theatre` of the tests of streams.
    Theatre,
}

impl Transcript {
    /// Reads all of them.
    pub(super) fn all() -> Vec<Self> {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("transcripts");
        let files = fs::read_dir(directory).expect("there are transcripts");
        let paths = files.map(|file| file.expect("a file").path());
        let mut paths: Vec<_> = paths
            .filter(|path| path.extension().is_some_and(|end| end == "txt"))
            .collect();
        paths.sort();
        let read = |path: &std::path::PathBuf| {
            let name = path.file_name().expect("a file has a name");
            let text = fs::read_to_string(path).expect("it is text");
            Self::parse(&name.to_string_lossy(), &text)
        };
        paths.iter().map(read).collect()
    }

    /// Reads one.
    pub(super) fn parse(name: &str, text: &str) -> Self {
        let mut transcript = Self {
            name: name.to_owned(),
            lines: Vec::new(),
            sides: vec![Side::Calling, Side::Serving],
            end: End::Clean,
            stage: Stage::World,
        };
        for (number, line) in (1..).zip(text.lines()) {
            let place = || format!("{name}:{number}: {line}");
            match line.split_once(' ').unwrap_or((line, "")) {
                ("" | "#", _) => {}
                ("=", setting) => transcript
                    .set(setting)
                    .unwrap_or_else(|| panic!("{}", place())),
                (mark, rest) => {
                    let line = Line::read(mark, rest).unwrap_or_else(|| panic!("{}", place()));
                    transcript.lines.push((number, line));
                }
            }
        }
        transcript
    }

    fn set(&mut self, setting: &str) -> Option<()> {
        match setting.split_once(": ").unwrap_or((setting, "")) {
            ("calling only", why) if !why.is_empty() => self.sides = vec![Side::Calling],
            ("serving only", why) if !why.is_empty() => self.sides = vec![Side::Serving],
            ("npm differs" | "npm is scripted", why) if !why.is_empty() => {}
            ("streams", "") => self.stage = Stage::Theatre,
            ("ends open", "") => self.end = End::Open,
            ("ends", "") => self.end = End::Ended,
            _ => return None,
        }
        Some(())
    }
}

impl Line {
    fn read(mark: &str, rest: &str) -> Option<Self> {
        Some(match mark {
            "→" => Self::Says(Side::Calling, written_out(rest)),
            "←" => Self::Says(Side::Serving, written_out(rest)),
            ">" => Self::Does(Side::Calling, rest.to_owned()),
            "<" => Self::Does(Side::Serving, rest.to_owned()),
            _ => return None,
        })
    }
}

/// Writes out a text that is the same character many times: `"x × 40000"`.
fn written_out(message: &str) -> String {
    let Some((before, after)) = message.split_once(" × ") else {
        return message.to_owned();
    };
    let digits = after.split('"').next().unwrap_or_default();
    let count: usize = digits.parse().expect("so many times");
    let repeated = before.chars().next_back().expect("of what?");
    let begin = &before[..before.len() - repeated.len_utf8()];
    let repeated = repeated.to_string().repeat(count);
    format!("{begin}{repeated}{}", &after[digits.len()..])
}
