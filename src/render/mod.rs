//! Findings and answers → text for people, logs and programs.

pub mod bundled;
pub mod can;
pub mod frames;
pub mod impact;
pub mod inspect;
pub mod json;
mod phrases;
pub mod reach;
pub mod show;
pub mod style;
pub mod suite;
pub mod timeline;
pub mod who;
pub mod why;
