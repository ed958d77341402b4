//! Where events go.

use super::event::AuditEvent;

/// What is told of the calls that peers make, when it is decided what becomes of them.
///
/// A closure is one, and so is an [`AuditLog`](super::AuditLog).
pub trait AuditSink: Send + Sync + 'static {
    /// Takes note of a call.
    ///
    /// It runs before the method is entered, or the caller gets to know why it is not, while no lock is
    /// held. It should be quick and must not wait: what takes time belongs behind an
    /// [`AuditLog`](super::AuditLog). Several threads may be in it at once. A panic is caught, and ignored.
    fn record(&self, event: &AuditEvent);
}

impl<F: Fn(&AuditEvent) + Send + Sync + 'static> AuditSink for F {
    fn record(&self, event: &AuditEvent) {
        self(event);
    }
}
