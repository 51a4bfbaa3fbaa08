//! How a command fails: an exit code, one sentence, and the cause for those who ask.

use std::error::Error;
use std::fmt;
use std::process::ExitCode;

use dashboard_server::apply::{ApplyError, GatherError, report};

use crate::config::ConfigError;

/// Why a command failed.
#[derive(Debug)]
pub(crate) struct Failure {
    code: u8,
    sentence: String,
    cause: Option<Box<dyn Error + Send + Sync>>,
}

/// Exit code of what failed at run time.
const AT_RUN_TIME: u8 = 1;
/// Exit code of wrong usage or configuration.
const WRONG_USAGE: u8 = 2;

impl Failure {
    /// Something failed although it was asked for rightly.
    pub(crate) fn run(sentence: impl Into<String>) -> Self {
        Self { code: AT_RUN_TIME, sentence: sentence.into(), cause: None }
    }

    /// The command line, the configuration or a file is wrong.
    pub(crate) fn usage(sentence: impl Into<String>) -> Self {
        Self { code: WRONG_USAGE, ..Self::run(sentence) }
    }

    /// Keeps the cause.
    pub(crate) fn because(self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { cause: Some(cause.into()), ..self }
    }

    /// Prints the sentence on stderr, with its causes when `verbose`, and gives the exit code.
    pub(crate) fn report(&self, verbose: bool) -> ExitCode {
        let mut text = format!("error: {}", self.sentence);
        let mut next: Option<&dyn Error> = self.cause.as_deref().map(|cause| cause as &dyn Error);
        while let Some(cause) = next.filter(|_| verbose) {
            text.push_str(": ");
            text.push_str(&cause.to_string());
            next = cause.source();
        }
        eprintln!("{text}");
        ExitCode::from(self.code)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.sentence)
    }
}

impl From<sql::Error> for Failure {
    fn from(error: sql::Error) -> Self {
        let code = if matches!(error, sql::Error::Address { .. }) { WRONG_USAGE } else { AT_RUN_TIME };
        let sentence = match error {
            sql::Error::Open { .. } => {
                format!("{error}; check store.url and the rights on its folder, or ask for the cause with --verbose")
            }
            _ => error.to_string(),
        };
        // The error itself is the sentence; only what is behind it is a cause.
        Self { code, sentence, cause: error.source().map(chain).map(Into::into) }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::usage(error.0)
    }
}

impl From<GatherError> for Failure {
    fn from(error: GatherError) -> Self {
        let cause = error.source().map(chain);
        let failure = Self::usage(error.to_string());
        match cause {
            Some(cause) => failure.because(cause),
            None => failure,
        }
    }
}

impl From<ApplyError> for Failure {
    fn from(error: ApplyError) -> Self {
        match error {
            ApplyError::Store(cause) => cause.into(),
            ApplyError::Faults(faults) => {
                let count = if faults.len() == 1 { "is 1 fault".to_owned() } else { format!("are {} faults", faults.len()) };
                Self::usage(format!("nothing was written, there {count}\n{}", report(&faults)))
            }
        }
    }
}

/// An error and what is behind it, as one text.
fn chain(error: &dyn Error) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {}", chain(cause)),
        None => error.to_string(),
    }
}
