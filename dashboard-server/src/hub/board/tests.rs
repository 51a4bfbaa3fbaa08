//! Any sequence of pictures and joins ends with what a fresh viewer sees, without gaps.

use std::collections::VecDeque;

use proptest::prelude::*;

use super::*;
use crate::protocol::{Figure, Snapshot, SparkPoint};

/// A viewer that does what the contract says, and nothing cleverer.
#[derive(Default)]
struct Client {
    epoch: String,
    seq: u64,
    tiles: Vec<Tile>,
    title: String,
    snapshots: usize,
}

impl Client {
    fn take(&mut self, frame: &Framed) {
        match serde_json::from_slice(&frame.payload()).unwrap() {
            LiveServer::Snapshot(Snapshot { epoch, seq, title, tiles, .. }) => {
                self.snapshots += 1;
                (self.epoch, self.seq, self.title, self.tiles) = (epoch, seq, title, tiles);
            }
            LiveServer::Delta(Delta { seq, tiles, removed }) => {
                assert_eq!(seq, self.seq + 1, "seq jumps only by a snapshot");
                self.seq = seq;
                self.tiles.retain(|tile| !removed.contains(&tile.id));
                for tile in tiles {
                    match self.tiles.iter_mut().find(|known| known.id == tile.id) {
                        Some(known) => *known = tile,
                        None => self.tiles.push(tile),
                    }
                }
            }
            other => panic!("a board sends no {other:?}"),
        }
    }

    fn resume(&self) -> Resume {
        Resume { epoch: self.epoch.clone(), seq: self.seq }
    }
}

fn tile(id: u8, value: u8, computed_at: u8) -> Tile {
    let period = "2026-W47".parse().unwrap();
    Tile {
        id: format!("unit:{id}:week"),
        group: "Layanan".into(),
        title: "Tepat waktu".into(),
        value: Figure {
            unit: "unit".into(),
            indicator: id.to_string(),
            period,
            value: Some(f64::from(value)),
            numerator: None,
            denominator: None,
            n: 1,
            target: None,
            target_high: None,
            achievement: None,
            grade: None,
            status: rules::status::Status::NotRated,
            freshness: rules::freshness::Freshness::Fresh,
            signal: None,
            quality: None,
            data_at: None,
            as_of: None,
            computed_at: Some(computed_at.to_string()),
            rules: "r1".into(),
        },
        spark: vec![SparkPoint { period, value: None }],
        rhythm_s: 60,
    }
}

fn picture(title: u8, tiles: &[(u8, u8, u8)]) -> Picture {
    let tiles = tiles.iter().map(|&(id, value, at)| tile(id, value, at));
    Picture { title: title.to_string(), groups: vec![Group { title: "Layanan".into() }], tiles: tiles.collect() }
}

#[derive(Clone, Debug)]
enum Step {
    Paint {
        title: u8,
        tiles: Vec<(u8, u8, u8)>,
    },
    Join,
    Leave(usize),
    /// Comes back with what it has.
    Resume(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let tiles = proptest::collection::vec((0..6u8, 0..3u8, 0..3u8), 0..6).prop_map(|mut tiles| {
        let mut seen = std::collections::HashSet::new();
        tiles.retain(|(id, ..)| seen.insert(*id));
        tiles
    });
    let step = prop_oneof![
        4 => tiles.prop_map(|tiles| Step::Paint { title: 0, tiles }),
        1 => Just(Step::Paint { title: 1, tiles: vec![(0, 0, 0)] }),
        2 => Just(Step::Join),
        1 => (0..8usize).prop_map(Step::Leave),
        2 => (0..8usize).prop_map(Step::Resume),
    ];
    proptest::collection::vec(step, 1..60)
}

fn opening(board: &Board, resume: Option<&Resume>) -> Vec<Framed> {
    board.opening(&mut board.lock(), resume)
}

fn assert_same(client: &Client, board: &Board) {
    let mut fresh = Client::default();
    opening(board, None).iter().for_each(|frame| fresh.take(frame));
    assert_eq!((&client.epoch, client.seq, &client.title), (&fresh.epoch, fresh.seq, &fresh.title));
    assert_eq!(client.tiles, fresh.tiles);
}

proptest! {
    #[test]
    fn all_ways_lead_to_the_same_board(steps in steps()) {
        let board = Board::new("bupati", "epoch".into());
        board.apply(picture(0, &[(0, 0, 0), (1, 1, 0)]));
        let (mut here, mut away) = (Vec::<Client>::new(), VecDeque::<Client>::new());
        for step in steps {
            match step {
                Step::Paint { title, tiles } => {
                    if let Some(frame) = board.apply(picture(title, &tiles)).sent {
                        here.iter_mut().for_each(|client| client.take(&frame));
                    }
                }
                Step::Join => {
                    let mut client = Client::default();
                    opening(&board, None).iter().for_each(|frame| client.take(frame));
                    here.push(client);
                }
                Step::Leave(which) if which < here.len() => away.push_back(here.swap_remove(which)),
                Step::Resume(which) if which < away.len() => {
                    let mut client = away.remove(which).unwrap();
                    let resume = client.resume();
                    opening(&board, Some(&resume)).iter().for_each(|frame| client.take(frame));
                    here.push(client);
                }
                Step::Leave(_) | Step::Resume(_) => {}
            }
            here.iter().for_each(|client| assert_same(client, &board));
        }
    }
}

#[test]
fn when_it_was_computed_is_no_news() {
    let board = Board::new("bupati", "epoch".into());
    board.apply(picture(0, &[(0, 0, 0)]));
    assert!(board.apply(picture(0, &[(0, 0, 1)])).sent.is_none());
    let delta = board.apply(picture(0, &[(0, 1, 2)])).sent.unwrap();
    assert!(delta.payload().starts_with(b"{\"type\":\"delta\",\"seq\":2,"));
}

#[test]
fn a_known_place_is_resumed_one_by_one_and_anything_else_is_a_snapshot() {
    let board = Board::new("bupati", "epoch".into());
    for value in 0..10 {
        board.apply(picture(0, &[(0, value, 0)]));
    }
    let kinds = |epoch: &str, seq| {
        let resume = Resume { epoch: epoch.into(), seq };
        let frames = opening(&board, Some(&resume));
        frames.iter().map(|frame| String::from_utf8_lossy(&frame.payload()[9..14]).into_owned()).collect::<Vec<_>>()
    };
    assert_eq!(kinds("epoch", 10), Vec::<String>::new());
    assert_eq!(kinds("epoch", 8), ["delta", "delta"]);
    assert_eq!(kinds("epoch", 0), ["snaps"]);
    assert_eq!(kinds("epoch", 11), ["snaps"], "from the future");
    assert_eq!(kinds("another", 8), ["snaps"]);
}

#[test]
fn a_snapshot_is_encoded_once_for_a_state() {
    let board = Board::new("bupati", "epoch".into());
    board.apply(picture(0, &[(0, 0, 0)]));
    let ((first, etag), (second, _)) = (board.snapshot(), board.snapshot());
    assert_eq!(first.as_ptr(), second.as_ptr(), "the same memory");
    board.apply(picture(0, &[(0, 1, 0)]));
    assert_ne!(board.snapshot().1, etag);
}
