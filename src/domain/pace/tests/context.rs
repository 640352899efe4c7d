//! Curves, comparisons, history, time.
