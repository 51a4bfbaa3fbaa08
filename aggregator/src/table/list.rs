//! The list of cases behind a figure. Pure: out of folded cases.

use rules::case::{End, EndKind};
use rules::time::Millis;
use rules::unit::Tree;

use super::fold::Folded;

/// Which cases.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this service only.
    pub service: Option<i64>,
    /// Of this unit and those below it only.
    pub unit: Option<i64>,
    /// Those that are one of these; whatever they are when empty.
    pub among: Vec<Asked>,
    /// By when they were opened.
    pub opened: Stretch,
    /// By when they ended.
    pub ended: Stretch,
    /// By their target, or that of their service's standard.
    pub due: Stretch,
    /// Of this class, `Some(None)` without one.
    pub class: Option<Option<String>>,
    /// Cases opened later are absent, cases ended later are open.
    pub as_of: Millis,
}

/// A stretch of time; a side that is None has no end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stretch {
    /// At or after this instant.
    pub from: Option<Millis>,
    /// Before this instant.
    pub to: Option<Millis>,
}

impl Stretch {
    /// Whether an instant lies in it; what has none lies only in a window without sides.
    fn holds(self, at: Option<Millis>) -> bool {
        let is_in = |at: Millis| self.from.is_none_or(|from| at >= from) && self.to.is_none_or(|to| at < to);
        self == Self::default() || at.is_some_and(is_in)
    }
}

/// How a case stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Without an end.
    Open,
    /// Without an end and past its target.
    Overdue,
    /// Ended by the step that ends its service.
    Closed,
    /// Turned down.
    Rejected,
    /// Taken back by who asked.
    Withdrawn,
    /// Of which nobody said when it was submitted.
    Incomplete,
}

/// What may be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Without an end, past its target or not.
    Open,
    /// Without an end and past its target.
    Overdue,
    /// Ended by the step that ends its service.
    Closed,
    /// Closed, and not before it was opened: those that have a duration.
    ValidClosed,
    /// Turned down.
    Rejected,
    /// Taken back by who asked.
    Withdrawn,
    /// Of which nobody said when it was submitted.
    Incomplete,
}

/// Which comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// The one opened last.
    #[default]
    Opened,
    /// The one with the earliest target; those without one last.
    Due,
    /// The one that took or takes longest.
    Age,
}

/// A case at a moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CaseLine<'a> {
    /// The case by everything that is known of it, also of what came after the moment.
    pub case: &'a Folded,
    /// Its end, if it had ended by then.
    pub end: Option<End>,
    /// How it stood.
    pub stands: State,
}

impl CaseLine<'_> {
    /// From its opening to its end, or to the moment; negative when it ended before it was opened.
    pub fn age(&self, as_of: Millis) -> Option<Millis> {
        Some(self.end.map_or(as_of, |end| end.at) - self.case.state.submitted_at?)
    }

    /// Whether it has a duration that counts.
    pub fn is_valid_closed(&self) -> bool {
        let opened = self.case.state.submitted_at;
        self.stands == State::Closed && self.end.zip(opened).is_some_and(|(end, opened)| end.at >= opened)
    }
}

/// The cases, in the order in which they were folded: the newest first.
pub fn list<'a>(cases: &'a [Folded], tree: &Tree, filter: &Filter) -> Vec<CaseLine<'a>> {
    cases.iter().filter_map(|case| line(case, tree, filter)).collect()
}

/// Puts cases in order; those that are equal stay as they are.
pub fn order(lines: &mut [CaseLine<'_>], order: Order, as_of: Millis) {
    match order {
        Order::Opened => {}
        Order::Due => lines.sort_by_key(|line| (line.case.due.is_none(), line.case.due)),
        Order::Age => lines.sort_by_key(|line| std::cmp::Reverse(line.age(as_of))),
    }
}

fn line<'a>(case: &'a Folded, tree: &Tree, filter: &Filter) -> Option<CaseLine<'a>> {
    if filter.service.is_some_and(|service| service != case.service)
        || filter.unit.is_some_and(|unit| !tree.is_within(case.state.unit, unit))
        || filter.class.as_ref().is_some_and(|class| *class != case.state.class)
    {
        return None;
    }
    let end = case.state.end.filter(|end| end.at <= filter.as_of);
    let stands = match (case.state.submitted_at, end) {
        (None, _) => State::Incomplete,
        (Some(opened), _) if opened > filter.as_of => return None,
        (_, None) if case.due.is_some_and(|due| due < filter.as_of) => State::Overdue,
        (_, None) => State::Open,
        (_, Some(end)) => match end.kind {
            EndKind::Closed => State::Closed,
            EndKind::Rejected => State::Rejected,
            EndKind::Withdrawn => State::Withdrawn,
        },
    };
    let line = CaseLine { case, end, stands };
    let is_asked = filter.among.is_empty() || filter.among.iter().any(|asked| asked.is(&line));
    let is_in = filter.opened.holds(case.state.submitted_at) && filter.ended.holds(end.map(|end| end.at)) && filter.due.holds(case.due);
    (is_asked && is_in).then_some(line)
}

impl State {
    /// The word in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Overdue => "overdue",
            Self::Closed => "closed",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
            Self::Incomplete => "incomplete",
        }
    }
}

impl Asked {
    /// Everything that may be asked for.
    pub const ALL: [Self; 7] =
        [Self::Open, Self::Overdue, Self::Closed, Self::ValidClosed, Self::Rejected, Self::Withdrawn, Self::Incomplete];

    /// The word in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Overdue => "overdue",
            Self::Closed => "closed",
            Self::ValidClosed => "valid_closed",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
            Self::Incomplete => "incomplete",
        }
    }

    fn is(self, line: &CaseLine<'_>) -> bool {
        match self {
            Self::Open => matches!(line.stands, State::Open | State::Overdue),
            Self::Overdue => line.stands == State::Overdue,
            Self::Closed => line.stands == State::Closed,
            Self::ValidClosed => line.is_valid_closed(),
            Self::Rejected => line.stands == State::Rejected,
            Self::Withdrawn => line.stands == State::Withdrawn,
            Self::Incomplete => line.stands == State::Incomplete,
        }
    }
}

impl Order {
    /// Every order.
    pub const ALL: [Self; 3] = [Self::Opened, Self::Due, Self::Age];

    /// The word in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Due => "due",
            Self::Age => "age",
        }
    }
}
