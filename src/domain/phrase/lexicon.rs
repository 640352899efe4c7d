//! Longest match of a word at the start or the end of a run of characters.

use std::collections::HashMap;

/// Words with what they mean, found by their first (or last) character.
pub(super) struct Lexicon<T> {
    buckets: HashMap<char, Vec<(Vec<char>, T)>>,
}

impl<T: Copy> Lexicon<T> {
    fn build(entries: impl Iterator<Item = (Vec<char>, T)>, key: fn(&[char]) -> Option<&char>) -> Self {
        let mut buckets: HashMap<char, Vec<(Vec<char>, T)>> = HashMap::new();
        for (word, meaning) in entries {
            if let Some(&first) = key(&word) {
                buckets.entry(first).or_default().push((word, meaning));
            }
        }
        for bucket in buckets.values_mut() {
            bucket.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
        }
        Self { buckets }
    }

    /// A lexicon whose words are looked for at the start of a text.
    pub(super) fn of_prefixes<'a>(entries: impl IntoIterator<Item = (&'a str, T)>) -> Self {
        Self::build(
            entries.into_iter().map(|(word, meaning)| (word.chars().collect(), meaning)),
            <[char]>::first,
        )
    }

    /// A lexicon whose words are looked for at the end of a text.
    pub(super) fn of_suffixes<'a>(entries: impl IntoIterator<Item = (&'a str, T)>) -> Self {
        Self::build(
            entries.into_iter().map(|(word, meaning)| (word.chars().collect(), meaning)),
            <[char]>::last,
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
