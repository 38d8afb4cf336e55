//! Integration tests.
mod bundle;
