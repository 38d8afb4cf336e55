//! Findings and answers → text for people, logs and programs.

pub mod frames;
pub mod json;
