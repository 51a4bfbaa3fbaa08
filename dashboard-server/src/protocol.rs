//! What travels to and from a board: VALUE, TILE and the live messages of `pantau.live.v1`.
//!
//! Owns the shape on the wire; OpenAPI, the live JSON Schema and the TypeScript types are made from
//! it. Must never know a socket or a table.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// VALUE of the contract: one number of one unit in one period, with all that is needed to judge it.
/// What is not there is `null`, never 0.
// Not called `Value`, which utoipa takes for any JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Value)]
pub struct Figure {
    /// Unit id.
    pub unit: String,
    /// Indicator id.
    pub indicator: String,
    /// The period, such as `2026-W47`.
    #[schema(value_type = String, example = "2026-W47")]
    pub period: rules::period::Period,
    /// The number, in the indicator's unit of measure.
    #[schema(required = true)]
    pub value: Option<f64>,
    /// Sum of the numerators of a ratio.
    #[schema(required = true)]
    pub numerator: Option<f64>,
    /// Sum of the denominators of a ratio.
    #[schema(required = true)]
    pub denominator: Option<f64>,
    /// Samples or cases in use.
    pub n: i64,
    /// What is due in this period.
    #[schema(required = true)]
    pub target: Option<f64>,
    /// Upper end of a target that is a range.
    pub target_high: Option<f64>,
    /// Achievement in percent, uncapped.
    #[schema(required = true)]
    pub achievement: Option<f64>,
    /// Grade; filled by a later part.
    #[schema(required = true)]
    pub grade: Option<String>,
    /// Status by the bands: `above`, `good`, `watch`, `late`, `not_rated`, `no_data`.
    #[schema(value_type = StatusWord)]
    pub status: rules::status::Status,
    /// Age by the source's rhythm: `fresh`, `aging`, `stale`; never hides the status.
    #[schema(value_type = FreshnessWord)]
    pub freshness: rules::freshness::Freshness,
    /// Signal or noise; filled by a later part.
    #[schema(required = true)]
    pub signal: Option<SignalWord>,
    /// Quality of the data A to D; filled by a later part.
    #[schema(required = true)]
    pub quality: Option<String>,
    /// Until when the newest sample speaks, RFC 3339.
    #[schema(required = true)]
    pub data_at: Option<String>,
    /// The moment as of which it was computed, RFC 3339.
    #[schema(required = true)]
    pub as_of: Option<String>,
    /// When it was computed, RFC 3339.
    #[schema(required = true)]
    pub computed_at: Option<String>,
    /// The revision of the configuration that made it, such as `r12`.
    pub rules: String,
}

/// Words of `status`.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum StatusWord {
    /// Past the target.
    Above,
    /// At or over the upper band.
    Good,
    /// Between the bands.
    Watch,
    /// Below the lower band.
    Late,
    /// There is a value but nothing to rate it by.
    NotRated,
    /// There is no value.
    NoData,
}

/// Words of `freshness`.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum FreshnessWord {
    /// Within one rhythm.
    Fresh,
    /// Past one rhythm.
    Aging,
    /// Past two rhythms.
    Stale,
}

/// Words of `signal`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignalWord {
    /// A real rise.
    Rise,
    /// A real fall.
    Fall,
    /// Within the usual.
    Usual,
    /// Too little history.
    Baseline,
}

/// One point of a sparkline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SparkPoint {
    /// The period.
    #[schema(value_type = String, example = "2026-W47")]
    pub period: rules::period::Period,
    /// The number; `null` where there is none.
    #[schema(required = true)]
    pub value: Option<f64>,
}

/// A tile of a board.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Tile {
    /// `unit:indicator:every`.
    pub id: String,
    /// Heading under which it stands.
    pub group: String,
    /// What stands on it.
    pub title: String,
    /// Its number.
    pub value: Figure,
    /// The last 12 periods, oldest first, the shown one last.
    pub spark: Vec<SparkPoint>,
    /// Seconds within which its source is expected to send.
    pub rhythm_s: i64,
}

/// A heading of a board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Group {
    /// Its words.
    pub title: String,
}

/// A whole board.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Snapshot {
    /// Random word of this process; numbers of another epoch mean nothing.
    pub epoch: String,
    /// Number of the last change within.
    pub seq: u64,
    /// Board id.
    pub board: String,
    /// Title of the board.
    pub title: String,
    /// Headings in order.
    pub groups: Vec<Group>,
    /// Tiles in order.
    pub tiles: Vec<Tile>,
}

/// What changed since the message before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Delta {
    /// The number before, plus 1.
    pub seq: u64,
    /// Changed tiles, whole.
    pub tiles: Vec<Tile>,
    /// Ids of tiles that are gone.
    pub removed: Vec<String>,
}

/// A sign of life.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Ping {
    /// The server's clock, RFC 3339.
    pub at: String,
}

/// Why a message was not obeyed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Fault {
    /// Stable word: `bad_message`, `unknown_board`, `not_allowed`.
    pub code: String,
    /// One sentence.
    pub detail: String,
}

/// What the server says on `/api/v1/live`; `/api/v1/boards/{id}` answers the `snapshot` of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum LiveServer {
    /// A whole board: the first message, and whenever deltas cannot bridge.
    Snapshot(Snapshot),
    /// What changed.
    Delta(Delta),
    /// At least every 5 seconds.
    Ping(Ping),
    /// A message was not obeyed.
    Error(Fault),
}

/// What a client says on `/api/v1/live`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum LiveClient {
    /// Look at a board; replaces what was looked at before.
    Subscribe {
        /// Board id.
        board: String,
        /// Where the client stands, if it was here before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        resume: Option<Resume>,
    },
}

/// The last message that a client has of a board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Resume {
    /// Epoch of its snapshot.
    pub epoch: String,
    /// Number of its last snapshot or delta.
    pub seq: u64,
}
