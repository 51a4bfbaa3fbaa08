use proptest::prelude::*;
use proptest::sample::Index;

use super::*;

/// Units by number and parent, with ids such as `u3`.
fn units(of: &[(i64, Option<i64>)]) -> Vec<Unit> {
    of.iter()
        .map(|&(no, parent)| Unit {
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
        })
        .collect()
}

/// 1 over 2 and 3, 2 over 4 and 5; given in an order that is none.
fn district() -> Tree {
    let units = units(&[(4, Some(2)), (1, None), (3, Some(1)), (2, Some(1)), (5, Some(2))]);
    Tree::new(&units).expect("a tree")
}

#[test]
fn lineage_goes_up_and_descendants_go_down() {
    let tree = district();
    assert_eq!(tree.lineage(5), [5, 2, 1]);
    assert_eq!(tree.lineage(1), [1]);
    assert_eq!(tree.descendants(1), [1, 3, 2, 4, 5]);
    assert_eq!(tree.descendants(4), [4]);
    assert!(tree.is_within(4, 1) && tree.is_within(4, 4));
    assert!(!tree.is_within(1, 4) && !tree.is_within(4, 3));
}

#[test]
fn an_unknown_unit_has_no_place() {
    let tree = district();
    assert!(tree.lineage(9).is_empty());
    assert!(tree.descendants(9).is_empty());
    assert!(!tree.is_within(9, 9));
}

#[test]
fn what_is_no_tree_is_refused_by_name() {
    let refused = |of: &[(i64, Option<i64>)]| Tree::new(&units(of)).expect_err("no tree");
    assert_eq!(refused(&[(1, Some(1))]), TreeError::Cycle { unit: "u1".to_owned() });
    assert!(matches!(refused(&[(3, Some(2)), (1, Some(2)), (2, Some(1))]), TreeError::Cycle { unit } if unit != "u3"));
    assert_eq!(refused(&[(1, None), (2, Some(7))]), TreeError::UnknownParent { unit: "u2".to_owned(), parent: 7 });
    assert_eq!(refused(&[(1, None), (1, None)]), TreeError::SameNumber { unit: "u1".to_owned(), no: 1 });
}

/// Units of which each has a parent before it, or none.
fn forest() -> impl Strategy<Value = Vec<(i64, Option<i64>)>> {
    proptest::collection::vec(any::<Option<Index>>(), 1..40).prop_map(|parents| {
        parents
            .iter()
            .enumerate()
            .map(|(at, parent)| {
                let parent = parent.filter(|_| at > 0).map(|index| index.index(at) as i64);
                (at as i64, parent)
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn up_and_down_agree(forest in forest()) {
        let tree = Tree::new(&units(&forest)).expect("parents come first");
        for &(root, _) in &forest {
            let below = tree.descendants(root);
            for &(unit, parent) in &forest {
                let times_found = below.iter().filter(|found| **found == unit).count();
                prop_assert_eq!(times_found, usize::from(tree.is_within(unit, root)));
                let above = parent.map_or(&[][..], |parent| tree.lineage(parent));
                prop_assert_eq!(tree.lineage(unit).split_first(), Some((&unit, above)));
            }
        }
    }

    #[test]
    fn the_order_of_units_does_not_matter(
        (given, shuffled) in forest()
            .prop_flat_map(|forest| (Just(forest.clone()), Just(forest).prop_shuffle())),
    ) {
        let one = Tree::new(&units(&given)).expect("a tree");
        let other = Tree::new(&units(&shuffled)).expect("a tree");
        for (unit, _) in given {
            prop_assert_eq!(one.lineage(unit), other.lineage(unit));
        }
    }

    #[test]
    fn a_closed_circle_is_always_found(mut forest in forest(), low in any::<Index>()) {
        let tree = Tree::new(&units(&forest)).expect("a tree");
        let unit = low.get(&forest).0;
        let circle = tree.lineage(unit);
        let top = *circle.last().expect("a unit has itself");
        forest[usize::try_from(top).expect("numbers count from 0")].1 = Some(unit);
        let refused = Tree::new(&units(&forest)).expect_err("the top lies below itself");
        let TreeError::Cycle { unit } = refused else { panic!("{refused} is no circle") };
        let named: i64 = unit[1..].parse().expect("ids are a letter and the number");
        prop_assert!(circle.contains(&named));
    }
}
