//! The table of samples on demand.
