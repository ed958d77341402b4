//! Storage in a directory: each object a file.

mod backend;
mod files;
mod header;
mod index;
mod key;
mod upload;

pub use backend::Directory;
