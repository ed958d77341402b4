//! The corpora and their neighbourhood, as ordinary tests: whatever a fuzzer has found stays found.

use std::fs;
use std::path::{Path, PathBuf};

use super::{decode, session};

#[test]
fn every_message_of_the_corpus_comes_back_as_it_was() {
    let corpus = corpus("decode");
    for (_, bytes) in &corpus {
        decode(bytes);
    }
    let mut random = Random::new(0x5bd1_e995);
    for _ in 0..ROUNDS {
        decode(&mutated(&corpus, &mut random));
    }
}

/// No panic, no table beyond its limit, calls in order, every promise settled once, nothing left over
/// (S-80, S-90, C-50, C-51, S-52, S-53, L-14…L-17).
#[test]
fn whatever_a_script_does_to_sessions_they_keep_their_promises() {
    for (path, script) in corpus("session") {
        assert!(goes_well(&script), "{} goes wrong", path.display());
    }
    let mut random = Random::new(0x2c1b_3c6d);
    for _ in 0..scripts() {
        let length = random.below(400);
        let script: Vec<u8> = (0..length).map(|_| random.byte()).collect();
        if !goes_well(&script) {
            let shortest = shortest(script);
            session(&shortest);
            panic!("it went wrong the first time: {shortest:?}");
        }
    }
}

fn goes_well(script: &[u8]) -> bool {
    std::panic::catch_unwind(|| session(script)).is_ok()
}

/// Leaves out of a script what is not needed for it to go wrong.
fn shortest(mut script: Vec<u8>) -> Vec<u8> {
    let mut length = script.len();
    while length > 0 {
        let mut at = 0;
        while at + length <= script.len() {
            let mut shorter = script.clone();
            shorter.drain(at..at + length);
            if goes_well(&shorter) {
                at += 1;
            } else {
                script = shorter;
            }
        }
        length /= 2;
    }
    eprintln!("the script is {script:?}");
    script
}

/// Returns how many scripts are made up.
fn scripts() -> usize {
    let asked = std::env::var("CAPNWEB_SCRIPTS").ok();
    asked.map_or(2_000, |number| number.parse().expect("a number"))
}

/// Returns the files of a corpus.
fn corpus(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    let files = fs::read_dir(directory.join(target)).expect("there is a corpus");
    let mut files: Vec<PathBuf> = files.map(|file| file.expect("a file").path()).collect();
    files.sort();
    assert!(files.len() > 5, "hardly any corpus");
    let read = |path: PathBuf| (path.clone(), fs::read(path).expect("it can be read"));
    files.into_iter().map(read).collect()
}

/// Makes a neighbour of something in the corpus: changed, cut, doubled, or spliced with another.
fn mutated(corpus: &[(PathBuf, Vec<u8>)], random: &mut Random) -> Vec<u8> {
    let mut bytes = random.of(corpus).1.clone();
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len() + 1);
        match random.below(5) {
            0 => bytes.truncate(at),
            1 => bytes.insert(
                at,
                u8::try_from(random.below(256)).expect("it is below 256"),
            ),
            2 if at < bytes.len() => drop(bytes.remove(at)),
            3 => {
                let end = at + random.below(bytes.len() - at + 1);
                let doubled = bytes[at..end].to_vec();
                bytes.splice(at..at, doubled);
            }
            _ => {
                let other = &random.of(corpus).1;
                let from = random.below(other.len() + 1);
                bytes.truncate(at);
                bytes.extend_from_slice(&other[from..]);
            }
        }
    }
    bytes
}

struct Random(u64);

impl Random {
    const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).expect("31 bits") % bound
    }

    fn byte(&mut self) -> u8 {
        u8::try_from(self.below(256)).expect("it is below 256")
    }

    fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}

const ROUNDS: usize = 200_000;
