//! What both tables are made of.

use std::collections::HashMap;

use foldhash::fast::RandomState;

/// Entries by id.
///
/// Ids are integers, most of them in sequence, so that hashing them is the dearest part of a look-up:
/// it takes one multiplication here. A peer chooses some of them, and cannot choose them such that
/// they collide, because every table has a random seed of its own.
pub(super) type Table<K, V> = HashMap<K, V, RandomState>;
