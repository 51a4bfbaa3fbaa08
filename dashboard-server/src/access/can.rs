//! The one place that says who may do what. Whatever is not named here is refused.

use rules::unit::Tree;

use super::actor::{Actor, Role};

/// What somebody wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// See numbers, boards and the configuration behind them.
    Read,
    /// Change the configuration.
    Configure,
}

/// Whether `actor` may do `action` at `unit`; `None` is what concerns no unit in particular for
/// reading, and the whole region for changes.
pub(crate) fn can(actor: &Actor, action: Action, unit: Option<i64>, tree: &Tree) -> bool {
    match (actor, action) {
        (Actor::Anonymous, _) => false,
        (Actor::Person(person), Action::Read) => match person.role {
            Role::Viewer | Role::Administrator => is_within(unit, person.unit.as_slice(), person.unit.is_none(), tree),
        },
        (Actor::Person(person), Action::Configure) => match person.role {
            Role::Administrator => match unit {
                Some(_) => is_within(unit, person.unit.as_slice(), person.unit.is_none(), tree),
                None => person.unit.is_none(),
            },
            Role::Viewer => false,
        },
        (Actor::Key(key), Action::Read) => key.read && is_within(unit, &key.units, key.all_units, tree),
        (Actor::Key(_), Action::Configure) => false,
    }
}

fn is_within(unit: Option<i64>, roots: &[i64], everywhere: bool, tree: &Tree) -> bool {
    match unit {
        _ if everywhere => true,
        None => true,
        Some(unit) => roots.iter().any(|&root| tree.is_within(unit, root)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::actor::{KeyActor, PersonActor};
    use rules::unit::Unit;

    fn unit(no: i64, parent: Option<i64>) -> Unit {
        Unit {
            no,
            id: format!("u{no}"),
            parent,
            name: String::new(),
            short_name: String::new(),
            kind: String::new(),
            valid_from: None,
            valid_to: None,
            calendar: String::new(),
            code: String::new(),
        }
    }

    fn person(role: Role, unit: Option<i64>) -> Actor {
        Actor::Person(PersonActor { no: 1, name: "budi".into(), role, unit, session: [0; 32], is_recent: true })
    }

    fn key(read: bool, units: &[i64], all_units: bool) -> Actor {
        Actor::Key(KeyActor { id: "k".into(), read, units: units.to_vec(), all_units })
    }

    /// 1 ─ 12 ─ 123, and 13 beside 12: a number that begins alike is no relation.
    #[test]
    fn table_of_rights() {
        let tree = Tree::new(&[unit(1, None), unit(12, Some(1)), unit(123, Some(12)), unit(13, Some(1))]).unwrap();
        let (anyone, everywhere, down, side) = (None, Some(1), Some(123), Some(13));
        let table = [
            (Actor::Anonymous, [false; 4], [false; 4]),
            (person(Role::Viewer, None), [true; 4], [false; 4]),
            (person(Role::Viewer, Some(12)), [true, false, true, false], [false; 4]),
            (person(Role::Administrator, None), [true; 4], [true; 4]),
            (person(Role::Administrator, Some(12)), [true, false, true, false], [false, false, true, false]),
            (key(true, &[], true), [true; 4], [false; 4]),
            (key(true, &[12], false), [true, false, true, false], [false; 4]),
            (key(true, &[], false), [true, false, false, false], [false; 4]),
            (key(false, &[], true), [false; 4], [false; 4]),
        ];
        for (actor, read, configure) in table {
            let at = [anyone, everywhere, down, side];
            assert_eq!(at.map(|unit| can(&actor, Action::Read, unit, &tree)), read, "read: {actor:?}");
            assert_eq!(at.map(|unit| can(&actor, Action::Configure, unit, &tree)), configure, "configure: {actor:?}");
        }
    }

    #[test]
    fn a_unit_that_is_not_in_the_tree_is_only_for_those_who_see_all() {
        let tree = Tree::new(&[unit(1, None)]).unwrap();
        assert!(!can(&person(Role::Viewer, Some(1)), Action::Read, Some(99), &tree));
        assert!(can(&person(Role::Viewer, None), Action::Read, Some(99), &tree));
    }
}
