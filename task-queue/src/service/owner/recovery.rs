//! Taking up a queue where the last process has left it.

use crate::engine::{Command, Config, Disband, State, apply};
use crate::model::Timestamp;
use crate::store::{Store, StoreError};

/// Takes up the queue where the last process has left it. That one's workers are gone; had it been
/// stopped in good order, there would be none.
pub(in crate::service) async fn recover(
    config: Config,
    store: &dyn Store,
    now: Timestamp,
) -> Result<State, StoreError> {
    let mut state = State::restore(config, store.load().await?);
    // Nobody is there yet to be told, and nothing under way that could be taken back.
    drop(apply(&mut state, Command::Disband(Disband::Lost), now));
    store.commit(state.take_changes()).await?;
    Ok(state)
}
