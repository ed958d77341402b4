//! Which device computes.

use std::str::FromStr;
use std::sync::Arc;

use thiserror::Error;

use crate::resources::gpu::device::Device;
use crate::resources::gpu::software::Software;

/// Which device computes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DeviceChoice {
    /// The processor.
    #[default]
    Software,
    /// A real device; without one there is no queue.
    Device,
    /// A real device if there is one, and else the processor.
    Auto,
}

/// Why there is no device.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The program was built without what it takes.
    #[error(
        "this program was built without the feature `gpu`, by which it computes on a real device"
    )]
    NotBuiltIn,
    /// There is none, or no driver for it.
    #[error("there is no device that speaks Vulkan: {reason}")]
    NotFound {
        /// What was looked for, and not found.
        reason: String,
    },
    /// There is one, and it cannot be used.
    #[error("the device {device} cannot be used: {reason}")]
    Unusable {
        /// Which.
        device: String,
        /// Why not.
        reason: String,
    },
    /// Its driver has crashed.
    #[error("the device's driver has crashed")]
    Crashed,
}

/// Text that names no choice of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("it is `software`, `device` or `auto`")]
pub struct NoSuchChoice;

impl DeviceChoice {
    /// All choices, by name.
    pub const ALL: [(&'static str, Self); 3] = [
        ("software", Self::Software),
        ("device", Self::Device),
        ("auto", Self::Auto),
    ];

    /// Opens the device; that may take a while, and blocks.
    pub(super) fn open(self) -> Result<Arc<dyn Device>, OpenError> {
        match self {
            Self::Software => Ok(Arc::new(Software)),
            Self::Device => real(),
            Self::Auto => real().or_else(|_| Ok(Arc::new(Software))),
        }
    }
}

impl FromStr for DeviceChoice {
    type Err = NoSuchChoice;

    fn from_str(name: &str) -> Result<Self, NoSuchChoice> {
        let known = Self::ALL.iter().find(|known| known.0 == name);
        known.map(|known| known.1).ok_or(NoSuchChoice)
    }
}

#[cfg(feature = "gpu")]
fn real() -> Result<Arc<dyn Device>, OpenError> {
    Ok(Arc::new(crate::resources::gpu::real::Real::open()?))
}

#[cfg(not(feature = "gpu"))]
const fn real() -> Result<Arc<dyn Device>, OpenError> {
    Err(OpenError::NotBuiltIn)
}
