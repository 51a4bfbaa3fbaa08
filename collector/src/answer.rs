//! What a door says about a batch: how many events were accepted, how many were known already, and which were rejected why.
//!
//! Owns the contract's codes and the shape of the answer. Must never know how the answer travels (HTTP or WebSocket).

use serde::Serialize;

/// Why an event was not taken. The words are part of the contract and never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// Not a CloudEvents 1.0 event, or one of a type that is not known here.
    NotCloudevent,
    /// No such unit, or not valid at the event's own date.
    UnknownUnit,
    /// No such indicator.
    UnknownIndicator,
    /// No such service.
    UnknownService,
    /// The unit is outside the key's units or outside its source's units.
    ForbiddenUnit,
    /// The event's source is not the key's source or below it.
    ForbiddenSource,
    /// `data` has other fields, or fields of another kind, than its type asks for.
    WrongShape,
    /// A number or a date beyond what can be meant.
    OutOfRange,
    /// It would have happened more than ten minutes from now.
    TooFarAhead,
    /// The same source and id were taken before with other content.
    Conflict,
    /// A text of it looks like it names a person.
    PersonalData,
}

impl Code {
    /// Whether a configuration newer than the one judged by may change it.
    pub(crate) fn may_be_news(self) -> bool {
        matches!(self, Self::UnknownUnit | Self::UnknownIndicator | Self::UnknownService | Self::ForbiddenUnit | Self::WrongShape)
    }

    /// The contract's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotCloudevent => "not_cloudevent",
            Self::UnknownUnit => "unknown_unit",
            Self::UnknownIndicator => "unknown_indicator",
            Self::UnknownService => "unknown_service",
            Self::ForbiddenUnit => "forbidden_unit",
            Self::ForbiddenSource => "forbidden_source",
            Self::WrongShape => "wrong_shape",
            Self::OutOfRange => "out_of_range",
            Self::TooFarAhead => "too_far_ahead",
            Self::Conflict => "conflict",
            Self::PersonalData => "personal_data",
        }
    }

    /// True for the two codes that say "this key may not", as opposed to "this event is wrong".
    pub fn is_forbidden(self) -> bool {
        matches!(self, Self::ForbiddenUnit | Self::ForbiddenSource)
    }
}

/// One event that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rejection {
    /// Place in the batch, from 0.
    pub index: usize,
    /// The event's id as far as it could be read, else empty.
    pub id: String,
    /// Why, as a word for programs.
    pub code: Code,
    /// Why, as one sentence for people: which field, what was found, what was expected.
    pub detail: String,
}

/// The answer to one batch, given after the durable commit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// Events that are now stored and were not before.
    pub accepted: usize,
    /// Events that were stored before with the same content.
    pub duplicates: usize,
    /// Events that are not stored, in the order of the batch.
    pub rejected: Vec<Rejection>,
}

impl Answer {
    /// True when something was rejected and nothing was taken or known.
    pub fn took_nothing(&self) -> bool {
        self.accepted + self.duplicates == 0 && !self.rejected.is_empty()
    }

    /// True when nothing was taken because the key may not write any of it.
    pub fn all_forbidden(&self) -> bool {
        self.took_nothing() && self.rejected.iter().all(|rejection| rejection.code.is_forbidden())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_serialises_as_its_word() {
        for code in [
            Code::NotCloudevent,
            Code::UnknownUnit,
            Code::UnknownIndicator,
            Code::ForbiddenUnit,
            Code::ForbiddenSource,
            Code::WrongShape,
            Code::OutOfRange,
            Code::TooFarAhead,
            Code::Conflict,
            Code::PersonalData,
        ] {
            assert_eq!(serde_json::to_string(&code).expect("a word"), format!("\"{}\"", code.as_str()));
        }
    }

    #[test]
    fn one_wrong_event_among_forbidden_ones_is_not_all_forbidden() {
        let rejection = |code| Rejection { index: 0, id: String::new(), code, detail: String::new() };
        let mut answer = Answer { rejected: vec![rejection(Code::ForbiddenUnit), rejection(Code::ForbiddenSource)], ..Answer::default() };
        assert!(answer.all_forbidden());
        answer.rejected.push(rejection(Code::WrongShape));
        assert!(!answer.all_forbidden());
        assert!(answer.took_nothing());
        answer.duplicates = 1;
        assert!(!answer.took_nothing());
        assert!(!Answer::default().took_nothing());
    }
}
