//! Direction sliders, which Explore's generators and Lens' networks have alike.

pub(in crate::app) mod apply;
pub mod edit;
pub mod marks;
