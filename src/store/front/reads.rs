//! The queries that change nothing.

use std::collections::HashMap;

use chrono::{NaiveDate, NaiveDateTime};
use uuid::Uuid;
use xushi_domain::delivery::DeliveryState;
use xushi_domain::reply::ReplyStage;
use xushi_domain::{
    ChangeKind, ContactRole, Grade, IncidentKind, Kind, LetterState, PlanPart, Responsibility, Retiree,
};

use super::{Answer, Reader};
use crate::rows::*;
use crate::transaction::{Held, Tx};
use crate::types::{Id, Listed};
use crate::{Store, StoreError, checkout, pg, sqlite};

reads! {
    'a;
    api_keys {
        fn find_api_key(hash: &'a str) -> Option<ApiKeyRow>;
        fn list_api_keys(filter: &'a ApiKeyFilter, page: Page) -> Vec<ApiKeyRow>;
    }
    audit {
        fn find_audit_head() -> AuditHead;
        fn list_audit_events(filter: &'a AuditFilter, page: Page) -> Vec<ListedAudit>;
        fn list_sealed(after: i64, limit: i64) -> Vec<SealedAudit>;
        fn list_unsealed(limit: i64) -> (Vec<AuditRow>, Vec<Id>);
    }
    campaigns {
        fn list_campaigns_of(ids: &'a [Id]) -> Vec<CampaignRow>;
        fn find_campaign(id: Uuid) -> Option<CampaignRow>;
        fn list_below_others() -> Vec<(CampaignRow, CampaignRow)>;
        fn list_campaign_curves(ids: &'a [Id]) -> Vec<CampaignCurveRow>;
        fn list_campaigns(filter: &'a CampaignFilter, page: Page) -> Vec<CampaignRow>;
        fn list_children(id: Id) -> Vec<CampaignRow>;
        fn list_members(ids: &'a [Id]) -> Vec<(CampaignMemberRow, String)>;
        fn resolve_campaign(key: &'a str) -> CampaignRow;
    }
    change_feed {
        fn find_change_epoch() -> i32;
        fn list_changes(kinds: &'a [ChangeKind], after: ChangePlace, limit: i64) -> Vec<ChangeRow>;
    }
    comparisons {
        fn list_measure_names() -> Vec<(String, Id)>;
        fn list_register() -> Vec<RegionRow>;
        fn list_led_series(unit: Id, day: NaiveDate) -> Vec<(Id, Id)>;
        fn list_series(measure_ids: &'a [Id], region_ids: &'a [Id]) -> Vec<(i64, Id, Id)>;
        fn list_sibling_targets(measure_ids: &'a [Id], region_ids: &'a [Id]) -> Vec<SiblingTarget>;
        fn list_stated(series_id: i64, as_of: NaiveDate) -> Vec<StatedDifferenceRow>;
    }
    access_scope {
        fn find_contact_unit(contact: Uuid) -> Option<Id>;
        fn find_episode_unit(episode: Uuid) -> Option<Id>;
        fn find_indicator_unit(indicator: Uuid) -> Option<Id>;
        fn find_letter_unit(letter: Uuid) -> Option<Id>;
        fn letter_concerns(letter: Uuid, unit: Uuid) -> bool;
    }
    contacts {
        fn list_contacts_of(ids: &'a [Id]) -> Vec<ContactRow>;
        fn find_contact(id: Uuid) -> Option<ContactRow>;
        fn find_contact_at(unit: Id, email: &'a str, role: ContactRole) -> Option<ContactRow>;
        fn list_contacts(filter: &'a ContactFilter, page: Page) -> Vec<ContactRow>;
    }
    deliveries {
        fn count_blocked_attempts(delivery: Id) -> i64;
        fn count_deliveries() -> HashMap<DeliveryState, i64>;
        fn list_attempts(delivery: Id) -> Vec<AttemptRow>;
        fn list_deliveries(filter: &'a DeliveryFilter, page: Page) -> Vec<DeliveryRow>;
        fn list_deliveries_by_message_id(ids: &'a [String]) -> Vec<DeliveryRow>;
    }
    documents {
        fn count_document_bytes() -> i64;
        fn find_document(id: Uuid) -> Option<DocumentRow>;
        fn find_document_content(id: Id) -> Option<DocumentContent>;
        fn list_documents(filter: &'a DocumentFilter, page: Page) -> Vec<DocumentRow>;
    }
    episodes {
        fn list_episodes_of(ids: &'a [Id]) -> Vec<(EpisodeRow, String)>;
        fn find_episode(id: Uuid) -> Option<(EpisodeRow, String)>;
        fn list_episodes(filter: &'a EpisodeFilter, page: Page) -> Vec<(EpisodeRow, String)>;
    }
    external_ids {
        fn find_external(part: PlanPart, key: &'a str) -> Option<Id>;
        fn list_external_ids(owners: &'a [Id]) -> HashMap<Id, String>;
    }
    evaluation {
        fn list_aliases() -> Vec<(Id, String)>;
        fn list_evaluation_rows(
            campaigns: Option<&'a [Id]>,
            as_of: NaiveDate,
            after: Option<(i64, Id)>,
            limit: i64,
        ) -> Vec<(EvaluationRow, Id, Id)>;
        fn list_evaluation_rows_of(ids: &'a [Id]) -> Vec<(EvaluationRow, Id, Id)>;
        fn list_evaluation_rows_of_kinds(
            kinds: &'a [Kind],
            after: Option<Id>,
            limit: i64,
        ) -> Vec<(EvaluationRow, Id, Id)>;
        fn list_facts_between(first: i64, last: i64, as_of: NaiveDate) -> Vec<FactRow>;
        fn list_grades_before(ids: &'a [Id], before: NaiveDateTime) -> Vec<(Id, Listed<Grade>)>;
        fn list_indicators_of_series(ids: &'a [i64]) -> Vec<(i64, Id)>;
        fn list_judged_measures() -> Vec<EvaluationMeasureRow>;
        fn list_past_verdicts(ids: &'a [Id], as_of: NaiveDate) -> Vec<PastVerdictRow>;
        fn list_region_codes() -> Vec<(Id, String)>;
        fn list_series_keys(ids: &'a [i64]) -> Vec<(Id, Id)>;
        fn list_series_of_indicators(ids: &'a [Id]) -> Vec<(i64, Id)>;
    }
    indicators {
        fn list_indicators_of(ids: &'a [Id]) -> Vec<NamedIndicatorRow>;
        fn list_assessments_of(ids: &'a [Id]) -> Vec<AssessmentRow>;
        fn count_grades(campaigns: Option<&'a [Id]>) -> Vec<(Listed<Grade>, i64)>;
        fn find_indicator(id: Uuid) -> Option<NamedIndicatorRow>;
        fn find_indicator_at(task: Id, measure: Id, region: Id) -> Option<Id>;
        fn find_task_campaign(task: Uuid) -> (Id, NaiveDate, NaiveDate);
        fn list_assessments(indicator: Uuid, page: Page) -> Vec<AssessmentRow>;
        fn list_board(filter: &'a BoardFilter, limit: i64, after: Option<(i32, Uuid)>) -> Vec<BoardRow>;
        fn list_board_on(ids: &'a [Id], day: NaiveDate) -> Vec<BoardRow>;
        fn list_by_series(filter: &'a BoardFilter, day: NaiveDate) -> Vec<Id>;
        fn list_indicators(filter: &'a BoardFilter, page: Page) -> Vec<NamedIndicatorRow>;
        fn list_parts(measure: Id, region_ids: &'a [Id], window: (NaiveDate, NaiveDate)) -> Vec<(Id, Id, Id)>;
        fn resolve_campaign_family(key: &'a str) -> Vec<Id>;
    }
    issuing {
        fn list_draft_heads() -> Vec<LetterHead>;
        fn list_episode_links(letters: &'a [Id]) -> Vec<LetterEpisodeRow>;
        fn list_first_reports(indicators: &'a [Id]) -> Vec<FirstReport>;
        fn list_letter_heads(ids: &'a [Id]) -> Vec<LetterHead>;
        fn list_letter_reports(letters: &'a [Id]) -> Vec<LetterReportRow>;
        fn list_spoken_of(day: NaiveDate, trial: bool) -> Vec<Id>;
        fn list_steps(ids: &'a [Id]) -> Vec<(Id, i32)>;
        fn list_unanswered(until: NaiveDate, trial: bool) -> Vec<LetterHead>;
    }
    ledger {
        fn list_board_letters(filter: &'a LedgerFilter) -> Vec<BoardLetterRow>;
        fn list_courses(ids: &'a [Id]) -> HashMap<Id, ReplyStage>;
        fn list_ledger(filter: &'a LedgerFilter, page: Page) -> Vec<LedgerRow>;
    }
    letter_files {
        fn list_letter_files(letters: &'a [Id]) -> Vec<LetterFileRow>;
    }
    letters {
        fn find_letter(id: Uuid) -> Option<LetterRow>;
        fn find_letters(ids: &'a [Id]) -> Vec<LetterRow>;
        fn find_deliveries(ids: &'a [Id]) -> Vec<DeliveryRow>;
        fn list_deliveries_of(letters: &'a [Id]) -> Vec<DeliveryRow>;
        fn list_letter_deliveries(letter: Uuid) -> Vec<DeliveryRow>;
        fn list_letter_episodes(letter: Uuid) -> Vec<EpisodeRow>;
        fn list_letters(filter: &'a LetterFilter, page: Page) -> Vec<LetterRow>;
        fn list_open_episodes() -> Vec<EpisodeRow>;
        fn list_thread_mails(letters: &'a [Id]) -> Vec<(Id, DeliveryRow)>;
    }
    measures {
        fn list_measures_of(ids: &'a [Id]) -> Vec<MeasureRow>;
        fn find_measure(id: Uuid) -> Option<MeasureRow>;
        fn list_measure_aliases(ids: &'a [Id]) -> Vec<MeasureAliasRow>;
        fn list_measures(filter: &'a MeasureFilter, page: Page) -> Vec<MeasureRow>;
        fn resolve_measure(key: &'a str) -> MeasureRow;
        fn resolve_measures(keys: &'a [String]) -> HashMap<String, MeasureRow>;
    }
    names {
        fn find_campaign_named(region: Id, starts_on: NaiveDate, name: &'a str) -> Option<Id>;
        fn find_measure_named(name: &'a str) -> Option<Id>;
        fn find_task_named(campaign: Id, parent: Option<Id>, name: &'a str) -> Option<Id>;
        fn find_unit_named(region: Id, name: &'a str) -> Option<Id>;
    }
    observations {
        fn list_observations_of(ids: &'a [Id]) -> Vec<ListedObservation>;
        fn list_facts(ids: &'a [i64], as_of: NaiveDate) -> Vec<FactRow>;
        fn list_observations(filter: &'a ObservationFilter, page: Page) -> Vec<ListedObservation>;
        fn is_observation(id: Uuid) -> bool;
    }
    overview {
        fn count_campaign_grades(campaigns: Option<&'a [Id]>, day: NaiveDate) -> Vec<GradeCount>;
        fn count_letter_states(campaigns: Option<&'a [Id]>, trial: bool) -> Vec<(Listed<LetterState>, i64)>;
        fn list_overdue_letters(
            campaigns: Option<&'a [Id]>,
            day: NaiveDate,
            limit: i64,
            trial: bool,
        ) -> (Vec<OverdueLetterRow>, i64);
        fn list_standing_letters(ids: &'a [Id]) -> Vec<StandingLetterRow>;
    }
    persons {
        fn list_node_reports_of(ids: &'a [Id], as_of: NaiveDate) -> Vec<NodeReportRow>;
        fn list_person_verdicts(indicator: Uuid, page: Page) -> Vec<PersonVerdictRow>;
        fn list_person_verdicts_of(ids: &'a [Id], as_of: NaiveDate) -> Vec<PersonVerdictRow>;
    }
    incidents {
        fn count_open_incidents() -> HashMap<IncidentKind, i64>;
        fn find_incident(id: Uuid) -> Option<IncidentRow>;
        fn list_open_subjects(kind: IncidentKind) -> Vec<String>;
        fn list_incidents(filter: &'a IncidentFilter, page: Page) -> Vec<IncidentRow>;
    }
    reassessments {
        fn list_marked_of(ids: &'a [Id], comparing: &'a [Kind]) -> Vec<Id>;
        fn list_marks() -> Vec<i64>;
    }
    rechecks {
        fn list_all_window_starts() -> Vec<(i64, NaiveDate)>;
        fn list_stored(after: Option<Id>, limit: i64) -> Vec<(ObservationRow, String, String)>;
    }
    recording {
        fn list_window_starts(keys: &'a [(Id, Id)]) -> Vec<((Id, Id), NaiveDate)>;
        fn plan_observations(batch: &'a [FactWrite]) -> FactPlan;
    }
    regions {
        fn list_regions_of(ids: &'a [Id]) -> Vec<RegionRow>;
        fn count_regions() -> i64;
        fn find_region(id: Uuid) -> Option<RegionRow>;
        fn find_region_by_code(code: &'a str) -> Option<RegionRow>;
        fn list_region_aliases(ids: &'a [Id]) -> Vec<RegionAliasRow>;
        fn list_regions(filter: &'a RegionFilter, page: Page) -> Vec<RegionRow>;
        fn resolve_region(key: &'a str) -> RegionRow;
        fn resolve_regions(keys: &'a [String]) -> HashMap<String, Option<Id>>;
    }
    replies {
        fn list_replies_of(ids: &'a [Id]) -> Vec<WholeReply>;
        fn find_closure(letter: Uuid) -> Option<(ClosureRow, String)>;
        fn find_receipt(letter: Uuid) -> Option<ReceiptRow>;
        fn find_reply_file(letter: Uuid, reply: Uuid, ordinal: i32) -> Option<ReplyFileRow>;
        fn list_replies(letter: Uuid) -> Vec<WholeReply>;
    }
    responsibilities {
        fn effective_responsibilities(task_id: Id, indicator_id: Option<Id>) -> Vec<Responsibility>;
        fn list_task_responsibilities(tasks: &'a [Id]) -> Vec<(ResponsibilityRow, String)>;
    }
    restorations {
        fn find_restoration() -> Option<(String, NaiveDateTime)>;
        fn list_last_numbers() -> Vec<UsedNumber>;
        fn list_migrations() -> Vec<String>;
    }
    retirements {
        fn list_dependents(what: Retiree, id: Id) -> Vec<Dependent>;
        fn list_retired(ids: &'a [Id]) -> Vec<RetiredIndicator>;
        fn list_within(campaign: Id) -> Vec<(Retiree, Id)>;
    }
    revisions {
        fn list_changed_since(subject: RevisionOf, as_of: NaiveDate) -> Vec<Id>;
        fn list_revisions(subject: RevisionOf, id: Uuid, page: Page) -> Vec<RevisionRow>;
        fn list_revisions_of(subject: RevisionOf, ids: &'a [Id]) -> Vec<RevisionRow>;
    }
    rule_packs {
        fn find_rule_pack(id: Uuid) -> Option<RulePackRow>;
        fn list_campaign_packs() -> Vec<(Id, RulePackRow)>;
        fn list_rule_packs(filter: &'a RulePackFilter, page: Page) -> Vec<RulePackRow>;
        fn resolve_rule_pack(key: &'a str) -> RulePackRow;
    }
    runs {
        fn find_run(id: Uuid) -> Option<WarningRunRow>;
        fn find_silence(id: Uuid) -> Option<SilenceRow>;
        fn list_runs(page: Page, created_after: Option<NaiveDateTime>) -> Vec<WarningRunRow>;
        fn list_silences(filter: &'a SilenceFilter, page: Page) -> Vec<SilenceRow>;
        fn list_silences_on(day: NaiveDate) -> Vec<SilenceRow>;
        fn was_run_by_hand(day: NaiveDate, since: NaiveDateTime) -> bool;
    }
    settings {
        fn find_setting(name: &'a str) -> Option<(String, NaiveDateTime)>;
    }
    settlements {
        fn find_successor(letter: Id) -> Option<LetterRow>;
        fn list_letters_to_settle() -> Vec<(Id, Option<Id>)>;
    }
    slots {
        fn find_slot(job: &'a str, due_at: NaiveDateTime) -> Option<SlotRow>;
        fn find_last_done(job: &'a str) -> Option<SlotRow>;
        fn is_job_known(job: &'a str, by: NaiveDateTime) -> bool;
    }
    snapshot {
        fn find_snapshot() -> Option<String>;
    }
    tasks {
        fn list_tasks_of(ids: &'a [Id]) -> Vec<TaskRow>;
        fn resolve_task(key: &'a str) -> TaskRow;
        fn find_task(id: Uuid) -> Option<TaskRow>;
        fn list_tasks(filter: &'a TaskFilter, page: Page) -> Vec<TaskRow>;
    }
    units {
        fn list_units_of(ids: &'a [Id]) -> Vec<UnitRow>;
        fn find_unit(id: Uuid) -> Option<UnitRow>;
        fn list_unit_aliases(ids: &'a [Id]) -> Vec<UnitAliasRow>;
        fn list_units(filter: &'a UnitFilter, page: Page) -> Vec<UnitRow>;
        fn resolve_unit(key: &'a str) -> UnitRow;
    }
    wanted_rates {
        fn list_wanted_rates(batch: &'a [FactWrite]) -> Vec<usize>;
    }
    warnings {
        fn list_issuing_campaigns() -> Vec<IssuingCampaignRow>;
        fn list_lines(ids: &'a [Id]) -> Vec<LineRow>;
        fn list_mailboxes(ids: &'a [Id], roles: &'a [ContactRole], day: NaiveDate) -> Vec<ContactRow>;
        fn list_responsible_units(tasks: &'a [Id], indicators: &'a [Id]) -> Vec<PartRow>;
        fn list_unit_names(ids: &'a [Id]) -> Vec<UnitNameRow>;
    }
    watch {
        fn find_oldest_waiting() -> Option<NaiveDateTime>;
        fn is_slot_done(job: &'a str, due_at: NaiveDateTime) -> bool;
        fn list_episodes_without_letter(
            before: NaiveDateTime,
            today: NaiveDate,
            trial: bool,
        ) -> Vec<(Id, String)>;
        fn list_hidden_failures(trial: bool) -> Vec<DeliveryRow>;
        fn list_last_slots() -> Vec<(String, Option<NaiveDateTime>)>;
        fn list_late_deliveries(due: NaiveDateTime, made: NaiveDateTime, trial: bool) -> Vec<DeliveryRow>;
        fn list_unaddressed() -> Vec<(Id, String, String)>;
        fn list_undelivered_letters(trial: bool) -> Vec<(LetterName, bool)>;
        fn list_waiting_drafts(before: NaiveDateTime) -> Vec<(LetterName, NaiveDateTime)>;
        fn longest_reply() -> i32;
    }
    withdrawals {
        fn list_ladder(letter: Id) -> Vec<(Id, LetterState)>;
        fn list_withdrawals(ids: &'a [Id]) -> HashMap<Id, (WithdrawalRow, LetterName)>;
        fn list_withdrawals_about(episodes: &'a [Id]) -> Vec<(Id, LetterName, WithdrawalRow, LetterName)>;
        fn list_withdrawn_by(letter: Id) -> Vec<LetterName>;
    }
    webhooks {
        fn find_feed_end() -> (i32, ChangePlace);
        fn find_webhook(id: Uuid) -> Option<WebhookRow>;
        fn list_webhook_events(filter: &'a WebhookEventFilter, page: Page) -> Vec<WebhookEventRow>;
        fn list_webhooks(with_retired: bool, updated_after: Option<NaiveDateTime>, page: Page) -> Vec<WebhookRow>;
    }
}
