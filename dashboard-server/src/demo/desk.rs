//! The desks of the example district: a service at a unit, how much comes in there and how it is worked off.
//!
//! Nothing here depends on the day of the demo: a case that is told today must be the same one tomorrow.

use std::sync::Arc;

use rules::service::{Standard, StandardUnit};
use rules::unit::Unit;
use sql::registry::Registry;

use super::calendar::Hours;
use super::random::{Random, wave, word};
use super::size;

/// What happens to a case between its submission and its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Route {
    /// Asked for and handed over at the same counter.
    Letter,
    /// The file is checked, the paper made and handed over, mostly on the same day.
    Document,
    /// The file is checked, at times returned, and a decision is taken.
    Permit,
    /// A sample is taken in, tested, and the result given.
    Test,
    /// A citizen's complaint: verified, passed to the agency, answered, closed by the platform.
    Complaint,
}

/// How a service is worked off, wherever it is offered.
#[derive(Debug)]
pub(super) struct Manner {
    service: &'static str,
    source: &'static str,
    /// When cases come in.
    pub(super) hours: Hours,
    /// What happens to them.
    pub(super) route: Route,
    /// The share of its standard that a usual case takes.
    pub(super) pace: f64,
    /// How widely that scatters: the sigma of a lognormal.
    pub(super) sigma: f64,
    /// The share of files that go back for missing papers.
    pub(super) returned: f64,
    /// The share that is turned down.
    pub(super) rejected: f64,
}

const fn manner(service: &'static str, source: &'static str, hours: Hours, route: Route, shape: [f64; 4]) -> Manner {
    let [pace, sigma, returned, rejected] = shape;
    Manner { service, source, hours, route, pace, sigma, returned, rejected }
}

const MANNERS: [Manner; 16] = [
    manner("sip-nakes", "sicantik", Hours::Office, Route::Permit, [0.5, 0.4, 0.16, 0.03]),
    manner("izin-reklame", "sicantik", Hours::Office, Route::Permit, [0.6, 0.4, 0.12, 0.05]),
    manner("izin-trayek", "sicantik", Hours::Office, Route::Permit, [0.55, 0.4, 0.14, 0.06]),
    manner("izin-tanah", "sicantik", Hours::Office, Route::Permit, [0.7, 0.4, 0.25, 0.1]),
    manner("pbg", "simbg", Hours::Office, Route::Permit, [0.7, 0.38, 0.35, 0.06]),
    manner("ktp-el", "siak", Hours::Office, Route::Document, [0.45, 0.6, 0.03, 0.004]),
    manner("kartu-keluarga", "siak", Hours::Office, Route::Document, [0.5, 0.6, 0.06, 0.004]),
    manner("akta-kelahiran", "siak", Hours::Office, Route::Document, [0.55, 0.6, 0.09, 0.006]),
    manner("akta-kematian", "siak", Hours::Office, Route::Document, [0.55, 0.6, 0.08, 0.006]),
    manner("surat-pindah", "siak", Hours::Office, Route::Document, [0.4, 0.5, 0.04, 0.004]),
    manner("sp4n", "sp4n-lapor", Hours::Online, Route::Complaint, [0.46, 0.52, 0.0, 0.07]),
    manner("bphtb", "e-bphtb", Hours::Office, Route::Permit, [0.48, 0.4, 0.08, 0.02]),
    manner("surat-kecamatan", "paten", Hours::Office, Route::Letter, [0.56, 0.33, 0.0, 0.0]),
    manner("surat-kelurahan", "paten", Hours::Office, Route::Letter, [0.56, 0.33, 0.0, 0.0]),
    manner("surat-sehat", "simpus", Hours::Clinic, Route::Letter, [0.6, 0.35, 0.0, 0.0]),
    manner("uji-air", "simpus", Hours::Office, Route::Test, [0.7, 0.3, 0.0, 0.0]),
];

/// Where more waits than elsewhere, and how much longer.
const SLOW: [(&str, &str, f64); 6] = [
    ("sp4n", "sdabmbk", 1.7),
    ("sp4n", "disperkim", 1.35),
    ("surat-kecamatan", "kec-sungkai-jaya", 1.8),
    ("surat-kelurahan", "kel-cempedak", 1.45),
    ("surat-sehat", "pkm-abung-timur", 1.6),
    ("izin-tanah", "dpmptsp", 1.2),
];

/// Who takes in complaints for all agencies.
const COMPLAINTS_GATE: &str = "diskominfo";
/// Whom some complaints are sent to by mistake.
const WRONG_AGENCY: &str = "setda";

