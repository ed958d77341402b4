//! What becomes of what is under way.

pub(super) async fn all() -> Result<(), String> {
    Ok(())
}
