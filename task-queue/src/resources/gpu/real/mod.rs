//! A real device, by Vulkan.

mod arrays;
mod kernels;
mod opening;
mod running;

pub(super) use opening::Real;
