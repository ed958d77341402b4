//! Where the workspace is, and which files it has.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// Returns the root directory of the workspace.
pub fn root() -> &'static Path {
    let member = Path::new(env!("CARGO_MANIFEST_DIR"));
    member.parent().unwrap_or(member)
}

/// Returns a path as seen from the root of the workspace, for messages.
pub fn relative(path: &Path) -> &Path {
    path.strip_prefix(root()).unwrap_or(path)
}

/// Returns every file under `directory`, except what builds and installs leave there.
///
/// A directory that does not exist has no files.
pub fn source_files(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut directories = vec![directory.to_owned()];
    while let Some(directory) = directories.pop() {
        if !directory.is_dir() {
            continue;
        }
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_file() {
                files.push(entry.path());
            } else if kind.is_dir() && !is_generated(&entry.path()) {
                directories.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(files)
}

fn is_generated(directory: &Path) -> bool {
    let name = directory.file_name().unwrap_or_default();
    GENERATED.iter().any(|generated| name == *generated)
}

const GENERATED: [&str; 3] = ["target", "node_modules", ".git"];
