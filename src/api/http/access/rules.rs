//! Who may do what: one line a route. A route without a line is served to nobody, and a test asks for the line.

use crate::domain::Role;

/// How far the key of a unit reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Not for units.
    Nothing,
    /// As for everybody: plans, names and published figures.
    Everything,
    /// A list that takes `unit`, which is then always its own.
    OwnList,
    /// A letter addressed or copied to it.
    OwnLetter,
    /// A letter addressed to it.
    AddressedLetter,
    /// An episode it answers for.
    OwnEpisode,
    /// An indicator it leads.
    OwnIndicator,
    /// A contact of its own.
    OwnContact,
    /// A problem it leads or supports.
    OwnProblem,
    /// A problem it leads.
    LedProblem,
}

/// One route and who may call it. An administrator may call every one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccessRule {
    /// `GET`, `POST`, …
    pub verb: &'static str,
    /// The route below `/api/v1`, as in the specification.
    pub path: &'static str,
    /// Whether coordinators may.
    pub coordinator: bool,
    /// Whether readers may.
    pub reader: bool,
    /// How far units and their reporters may.
    pub unit: Reach,
    /// Whether reporters may, beyond what units may: their own figures.
    pub reporter: bool,
    /// Whether feeders may.
    pub feeder: bool,
    /// Whether auditors may.
    pub auditor: bool,
    /// Whether nobody may do it to a letter or a problem of their own unit, whatever their role.
    pub not_own: bool,
    /// Whether it is written down who called it.
    pub writes: bool,
    /// Whether it takes as long as it takes, and has no time by which it must be over.
    pub at_length: bool,
}

const fn rule(verb: &'static str, path: &'static str, unit: Reach) -> AccessRule {
    AccessRule {
        verb,
        path,
        coordinator: true,
        reader: true,
        unit,
        reporter: false,
        feeder: false,
        auditor: false,
        not_own: false,
        writes: false,
        at_length: false,
    }
}

/// Reading; units as far as `unit` says.
const fn read(path: &'static str, unit: Reach) -> AccessRule {
    rule("GET", path, unit)
}

/// A calculation that writes nothing.
const fn trial(path: &'static str) -> AccessRule {
    rule("POST", path, Reach::Everything)
}

/// The office's own work.
const fn write(verb: &'static str, path: &'static str) -> AccessRule {
    AccessRule { reader: false, writes: true, ..rule(verb, path, Reach::Nothing) }
}

/// What the office alone reads: persons, and what lies on its desk.
const fn office(verb: &'static str, path: &'static str) -> AccessRule {
    AccessRule { reader: false, ..rule(verb, path, Reach::Nothing) }
}

/// Names that whoever reports figures must know.
const fn names(path: &'static str) -> AccessRule {
    AccessRule { feeder: true, ..read(path, Reach::Everything) }
}

/// Figures put in: by the office, by a unit its own, by another system.
const fn figures(verb: &'static str, path: &'static str) -> AccessRule {
    AccessRule { reporter: true, feeder: true, ..write(verb, path) }
}

/// What a unit does with its letter; the office may enter what came on paper.
const fn answer(path: &'static str) -> AccessRule {
    AccessRule { unit: Reach::AddressedLetter, ..write("POST", path) }
}

/// What a unit does about the problem it leads; the office may enter what came on paper.
const fn put_right(path: &'static str) -> AccessRule {
    AccessRule { unit: Reach::LedProblem, ..write("POST", path) }
}

/// Judging an answer: never by the unit that gave it.
const fn judge(path: &'static str) -> AccessRule {
    AccessRule { not_own: true, ..write("POST", path) }
}

/// For administrators alone.
const fn administer(verb: &'static str, path: &'static str) -> AccessRule {
    AccessRule { coordinator: false, ..write(verb, path) }
}

/// What administrators alone read, without an entry of it.
const fn administer_read(path: &'static str) -> AccessRule {
    AccessRule { writes: false, ..administer("GET", path) }
}

/// What auditors read, too.
const fn audited(rule: AccessRule) -> AccessRule {
    AccessRule { auditor: true, ..rule }
}

/// Work that goes by how much is asked for: thousands of rows, or every indicator.
const fn at_length(rule: AccessRule) -> AccessRule {
    AccessRule { at_length: true, ..rule }
}

use Reach::{Everything, Nothing, OwnContact, OwnEpisode, OwnIndicator, OwnLetter, OwnList, OwnProblem};

