//! `--key value` pairs of a command line; a key may come again.

/// The pairs as given.
pub struct Options(Vec<(String, String)>);

impl Options {
    /// Reads what stands after the name of the program; says what is wrong and leaves with 2 otherwise.
    pub fn parse(mut words: impl Iterator<Item = String>) -> Self {
        let mut pairs = Vec::new();
        while let Some(word) = words.next() {
            match (word.strip_prefix("--"), words.next()) {
                (Some(key), Some(value)) => pairs.push((key.to_owned(), value)),
                _ => wrong(&format!("{word}: write --key value")),
            }
        }
        Self(pairs)
    }

    /// The last value of a key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// The value of a key that must be there.
    pub fn need(&self, key: &str) -> &str {
        self.get(key).unwrap_or_else(|| wrong(&format!("--{key} is missing")))
    }

    /// All values of a key.
    pub fn all(&self, key: &str) -> Vec<String> {
        self.0.iter().filter(|(name, _)| name == key).map(|(_, value)| value.clone()).collect()
    }

    /// A number.
    pub fn number(&self, key: &str, default: f64) -> f64 {
        self.get(key).map_or(default, |text| text.parse().unwrap_or_else(|_| wrong(&format!("--{key}: {text} is no number"))))
    }

    /// `--server-pid P,P`.
    pub fn pids(&self) -> Vec<u32> {
        let texts = self.get("server-pid").into_iter().flat_map(|text| text.split(','));
        texts.map(|pid| pid.parse().unwrap_or_else(|_| wrong("--server-pid: write numbers with commas"))).collect()
    }
}

/// Leaves with a sentence.
pub fn wrong(sentence: &str) -> ! {
    eprintln!("{sentence}");
    std::process::exit(2)
}
