//! What a list of cases is asked with.

use aggregator::table::{Asked, Filter, Order, Stretch};
use serde::Deserialize;
use utoipa::IntoParams;

use super::super::ground::Ground;
use super::super::reply;
use super::super::tables::moment_of;
use crate::app::App;
use crate::problem::{Answer, Problem};

/// Which cases.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    /// Service id.
    service: Option<String>,
    /// Unit id, with what is below it.
    unit: Option<String>,
    /// `open` (also overdue ones), `overdue`, `closed`, `valid_closed` (closed, and not before the opening: those that have a
    /// duration), `rejected`, `withdrawn` or `incomplete`; several with commas.
    state: Option<String>,
    /// The class; empty for cases without one.
    class: Option<String>,
    /// The pseudonym of one case.
    key: Option<String>,
    /// A date or an instant: opened at or after it.
    #[serde(alias = "from")]
    opened_from: Option<String>,
    /// A date or an instant: opened before it.
    #[serde(alias = "to")]
    opened_to: Option<String>,
    /// A date or an instant: ended at or after it.
    ended_from: Option<String>,
    /// A date or an instant: ended before it.
    ended_to: Option<String>,
    /// A date or an instant: with a target at or after it.
    due_from: Option<String>,
    /// A date or an instant: with a target before it. With `state=open` those that are late by then unless they end.
    due_to: Option<String>,
    /// `opened` (the usual: newest first), `due` (earliest target first) or `age` (longest first).
    sort: Option<String>,
    /// An instant or a date: what happened later is left out.
    pub(super) as_of: Option<String>,
    /// An instant or a date: as the log was known then.
    pub(super) known_at: Option<String>,
    /// Most items on the page, 1 to 1,000.
    #[param(minimum = 1, maximum = 1000)]
    pub(super) limit: Option<usize>,
    /// Where the page begins, as the `Link` header of the page before says.
    pub(super) cursor: Option<usize>,
}

/// Characters of a pseudonym.
const KEY_LENGTH: usize = 16;

impl Which {
    pub(super) fn filter(&self, app: &App, ground: &Ground) -> Answer<Filter> {
        let stretch = |from: &Option<String>, to: &Option<String>, names: [&'static str; 2]| -> Answer<Stretch> {
            let side = |text: &Option<String>, name| text.as_deref().map(|text| moment_of(text, name, app)).transpose();
            let stretch = Stretch { from: side(from, names[0])?, to: side(to, names[1])? };
            if stretch.from.zip(stretch.to).is_some_and(|(from, to)| from > to) {
                return Err(Problem::bad_request(format!("`{}` is after `{}`", names[0], names[1])));
            }
            Ok(stretch)
        };
        Ok(Filter {
            service: self.service.as_deref().map(|id| ground.service(id)).transpose()?,
            unit: ground.unit(self.unit.as_deref())?,
            among: self.state.as_deref().map_or(Ok(Vec::new()), |words| words.split(',').map(asked).collect())?,
            opened: stretch(&self.opened_from, &self.opened_to, ["opened_from", "opened_to"])?,
            ended: stretch(&self.ended_from, &self.ended_to, ["ended_from", "ended_to"])?,
            due: stretch(&self.due_from, &self.due_to, ["due_from", "due_to"])?,
            class: self.class.clone().map(|class| Some(class).filter(|class| !class.is_empty())),
            as_of: ground.as_of,
        })
    }

    pub(super) fn order(&self) -> Answer<Order> {
        let Some(word) = self.sort.as_deref() else { return Ok(Order::default()) };
        let wrong = || Problem::bad_request(format!("`sort` must be one of {}; found `{word}`", Order::ALL.map(Order::as_str).join(", ")));
        Order::ALL.into_iter().find(|order| order.as_str() == word).ok_or_else(wrong)
    }

    pub(super) fn key(&self) -> Answer<Option<String>> {
        let is_key = |key: &&String| key.len() == KEY_LENGTH && key.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        match &self.key {
            None => Ok(None),
            Some(key) if is_key(&key) => Ok(Some(key.clone())),
            Some(other) => {
                Err(Problem::bad_request(format!("`key` must be the {KEY_LENGTH} characters that lists of cases give; found `{other}`")))
            }
        }
    }

    /// The same list from another place on.
    pub(super) fn address_from(&self, cursor: usize, limit: usize) -> String {
        let mut address = format!("/api/v1/cases?limit={limit}&cursor={cursor}");
        let words = [
            ("service", &self.service),
            ("unit", &self.unit),
            ("state", &self.state),
            ("class", &self.class),
            ("key", &self.key),
            ("opened_from", &self.opened_from),
            ("opened_to", &self.opened_to),
            ("ended_from", &self.ended_from),
            ("ended_to", &self.ended_to),
            ("due_from", &self.due_from),
            ("due_to", &self.due_to),
            ("sort", &self.sort),
            ("as_of", &self.as_of),
            ("known_at", &self.known_at),
        ];
        for (name, word) in words {
            if let Some(word) = word {
                address.push_str(&format!("&{name}={}", reply::escaped(word)));
            }
        }
        address
    }
}

fn asked(word: &str) -> Answer<Asked> {
    let words = || Asked::ALL.map(Asked::as_str).join(", ");
    let found = Asked::ALL.into_iter().find(|asked| asked.as_str() == word);
    found.ok_or_else(|| Problem::bad_request(format!("`state` must be of {}; found `{word}`", words())))
}
