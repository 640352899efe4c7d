//! The word lists of the grammar, and the longest word of one at the start or the end of a run of characters.
//!
//! The lists are files in `lexicon/`: a word a line, `#` before what the list is for, sorted. They are compiled in and
//! parsed once. Their order means nothing: the longest word counts, and no word has two meanings in one lexicon.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// The words of a list file.
pub(super) fn list(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// The words that share their first (or last) character, the longest first, with what they mean.
type Bucket<T> = Vec<(Vec<char>, T)>;

/// Words with what they mean, found by their first (or last) character.
pub(super) struct Lexicon<T> {
    buckets: HashMap<char, Bucket<T>, BuildHasherDefault<OfChar>>,
}

/// Words looked for at the start of a text.
pub(super) fn starting(text: &'static str) -> Lexicon<()> {
    Lexicon::starting([(text, ())])
}

/// Words looked for at the end of a text.
pub(super) fn ending(text: &'static str) -> Lexicon<()> {
    Lexicon::ending([(text, ())])
}

impl<T: Copy> Lexicon<T> {
    fn build(entries: impl Iterator<Item = (Vec<char>, T)>, key: fn(&[char]) -> Option<&char>) -> Self {
        let mut buckets: HashMap<char, Bucket<T>, _> = HashMap::default();
        for (word, meaning) in entries {
            if let Some(&first) = key(&word) {
                let bucket = buckets.entry(first).or_default();
                debug_assert!(bucket.iter().all(|(other, _)| *other != word), "{word:?} has two meanings");
                bucket.push((word, meaning));
            }
        }
        for bucket in buckets.values_mut() {
            bucket.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
        }
        Self { buckets }
    }

    /// A lexicon whose words are looked for at the start of a text.
    pub(super) fn of_prefixes(entries: impl IntoIterator<Item = (impl AsRef<str>, T)>) -> Self {
        Self::build(
            entries.into_iter().map(|(word, meaning)| (word.as_ref().chars().collect(), meaning)),
            <[char]>::first,
        )
    }

    /// A lexicon whose words are looked for at the end of a text.
    pub(super) fn of_suffixes(entries: impl IntoIterator<Item = (impl AsRef<str>, T)>) -> Self {
        Self::build(
            entries.into_iter().map(|(word, meaning)| (word.as_ref().chars().collect(), meaning)),
            <[char]>::last,
        )
    }

    /// Lists, each with what its words mean, looked for at the start of a text.
    pub(super) fn starting(lists: impl IntoIterator<Item = (&'static str, T)>) -> Self {
        Self::of_prefixes(
            lists.into_iter().flat_map(|(text, meaning)| list(text).map(move |word| (word, meaning))),
        )
    }

    /// Lists, each with what its words mean, looked for at the end of a text.
    pub(super) fn ending(lists: impl IntoIterator<Item = (&'static str, T)>) -> Self {
        Self::of_suffixes(
            lists.into_iter().flat_map(|(text, meaning)| list(text).map(move |word| (word, meaning))),
        )
    }

    /// The longest word `text` starts with: its length in characters and its meaning.
    pub(super) fn at_start(&self, text: &[char]) -> Option<(usize, T)> {
        work::step();
        let bucket = self.buckets.get(text.first()?)?;
        bucket.iter().find(|(word, _)| text.starts_with(word)).map(|(word, meaning)| (word.len(), *meaning))
    }

    /// The longest word `text` ends with: its length in characters and its meaning.
    pub(super) fn at_end(&self, text: &[char]) -> Option<(usize, T)> {
        work::step();
        let bucket = self.buckets.get(text.last()?)?;
        bucket.iter().find(|(word, _)| text.ends_with(word)).map(|(word, meaning)| (word.len(), *meaning))
    }

    /// The first place in `text` where a word starts: position, length and meaning.
    pub(super) fn anywhere(&self, text: &[char]) -> Option<(usize, usize, T)> {
        (0..text.len())
            .find_map(|at| self.at_start(&text[at..]).map(|(length, meaning)| (at, length, meaning)))
    }

    /// Whether `text` starts with a word.
    pub(super) fn opens(&self, text: &[char]) -> bool {
        self.at_start(text).is_some()
    }

    /// Whether `text` ends with a word.
    pub(super) fn ends(&self, text: &[char]) -> bool {
        self.at_end(text).is_some()
    }

    /// Whether a word starts anywhere in `text`.
    pub(super) fn is_within(&self, text: &[char]) -> bool {
        self.anywhere(text).is_some()
    }

    /// Whether the whole of `text` is a word; for lexicons of words at the start.
    pub(super) fn holds(&self, text: &[char]) -> bool {
        self.at_start(text).is_some_and(|(length, _)| length == text.len())
    }
}

/// Spreads characters over the buckets; the keys are ours, so nobody can choose them to collide.
#[derive(Default)]
struct OfChar(u64);

impl Hasher for OfChar {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u32(u32::from(byte));
        }
    }

    fn write_u32(&mut self, c: u32) {
        // The golden ratio, as in Knuth's multiplicative hashing.
        self.0 = (self.0 ^ u64::from(c)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}

/// A count of dictionary look-ups, so that a test can see how the work grows with the input.
pub(super) mod work {
    #[cfg(test)]
    thread_local!(static STEPS: std::cell::Cell<u64> = const { std::cell::Cell::new(0) });

    /// One look-up more; nothing outside tests.
    #[inline]
    pub(in super::super) fn step() {
        #[cfg(test)]
        STEPS.with(|steps| steps.set(steps.get() + 1));
    }

    /// Look-ups on this thread since the last call.
    #[cfg(test)]
    pub(in super::super) fn taken() -> u64 {
        STEPS.with(|steps| steps.replace(0))
    }
}
