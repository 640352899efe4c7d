//! The working of an assessment: written down only when asked, by the very code that decides.

/// One step: a formula, what went in, what came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Name of the formula and the formula itself, in Chinese.
    pub formula: &'static str,
    /// Names and values of what went in.
    pub inputs: Vec<(String, String)>,
    /// What came out.
    pub result: String,
}

/// Where steps go. The describing closure reads values that were computed anyway and computes none itself, so a
/// verdict with working can never differ from one without.
pub(super) trait Working {
    /// Whether steps are kept at all.
    const KEEPS: bool;

    /// Records a step.
    fn step(&mut self, formula: &'static str, describe: impl FnOnce(&mut Inputs) -> String);
}

/// Collects the inputs of a step.
#[derive(Default)]
pub(super) struct Inputs(Vec<(String, String)>);

impl Inputs {
    /// One more input.
    pub(super) fn with(&mut self, name: impl Into<String>, value: impl std::fmt::Display) -> &mut Self {
        self.0.push((name.into(), value.to_string()));
        self
    }
}

/// Keeps nothing; the closures are never called.
pub(super) struct NoWorking;

impl Working for NoWorking {
    const KEEPS: bool = false;

    #[inline]
    fn step(&mut self, _: &'static str, _: impl FnOnce(&mut Inputs) -> String) {}
}

impl Working for Vec<Step> {
    const KEEPS: bool = true;

    fn step(&mut self, formula: &'static str, describe: impl FnOnce(&mut Inputs) -> String) {
        let mut inputs = Inputs::default();
        let result = describe(&mut inputs);
        self.push(Step { formula, inputs: inputs.0, result });
    }
}
