//! What holds for every file of the workspace, so that no review has to look for it.

mod layers;
mod links;
mod portable;
mod pure;
mod requirements;
mod shape;
mod source;
mod ui;
