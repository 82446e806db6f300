//! Direction sliders, which Explore's generators and Lens' networks have alike.

pub mod apply;
pub mod edit;
pub mod marks;
