//! What handlers share: built once by [`crate::Server`], never changed but through its own parts.

use std::sync::Arc;

use arc_swap::ArcSwap;
use chrono_tz::Tz;
use rules::time::{Millis, Now};
use sql::Db;
use sql::registry::Registry;

use crate::access::password::Passwords;
use crate::access::throttle::Throttle;
use crate::hub::Hub;
use crate::ledger::Ledger;
use crate::live::Sockets;
use crate::origin::PublicUrl;
use crate::pseudonym::Salt;
use crate::routes::health::Readiness;
use crate::routes::setup::Setup;
use crate::session::Activity;

/// The region, as the header and the clock of a screen need it.
#[derive(Clone, Debug)]
pub struct Region {
    /// Name, such as `Kabupaten Lampung Utara`.
    pub name: String,
    /// Its zone.
    pub timezone: Tz,
    /// Language of screens at first, such as `id`.
    pub locale: String,
}

/// Renders the process's metrics as Prometheus text.
pub type Metrics = Arc<dyn Fn() -> String + Send + Sync>;

/// The shared state.
pub(crate) struct App {
    pub(crate) db: Db,
    pub(crate) registry: Arc<ArcSwap<Registry>>,
    pub(crate) region: Region,
    pub(crate) public: PublicUrl,
    pub(crate) now: Now,
    pub(crate) hub: Hub,
    pub(crate) ledger: Ledger,
    pub(crate) salt: Salt,
    pub(crate) sockets: Sockets,
    pub(crate) activity: Activity,
    pub(crate) passwords: Passwords,
    pub(crate) throttle: Throttle,
    pub(crate) setup: Setup,
    pub(crate) readiness: Arc<dyn Readiness>,
    pub(crate) metrics: Metrics,
}

impl App {
    /// The present.
    pub(crate) fn now(&self) -> Millis {
        (self.now)()
    }

    /// The configuration in force.
    pub(crate) fn registry(&self) -> Arc<Registry> {
        self.registry.load_full()
    }
}
