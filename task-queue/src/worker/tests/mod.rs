//! Workers at a queue that is really served.
