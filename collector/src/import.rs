//! Foreign tables: from a CSV file or a workbook and a mapping to typed rows, without a store.
//!
//! ```text
//!  FILE ─► source: packing ─► encoding ─► layout ─► lines ─┐
//!          sheet: guard ─► calamine on a thread of its own ─┴─► cells ─► typing ─► rows
//! ```
//!
//! Memory is constant for text of any size, and bounded for a workbook. A row that is wrong is an [`Entry::Rejected`] with
//! its line, column and reason; only a file that cannot be read on is an [`Error`]. Columns that the mapping does not name
//! reach no row.
//!
//! Must never know the store, the registry or the clock.

mod columns;
mod encoding;
mod entry;
mod error;
mod fingerprint;
mod gzip;
mod layout;
mod lines;
mod mapping;
mod moment;
mod nearest;
mod number;
mod progress;
mod refuse;
mod rejected;
mod rows;
mod sheet;
mod source;
mod survey;
mod typing;

pub use entry::{Case, Content, Entry, Numbers, Rejected, Row, Sample};
pub use error::{Error, Fault};
pub use fingerprint::{Fingerprint, fingerprint};
pub use mapping::{CaseColumns, Kind, Mapping, NumberColumns, Origin, OriginText, SampleColumns};
pub use progress::Progress;
pub use rejected::RejectedFile;
pub use rows::Rows;
pub use rules::case::Step;