/// A service at a unit.
#[derive(Clone, Debug)]
pub(super) struct Desk {
    /// Number of the service.
    pub(super) service: i64,
    /// Its id.
    pub(super) service_id: String,
    /// The time it may take.
    pub(super) standard: Standard,
    /// Number and id of the unit that works cases off.
    pub(super) unit: (i64, String),
    /// Of the unit where they come in.
    pub(super) gate: (i64, String),
    /// Of a unit that some of them pass by mistake.
    pub(super) detour: (i64, String),
    /// Number of the source.
    pub(super) source: i64,
    /// Its id.
    pub(super) source_id: String,
    /// What stands before its numbers.
    pub(super) prefix: String,
    /// Cases on an ordinary day.
    pub(super) a_day: f64,
    /// How they are worked off.
    pub(super) manner: &'static Manner,
    /// What its chance is begun with: seed, service, unit.
    pub(super) key: u64,
    /// Names of the areas that cases are about.
    pub(super) areas: Arc<[String]>,
    slow: f64,
}

/// All desks of a registry whose service and source are known, in a fixed order.
pub(super) fn all(registry: &Registry, seed: u64) -> Vec<Desk> {
    let subdistricts = registry.units.iter().filter(|unit| unit.kind == "subdistrict");
    let areas: Arc<[String]> = subdistricts.map(|unit| unit.name.replacen("Kecamatan ", "", 1)).collect();
    let unit_of = |id: &str| registry.unit(id).map(|unit| (unit.no, unit.id.clone()));
    let mut desks = Vec::new();
    for manner in &MANNERS {
        let (Some(service), Some(source)) = (registry.service(manner.service), registry.source(manner.source)) else { continue };
        let standard = service.standard.unwrap_or(Standard { amount: 1, unit: StandardUnit::WorkingDays });
        for unit in &registry.units {
            let Some(a_day) = a_day(manner.service, unit) else { continue };
            let own = (unit.no, unit.id.clone());
            let is_complaint = manner.route == Route::Complaint;
            let elsewhere = |id: &str| unit_of(id).filter(|_| is_complaint).unwrap_or_else(|| own.clone());
            let slow = SLOW.iter().find(|(service, at, _)| *service == manner.service && *at == unit.id).map_or(1.0, |(.., slow)| *slow);
            desks.push(Desk {
                service: service.no,
                service_id: service.id.clone(),
                standard,
                gate: elsewhere(COMPLAINTS_GATE),
                detour: elsewhere(WRONG_AGENCY),
                unit: own.clone(),
                source: source.no,
                source_id: source.id.clone(),
                prefix: source.case_prefix.clone(),
                a_day,
                manner,
                key: Random::keyed(&[seed, word("desk"), word(manner.service), word(&unit.id)]).draw(),
                areas: Arc::clone(&areas),
                slow,
            });
        }
    }
    desks
}

/// Cases on an ordinary day, together some 35,000 in 400 days; None where the service is not offered.
fn a_day(service: &str, unit: &Unit) -> Option<f64> {
    let own = |low: f64, high: f64| Random::keyed(&[word(service), word(&unit.id)]).between(low, high);
    let count = match (service, unit.id.as_str(), unit.kind.as_str()) {
        ("sip-nakes", "dpmptsp", _) => 3.2,
        ("izin-reklame", "dpmptsp", _) => 1.1,
        ("izin-trayek", "dpmptsp", _) => 0.5,
        ("izin-tanah", "dpmptsp", _) => 0.6,
        ("pbg", "sdabmbk", _) => 1.0,
        ("ktp-el", "disdukcapil-dafduk", _) => 22.0,
        ("kartu-keluarga", "disdukcapil-dafduk", _) => 16.0,
        ("surat-pindah", "disdukcapil-dafduk", _) => 4.0,
        ("akta-kelahiran", "disdukcapil-capil", _) => 9.0,
        ("akta-kematian", "disdukcapil-capil", _) => 2.5,
        ("sp4n", "rsud", _) | ("sp4n", _, "agency") => 0.3 * size::denominator("UM-06", &unit.id),
        ("bphtb", "bapenda-pbb-bphtb", _) => 8.0,
        ("surat-kecamatan", "kec-sungkai-jaya", _) => 2.4,
        ("surat-kecamatan", _, "subdistrict") => own(0.4, 1.2),
        ("surat-kelurahan", _, "village") => own(0.3, 0.9),
        ("surat-sehat", _, "health_centre") => own(0.2, 0.6),
        ("uji-air", "labkesda", _) => 0.6,
        _ => return None,
    };
    Some(count)
}

impl Desk {
    /// How much longer than usual a case takes that came in on that day (of [`rules::time::day_number`]).
    pub(super) fn slowness(&self, day: i64) -> f64 {
        self.slow * (1.0 + 0.22 * wave(self.key, day, 37))
    }

    /// The id of one of its units.
    pub(super) fn unit_id(&self, no: i64) -> &str {
        [&self.unit, &self.gate, &self.detour].into_iter().find(|unit| unit.0 == no).map_or("", |unit| &unit.1)
    }
}
