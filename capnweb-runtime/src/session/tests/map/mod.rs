//! `map`: recorded and sent, received and replayed, and how much of it.

mod bounds;
mod made;
mod served;