/// Every route.
pub const RULES: &[AccessRule] = &[
    names("/regions"),
    write("POST", "/regions"),
    names("/regions/{key}"),
    write("PATCH", "/regions/{key}"),
    read("/units", Everything),
    write("POST", "/units"),
    write("POST", "/units/{id}/merger"),
    read("/units/{id}", Everything),
    write("PATCH", "/units/{id}"),
    write("POST", "/units/{id}/retirement"),
    read("/contacts", OwnList),
    write("POST", "/contacts"),
    read("/contacts/{id}", OwnContact),
    write("PATCH", "/contacts/{id}"),
    read("/campaigns", Everything),
    write("POST", "/campaigns"),
    read("/campaigns/{id}", Everything),
    write("PATCH", "/campaigns/{id}"),
    write("POST", "/campaigns/{id}/retirement"),
    at_length(write("POST", "/campaigns/{id}/next-year")),
    // A unit is given the form that it fills in.
    at_length(read("/campaigns/{id}/sheet.xlsx", OwnList)),
    // It tells of all units, as the overview does; measures of replies are left out for all but the office.
    at_length(rule("GET", "/campaigns/{id}/report.docx", Nothing)),
    at_length(rule("GET", "/campaigns/{id}/report.html", Nothing)),
    at_length(rule("GET", "/campaigns/{id}/report.txt", Nothing)),
    at_length(rule("GET", "/campaigns/{id}/report.json", Nothing)),
    at_length(write("PUT", "/plans")),
    at_length(write("POST", "/imports")),
    office("GET", "/documents"),
    at_length(write("POST", "/documents")),
    office("GET", "/documents/{id}"),
    at_length(write("POST", "/documents/{id}/adopt")),
    write("POST", "/documents/{id}/retirement"),
    rule("GET", "/changes", Nothing),
    rule("GET", "/overview", Nothing),
    rule("GET", "/forecasts/record", Nothing),
    read("/campaigns/{id}/curves", Everything),
    write("PUT", "/campaigns/{id}/curves"),
    read("/campaigns/{id}/revisions", Everything),
    read("/tasks", Everything),
    write("POST", "/tasks"),
    read("/tasks/{id}", Everything),
    write("PATCH", "/tasks/{id}"),
    write("POST", "/tasks/{id}/retirement"),
    names("/measures"),
    write("POST", "/measures"),
    names("/measures/{id}"),
    write("PATCH", "/measures/{id}"),
    write("POST", "/measures/{id}/retirement"),
    read("/rule-packs", Everything),
    write("POST", "/rule-packs"),
    at_length(rule("POST", "/rule-packs/preview", Nothing)),
    read("/rule-packs/{id}", Everything),
    at_length(rule("GET", "/assessments.xlsx", Nothing)),
    at_length(rule("GET", "/units.xlsx", Nothing)),
    at_length(office("GET", "/contacts.xlsx")),
    at_length(read("/observations.xlsx", Everything)),
    at_length(read("/letters.xlsx", OwnList)),
    // It has the measures of replies, in which persons are named.
    AccessRule { reader: false, ..at_length(read("/ledger.xlsx", OwnList)) },
    read("/indicators", OwnList),
    write("POST", "/indicators"),
    read("/indicators/{id}", OwnIndicator),
    write("PATCH", "/indicators/{id}"),
    write("POST", "/indicators/{id}/retirement"),
    read("/indicators/{id}/assessment", OwnIndicator),
    read("/indicators/{id}/assessments", OwnIndicator),
    read("/indicators/{id}/revisions", OwnIndicator),
    read("/indicators/{id}/cascade", OwnIndicator),
    read("/indicators/{id}/verdicts", OwnIndicator),
    write("POST", "/indicators/{id}/verdicts"),
    read("/indicators/{id}/nodes", OwnIndicator),
    write("POST", "/indicators/{id}/nodes"),
    read("/observations", Everything),
    at_length(figures("PUT", "/observations")),
    write("POST", "/observations/{id}/withdrawal"),
    read("/assessments", OwnList),
    trial("/assessments/preview"),
    trial("/targets/parse"),
    read("/episodes", OwnList),
    read("/episodes/{id}", OwnEpisode),
    read("/ledger", OwnList),
    read("/ledger/counts", OwnList),
    at_length(read("/ledger.csv", OwnList)),
    read("/problems", OwnList),
    read("/problems/counts", OwnList),
    // It names persons with their telephones.
    AccessRule { reader: false, ..at_length(read("/problems.xlsx", OwnList)) },
    write("POST", "/problems"),
    read("/problems/{id}", OwnProblem),
    write("PATCH", "/problems/{id}"),
    write("POST", "/problems/{id}/assignment"),
    put_right("/problems/{id}/measures"),
    put_right("/problems/{id}/progress"),
    put_right("/problems/{id}/application"),
    judge("/problems/{id}/return"),
    judge("/problems/{id}/closure"),
    write("POST", "/problems/{id}/reopening"),
    write("POST", "/problems/{id}/withdrawal"),
    at_length(write("POST", "/warning-runs")),
    read("/warning-runs", Nothing),
    read("/warning-runs/{id}", Nothing),
    at_length(write("POST", "/warning-runs/{id}/release")),
    read("/calendars", Everything),
    read("/silences", Nothing),
    write("POST", "/silences"),
    read("/silences/{id}", Nothing),
    write("POST", "/silences/{id}/end"),
    read("/letters", OwnList),
    read("/letters/board", OwnList),
    read("/letters/{id}", OwnLetter),
    at_length(write("POST", "/letters/issue")),
    write("POST", "/letters/{id}/issue"),
    write("POST", "/letters/{id}/discard"),
    write("POST", "/letters/{id}/withdrawal"),
    write("POST", "/letters/{id}/correction"),
    read("/letters/{id}.html", OwnLetter),
    read("/letters/{id}.docx", OwnLetter),
    read("/letters/{id}.txt", OwnLetter),
    read("/letters/{id}.png", OwnLetter),
    // The mail as it was sent carries the link by which the addressee answers.
    AccessRule { reader: false, ..read("/letters/{id}.eml", Reach::AddressedLetter) },
    answer("/letters/{id}/receipt"),
    read("/letters/{id}/receipt", OwnLetter),
    answer("/letters/{id}/replies"),
    // What a unit answers is for it and the office, not for those copied on the letter.
    // It names persons with their telephones, in its text as well.
    AccessRule { reader: false, ..read("/letters/{id}/replies", Reach::AddressedLetter) },
    AccessRule {
        reader: false,
        ..read("/letters/{id}/replies/{rid}/files/{ordinal}", Reach::AddressedLetter)
    },
    judge("/letters/{id}/replies/{rid}/review"),
    judge("/letters/{id}/closure"),
    read("/letters/{id}/closure", OwnLetter),
    read("/deliveries", Nothing),
    write("POST", "/deliveries/{id}/retry"),
    write("POST", "/letters/{id}/deliveries"),
    office("GET", "/notices"),
    write("POST", "/notices/{id}/retry"),
    write("POST", "/bounces"),
    audited(read("/incidents", Nothing)),
    audited(read("/incidents/{id}", Nothing)),
    write("POST", "/incidents/{id}/closure"),
    administer("GET", "/api-keys"),
    administer("POST", "/api-keys"),
    administer("POST", "/api-keys/{id}/rotation"),
    administer("DELETE", "/api-keys/{id}"),
    // Reading it does not add to it.
    audited(administer_read("/audit-events")),
    administer_read("/webhooks"),
    administer("POST", "/webhooks"),
    administer_read("/webhooks/{id}"),
    administer("PATCH", "/webhooks/{id}"),
    administer("POST", "/webhooks/{id}/retirement"),
    administer("POST", "/webhooks/{id}/rotation"),
    administer("POST", "/webhooks/{id}/test"),
    administer("POST", "/webhooks/{id}/replay"),
    administer_read("/webhooks/{id}/events"),
];

/// The line of a route.
pub fn find(verb: &str, path: &str) -> Option<&'static AccessRule> {
    RULES.iter().find(|rule| rule.verb == verb && rule.path == path)
}

impl AccessRule {
    /// Whether keys of this role may call the route at all.
    pub fn admits(&self, role: Role) -> bool {
        match role {
            Role::Administrator => true,
            Role::Coordinator => self.coordinator,
            Role::Reader => self.reader,
            Role::Unit => self.unit != Reach::Nothing,
            Role::Reporter => self.reporter || self.unit != Reach::Nothing,
            Role::Feeder => self.feeder,
            Role::Auditor => self.auditor,
        }
    }
}
