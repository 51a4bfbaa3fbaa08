//! Enumerations whose variants are written as fixed words in files and answers.
//!
//! Owns the one way to read and write such a word, so that a wrong one is always
//! answered by the list of right ones. Must never know what any word means.

/// A word that is none of those expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} must be one of {}; found {found:?}", expected.join(", "))]
pub struct UnknownWord {
    /// What was being read, such as `polarity`.
    pub what: &'static str,
    /// The word as it was found.
    pub found: String,
    /// Every word that would have been accepted, in the order of declaration.
    pub expected: &'static [&'static str],
}

/// Declares an enumeration of words: its variants, `ALL`, `as_str`, `Display`,
/// `FromStr` (with [`UnknownWord`]) and the serde form all come from one list.
macro_rules! words {
    (
        $(#[$about:meta])*
        pub enum $name:ident ($what:literal) {
            $( $(#[$about_variant:meta])* $variant:ident = $word:literal, )+
        }
    ) => {
        $(#[$about])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize,
        )]
        pub enum $name {
            $( $(#[$about_variant])* #[serde(rename = $word)] $variant, )+
        }

        impl $name {
            /// Every variant, in the order of declaration.
            pub const ALL: &'static [Self] = &[ $( Self::$variant ),+ ];

            /// The word as it is written in files and answers.
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $word, )+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::word::UnknownWord;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $( $word => Ok(Self::$variant), )+
                    _ => Err($crate::word::UnknownWord {
                        what: $what,
                        found: text.to_owned(),
                        expected: &[ $( $word ),+ ],
                    }),
                }
            }
        }
    };
}
pub(crate) use words;

/// Gives a type that reads and writes itself as text the same form in serde.
macro_rules! serde_as_text {
    ($name:ty) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(crate) use serde_as_text;

#[cfg(test)]
mod tests {
    use crate::indicator::{Accumulates, Formula, Polarity, RollupTime, RollupTree, Show};
    use crate::period::Every;
    use crate::status::Status;

    /// The words of a type as the contract lists them, through every way in and out.
    macro_rules! assert_words {
        ($type:ty, $words:literal) => {
            let words: Vec<&str> = $words.split(", ").collect();
            assert_eq!(<$type>::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>(), words);
            for (word, variant) in words.iter().zip(<$type>::ALL) {
                assert_eq!(word.parse::<$type>().as_ref(), Ok(variant));
                assert_eq!(variant.to_string(), *word);
                let json = serde_json::to_string(variant).expect("a word is a string");
                assert_eq!(json, format!("{word:?}"));
                assert_eq!(serde_json::from_str::<$type>(&json).expect("reads back"), *variant);
            }
        };
    }

    #[test]
    fn words_are_those_of_the_contract() {
        assert_words!(Polarity, "up, down, range");
        assert_words!(Formula, "ratio, difference, inverse, remainder, range");
        assert_words!(RollupTime, "sum, mean, last, ratio, median, p90, min, max");
        assert_words!(RollupTree, "sum, mean, ratio, none");
        assert_words!(Accumulates, "flow, to_date");
        assert_words!(Show, "current, last_complete, rolling_28d");
        assert_words!(Every, "day, week, month, quarter, semester, year");
        assert_words!(Status, "above, good, watch, late, not_rated, no_data");
        assert_words!(crate::freshness::Freshness, "fresh, aging, stale");
    }

    #[test]
    fn a_wrong_word_is_answered_by_the_right_ones() {
        let refused = "Up".parse::<Polarity>().expect_err("upper case");
        assert_eq!(refused.to_string(), "polarity must be one of up, down, range; found \"Up\"");
    }
}
