//! How long what people write may be, in characters. The rules refuse what is longer, and the specification says so in
//! advance.

/// A person's name.
pub const PERSON: usize = 30;
/// A telephone number.
pub const PHONE: usize = 30;
/// A mailbox (RFC 5321).
pub const EMAIL: usize = 254;
/// A unit's name.
pub const UNIT: usize = 60;
/// Other names a unit may have: how many.
pub const UNIT_ALIASES: usize = 30;
/// A region's name.
pub const REGION: usize = 40;
/// A measure's name, and each other name of it.
pub const MEASURE: usize = 80;
/// The unit that a measure is counted in.
pub const MEASURE_UNIT: usize = 20;
/// A campaign's name.
pub const CAMPAIGN: usize = 80;
/// The number of a plan document (文号).
pub const DOC_NO: usize = 60;
/// The names of a campaign's 专班, convener and issuer.
pub const OFFICE: usize = 60;
/// The mark of letters (机关代字).
pub const MARK: usize = 20;
/// A task's name.
pub const TASK: usize = 120;
/// The phrase that promises a target.
pub const PHRASE: usize = 200;
/// Where a fact comes from.
pub const SOURCE: usize = 200;
/// The name of a source in an order of sources.
pub const SOURCE_NAME: usize = 60;
/// Sources in an order of sources.
pub const SOURCES: usize = 20;
/// What a stated difference is a difference from.
pub const AGAINST: usize = 40;
/// A problem in one line.
pub const PROBLEM: usize = 200;
/// Why something was taken back, retired, silenced or discarded.
pub const REASON: usize = 500;
/// Why a plan was changed.
pub const CHANGE_REASON: usize = 200;
/// What a person's verdict or a reported node rests on.
pub const EVIDENCE: usize = 500;
/// Who gives a verdict or reports a node: a person, or an office with a person.
pub const REPORTER: usize = 60;
/// What a reviewer or who closes a letter remarks.
pub const NOTE: usize = 1_000;
/// A cause or a remedy in a reply.
pub const REPLY_TEXT: usize = 2_000;
/// The causes in a reply altogether: a letter may ask for those of many indicators.
pub const REPLY_CAUSES: usize = 30_000;
/// The name of a file.
pub const FILE_NAME: usize = 120;
/// What an access key is called.
pub const KEY_NAME: usize = 60;
/// What another system calls what it owns.
pub const EXTERNAL_ID: usize = 100;
/// The name of a rule pack.
pub const RULE_PACK: usize = 40;
