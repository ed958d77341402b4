//! The untyped reference.

/// A reference to a capability, local or remote, without a type.
#[derive(Debug, Clone)]
pub struct Stub {
    cap: std::sync::Arc<()>,
}

impl PartialEq for Stub {
    /// Whether both are the same handle; two stubs for one object may differ.
    fn eq(&self, other: &Self) -> bool {
        std::sync::Arc::ptr_eq(&self.cap, &other.cap)
    }
}
