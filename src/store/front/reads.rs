//! The queries that change nothing.

use std::collections::HashMap;

use chrono::{NaiveDate, NaiveDateTime};
use xushi_domain::delivery::DeliveryState;
use xushi_domain::reply::ReplyStage;
use xushi_domain::{
    ChangeKind, ContactRole, Grade, IncidentKind, Kind, LetterState, PlanPart, Responsibility, Retiree,
};

use super::{Answer, Reader};
use crate::rows::*;
use crate::transaction::{Held, Tx};
use crate::types::{
    AnyId, ApiKeyId, AssessmentId, AuditEventId, CampaignId, ContactId, DeliveryId, DocumentId, EpisodeId,
    IncidentId, IndicatorId, LetterId, Listed, MeasureId, ObservationId, ProblemId, RegionId, ReplyId,
    RulePackId, SilenceId, TaskId, UnitId, WarningRunId, WebhookId,
};
use crate::{Store, StoreError, checkout, pg, sqlite};

reads! {
    'a;
    api_keys {
        fn get_api_key(id: ApiKeyId) -> Option<ApiKeyRow>;
        fn find_api_key(hash: &'a str, now: NaiveDateTime) -> Option<ApiKeyRow>;
        fn list_api_keys(filter: &'a ApiKeyFilter, page: Page) -> Vec<ApiKeyRow>;
    }
    audit {
        fn find_audit_head() -> AuditHead;
        fn list_audit_events(filter: &'a AuditFilter, page: Page) -> Vec<ListedAudit>;
        fn list_sealed(after: i64, limit: i64) -> Vec<SealedAudit>;
        fn list_unsealed(limit: i64) -> (Vec<AuditRow>, Vec<AuditEventId>);
    }
    campaigns {
        fn list_campaigns_of(ids: &'a [CampaignId]) -> Vec<CampaignRow>;
        fn find_campaign(id: CampaignId) -> Option<CampaignRow>;
        fn list_below_others() -> Vec<(CampaignRow, CampaignRow)>;
        fn list_campaign_curves(ids: &'a [CampaignId]) -> Vec<CampaignCurveRow>;
        fn list_campaigns(filter: &'a CampaignFilter, page: Page) -> Vec<CampaignRow>;
        fn list_children(id: CampaignId) -> Vec<CampaignRow>;
        fn list_members(ids: &'a [CampaignId]) -> Vec<(CampaignMemberRow, String)>;
        fn resolve_campaign(key: &'a str) -> CampaignRow;
    }
    change_feed {
        fn list_changes(kinds: &'a [ChangeKind], after: ChangePlace, limit: i64) -> Vec<ChangeRow>;
    }
    comparisons {
        fn list_measure_names() -> Vec<(String, MeasureId)>;
        fn list_register() -> Vec<RegionRow>;
        fn list_led_series(unit: UnitId, day: NaiveDate) -> Vec<(MeasureId, RegionId)>;
        fn list_series(measure_ids: &'a [MeasureId], region_ids: &'a [RegionId]) -> Vec<(i64, MeasureId, RegionId)>;
        fn list_sibling_targets(measure_ids: &'a [MeasureId], region_ids: &'a [RegionId]) -> Vec<SiblingTarget>;
        fn list_stated(series_id: i64, as_of: NaiveDate) -> Vec<StatedDifferenceRow>;
    }
    access_scope {
        fn find_contact_unit(contact: ContactId) -> Option<UnitId>;
        fn find_episode_unit(episode: EpisodeId) -> Option<UnitId>;
        fn find_indicator_unit(indicator: IndicatorId) -> Option<UnitId>;
        fn find_letter_unit(letter: LetterId) -> Option<UnitId>;
        fn letter_concerns(letter: LetterId, unit: UnitId) -> bool;
        fn find_problem_unit(problem: ProblemId) -> Option<UnitId>;
        fn problem_concerns(problem: ProblemId, unit: UnitId) -> bool;
    }
    contacts {
        fn list_contacts_of(ids: &'a [ContactId]) -> Vec<ContactRow>;
        fn find_contact(id: ContactId) -> Option<ContactRow>;
        fn find_contact_at(unit: UnitId, email: &'a str, role: ContactRole) -> Option<ContactRow>;
        fn list_contacts(filter: &'a ContactFilter, page: Page) -> Vec<ContactRow>;
    }
    deliveries {
        fn count_blocked_attempts(delivery: DeliveryId) -> i64;
        fn count_deliveries() -> HashMap<DeliveryState, i64>;
        fn list_attempts(delivery: DeliveryId) -> Vec<AttemptRow>;
        fn list_deliveries(filter: &'a DeliveryFilter, page: Page) -> Vec<DeliveryRow>;
        fn list_deliveries_by_message_id(ids: &'a [String]) -> Vec<DeliveryRow>;
    }
    documents {
        fn count_document_bytes() -> i64;
        fn find_document(id: DocumentId) -> Option<DocumentRow>;
        fn find_document_content(id: DocumentId) -> Option<DocumentContent>;
        fn list_documents(filter: &'a DocumentFilter, page: Page) -> Vec<DocumentRow>;
    }
    episodes {
        fn list_episodes_of(ids: &'a [EpisodeId]) -> Vec<(EpisodeRow, String)>;
        fn find_episode(id: EpisodeId) -> Option<(EpisodeRow, String)>;
        fn list_episodes(filter: &'a EpisodeFilter, page: Page) -> Vec<(EpisodeRow, String)>;
    }
    external_ids {
        fn find_external(part: PlanPart, key: &'a str) -> Option<AnyId>;
        fn list_external_ids(owners: &'a [AnyId]) -> HashMap<AnyId, String>;
    }
    evaluation {
        fn list_aliases() -> Vec<(MeasureId, String)>;
        fn list_evaluation_rows(
            campaigns: Option<&'a [CampaignId]>,
            as_of: NaiveDate,
            after: Option<(i64, IndicatorId)>,
            limit: i64,
        ) -> Vec<(EvaluationRow, MeasureId, RegionId)>;
        fn list_evaluation_rows_of(ids: &'a [IndicatorId]) -> Vec<(EvaluationRow, MeasureId, RegionId)>;
        fn list_evaluation_rows_of_kinds(
            kinds: &'a [Kind],
            after: Option<IndicatorId>,
            limit: i64,
        ) -> Vec<(EvaluationRow, MeasureId, RegionId)>;
        fn list_facts_between(first: i64, last: i64, as_of: NaiveDate) -> Vec<FactRow>;
        fn list_grades_before(ids: &'a [IndicatorId], before: NaiveDateTime) -> Vec<(IndicatorId, Listed<Grade>)>;
        fn list_indicators_of_series(ids: &'a [i64]) -> Vec<(i64, IndicatorId)>;
        fn list_judged_measures() -> Vec<EvaluationMeasureRow>;
        fn list_past_verdicts(ids: &'a [IndicatorId], as_of: NaiveDate) -> Vec<PastVerdictRow>;
        fn list_region_codes() -> Vec<(RegionId, String)>;
        fn list_series_keys(ids: &'a [i64]) -> Vec<(MeasureId, RegionId)>;
        fn list_series_of_indicators(ids: &'a [IndicatorId]) -> Vec<(i64, IndicatorId)>;
    }
    indicators {
        fn list_indicators_of(ids: &'a [IndicatorId]) -> Vec<NamedIndicatorRow>;
        fn list_assessments_of(ids: &'a [AssessmentId]) -> Vec<AssessmentRow>;
        fn count_grades(campaigns: Option<&'a [CampaignId]>) -> Vec<(Listed<Grade>, i64)>;
        fn find_indicator(id: IndicatorId) -> Option<NamedIndicatorRow>;
        fn find_indicator_at(task: TaskId, measure: MeasureId, region: RegionId) -> Option<IndicatorId>;
        fn find_task_campaign(task: TaskId) -> (CampaignId, NaiveDate, NaiveDate);
        fn list_assessments(indicator: IndicatorId, page: Page) -> Vec<AssessmentRow>;
        fn list_ended_indicators(
            campaigns: Option<&'a [CampaignId]>,
            today: NaiveDate,
            after: Option<IndicatorId>,
            limit: i64,
        ) -> Vec<EndedIndicatorRow>;
        fn list_statements(ids: &'a [IndicatorId]) -> Vec<StatementRow>;
        fn list_board(filter: &'a BoardFilter, limit: i64, after: Option<(i32, IndicatorId)>) -> Vec<BoardRow>;
        fn list_board_on(ids: &'a [IndicatorId], day: NaiveDate) -> Vec<BoardRow>;
        fn list_by_series(filter: &'a BoardFilter, day: NaiveDate) -> Vec<IndicatorId>;
        fn list_indicators(filter: &'a BoardFilter, page: Page) -> Vec<NamedIndicatorRow>;
        fn list_parts(measure: MeasureId, region_ids: &'a [RegionId], window: (NaiveDate, NaiveDate)) -> Vec<(IndicatorId, CampaignId, RegionId)>;
        fn resolve_campaign_family(key: &'a str) -> Vec<CampaignId>;
    }
    former_names {
        fn list_names_on(owners: &'a [AnyId], day: NaiveDate) -> HashMap<AnyId, String>;
    }
    issuing {
        fn list_draft_heads() -> Vec<LetterHead>;
        fn list_episode_links(letters: &'a [LetterId]) -> Vec<LetterEpisodeRow>;
        fn list_first_reports(indicators: &'a [IndicatorId]) -> Vec<FirstReport>;
        fn list_letter_heads(ids: &'a [LetterId]) -> Vec<LetterHead>;
        fn list_letter_reports(letters: &'a [LetterId]) -> Vec<LetterReportRow>;
        fn list_spoken_of(day: NaiveDate, trial: bool) -> Vec<IndicatorId>;
        fn list_steps(ids: &'a [LetterId]) -> Vec<(LetterId, i32)>;
        fn list_unanswered(until: NaiveDate, trial: bool) -> Vec<LetterHead>;
    }
    ledger {
        fn list_board_letters(filter: &'a LedgerFilter) -> Vec<BoardLetterRow>;
        fn list_courses(ids: &'a [LetterId]) -> HashMap<LetterId, ReplyStage>;
        fn list_ledger(filter: &'a LedgerFilter, page: Page) -> Vec<LedgerRow>;
    }
    letter_files {
        fn list_letter_files(letters: &'a [LetterId]) -> Vec<LetterFileRow>;
    }
    letters {
        fn find_letter(id: LetterId) -> Option<LetterRow>;
        fn find_letters(ids: &'a [LetterId]) -> Vec<LetterRow>;
        fn find_deliveries(ids: &'a [DeliveryId]) -> Vec<DeliveryRow>;
        fn list_deliveries_of(letters: &'a [LetterId]) -> Vec<DeliveryRow>;
        fn list_letter_deliveries(letter: LetterId) -> Vec<DeliveryRow>;
        fn list_letter_episodes(letter: LetterId) -> Vec<EpisodeRow>;
        fn list_letters(filter: &'a LetterFilter, page: Page) -> Vec<LetterRow>;
        fn list_open_episodes() -> Vec<EpisodeRow>;
        fn list_thread_mails(letters: &'a [LetterId]) -> Vec<(LetterId, DeliveryRow)>;
    }
    measures {
        fn list_measures_of(ids: &'a [MeasureId]) -> Vec<MeasureRow>;
        fn find_measure(id: MeasureId) -> Option<MeasureRow>;
        fn list_measure_aliases(ids: &'a [MeasureId]) -> Vec<MeasureAliasRow>;
        fn list_measures(filter: &'a MeasureFilter, page: Page) -> Vec<MeasureRow>;
        fn resolve_measure(key: &'a str) -> MeasureRow;
        fn resolve_measures(keys: &'a [String]) -> HashMap<String, MeasureRow>;
    }
    names {
        fn find_campaign_named(region: RegionId, starts_on: NaiveDate, name: &'a str) -> Option<CampaignId>;
        fn find_measure_named(name: &'a str) -> Option<MeasureId>;
        fn find_task_named(campaign: CampaignId, parent: Option<TaskId>, name: &'a str) -> Option<TaskId>;
        fn find_unit_named(region: RegionId, name: &'a str) -> Option<UnitId>;
    }
    observations {
        fn list_observations_of(ids: &'a [ObservationId]) -> Vec<ListedObservation>;
        fn list_facts(ids: &'a [i64], as_of: NaiveDate) -> Vec<FactRow>;
        fn list_observations(filter: &'a ObservationFilter, page: Page) -> Vec<ListedObservation>;
        fn is_observation(id: ObservationId) -> bool;
    }
    overview {
        fn count_campaign_grades(campaigns: Option<&'a [CampaignId]>, day: NaiveDate) -> Vec<GradeCount>;
        fn count_letter_states(campaigns: Option<&'a [CampaignId]>, trial: bool) -> Vec<(Listed<LetterState>, i64)>;
        fn list_overdue_letters(
            campaigns: Option<&'a [CampaignId]>,
            day: NaiveDate,
            limit: i64,
            trial: bool,
        ) -> (Vec<OverdueLetterRow>, i64);
        fn list_standing_letters(ids: &'a [IndicatorId]) -> Vec<StandingLetterRow>;
    }
    notices {
        fn list_held_notices(trial: bool) -> Vec<NoticeRow>;
        fn list_notices(filter: &'a NoticeFilter, page: Page) -> Vec<NoticeRow>;
        fn list_notices_by_message_id(ids: &'a [String]) -> Vec<NoticeRow>;
    }
    problems {
        fn find_most_repeats(indicator: IndicatorId) -> Option<i32>;
        fn find_problem(id: ProblemId) -> Option<ListedProblem>;
        fn list_episode_letters(episodes: &'a [EpisodeId], as_of: NaiveDate, trial: bool) -> Vec<EpisodeLetterRow>;
        fn list_problem_standings(filter: &'a ProblemFilter) -> Vec<ProblemStandingRow>;
        fn list_problems(filter: &'a ProblemFilter, limit: i64, after: Option<ProblemPlace>) -> Vec<ListedProblem>;
        fn list_problems_of(ids: &'a [ProblemId]) -> Vec<ListedProblem>;
    }
    persons {
        fn list_node_reports_of(ids: &'a [IndicatorId], as_of: NaiveDate) -> Vec<NodeReportRow>;
        fn list_person_verdicts(indicator: IndicatorId, page: Page) -> Vec<PersonVerdictRow>;
        fn list_person_verdicts_of(ids: &'a [IndicatorId], as_of: NaiveDate) -> Vec<PersonVerdictRow>;
    }
    incidents {
        fn count_open_incidents() -> HashMap<IncidentKind, i64>;
        fn find_incident(id: IncidentId) -> Option<IncidentRow>;
        fn list_open_subjects(kind: IncidentKind) -> Vec<String>;
        fn list_incidents(filter: &'a IncidentFilter, page: Page) -> Vec<IncidentRow>;
    }
    reassessments {
        fn list_marked_of(ids: &'a [IndicatorId], comparing: &'a [Kind]) -> Vec<IndicatorId>;
        fn list_marks() -> Vec<i64>;
    }
    rechecks {
        fn list_all_window_starts() -> Vec<(i64, NaiveDate)>;
        fn list_stored(after: Option<ObservationId>, limit: i64) -> Vec<(ObservationRow, String, String)>;
    }
    recording {
        fn list_window_starts(keys: &'a [(MeasureId, RegionId)]) -> Vec<((MeasureId, RegionId), NaiveDate)>;
        fn plan_observations(batch: &'a [FactWrite]) -> FactPlan;
    }
    regions {
        fn list_regions_of(ids: &'a [RegionId]) -> Vec<RegionRow>;
        fn count_regions() -> i64;
        fn find_region(id: RegionId) -> Option<RegionRow>;
        fn find_region_by_code(code: &'a str) -> Option<RegionRow>;
        fn list_region_aliases(ids: &'a [RegionId]) -> Vec<RegionAliasRow>;
        fn list_regions(filter: &'a RegionFilter, page: Page) -> Vec<RegionRow>;
        fn resolve_region(key: &'a str) -> RegionRow;
        fn resolve_regions(keys: &'a [String]) -> HashMap<String, Option<RegionId>>;
    }
    replies {
        fn list_replies_of(ids: &'a [ReplyId]) -> Vec<WholeReply>;
        fn find_closure(letter: LetterId) -> Option<(ClosureRow, String)>;
        fn find_receipt(letter: LetterId) -> Option<ReceiptRow>;
        fn find_reply_file(letter: LetterId, reply: ReplyId, ordinal: i32) -> Option<ReplyFileRow>;
        fn list_replies(letter: LetterId) -> Vec<WholeReply>;
        fn list_replies_to(letters: &'a [LetterId]) -> Vec<WholeReply>;
    }
    responsibilities {
        fn effective_responsibilities(task_id: TaskId, indicator_id: Option<IndicatorId>) -> Vec<Responsibility>;
        fn list_task_responsibilities(tasks: &'a [TaskId]) -> Vec<(ResponsibilityRow, String)>;
    }
    restorations {
        fn find_restoration() -> Option<(String, NaiveDateTime)>;
        fn list_last_numbers() -> Vec<UsedNumber>;
        fn list_migrations() -> Vec<String>;
    }
    retirements {
        fn list_dependents(what: Retiree, id: AnyId) -> Vec<Dependent>;
        fn list_retired(ids: &'a [IndicatorId]) -> Vec<RetiredIndicator>;
        fn list_within(campaign: CampaignId) -> Vec<(Retiree, AnyId)>;
    }
    revisions {
        fn list_changed_since(subject: RevisionOf, as_of: NaiveDate) -> Vec<AnyId>;
        fn list_revisions(subject: RevisionOf, id: AnyId, page: Page) -> Vec<RevisionRow>;
        fn list_revisions_of(subject: RevisionOf, ids: &'a [AnyId]) -> Vec<RevisionRow>;
    }
    rule_packs {
        fn find_rule_pack(id: RulePackId) -> Option<RulePackRow>;
        fn list_campaign_packs() -> Vec<(CampaignId, RulePackRow)>;
        fn list_rule_packs(filter: &'a RulePackFilter, page: Page) -> Vec<RulePackRow>;
        fn resolve_rule_pack(key: &'a str) -> RulePackRow;
    }
    runs {
        fn find_run(id: WarningRunId) -> Option<WarningRunRow>;
        fn find_silence(id: SilenceId) -> Option<SilenceRow>;
        fn list_runs(page: Page, created_after: Option<NaiveDateTime>) -> Vec<WarningRunRow>;
        fn list_silences(filter: &'a SilenceFilter, page: Page) -> Vec<SilenceRow>;
        fn list_silences_on(day: NaiveDate) -> Vec<SilenceRow>;
        fn was_run_by_hand(day: NaiveDate, since: NaiveDateTime) -> bool;
    }
    sessions {
        fn find_session(secret_hash: &'a str, now: NaiveDateTime) -> Option<(SessionRow, ApiKeyRow)>;
    }
    settings {
        fn find_setting(name: &'a str) -> Option<(String, NaiveDateTime)>;
    }
    settlements {
        fn find_successor(letter: LetterId) -> Option<LetterRow>;
        fn list_letters_to_settle() -> Vec<(LetterId, Option<LetterId>)>;
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
        fn list_tasks_of(ids: &'a [TaskId]) -> Vec<TaskRow>;
        fn resolve_task(key: &'a str) -> TaskRow;
        fn find_task(id: TaskId) -> Option<TaskRow>;
        fn list_tasks(filter: &'a TaskFilter, page: Page) -> Vec<TaskRow>;
    }
    units {
        fn list_units_of(ids: &'a [UnitId]) -> Vec<UnitRow>;
        fn find_unit(id: UnitId) -> Option<UnitRow>;
        fn list_unit_aliases(ids: &'a [UnitId]) -> Vec<UnitAliasRow>;
        fn list_units(filter: &'a UnitFilter, page: Page) -> Vec<UnitRow>;
        fn resolve_unit(key: &'a str) -> UnitRow;
    }
    wanted_rates {
        fn list_wanted_rates(batch: &'a [FactWrite]) -> Vec<usize>;
    }
    warnings {
        fn list_issuing_campaigns() -> Vec<IssuingCampaignRow>;
        fn list_lines(ids: &'a [IndicatorId]) -> Vec<LineRow>;
        fn list_mailboxes(ids: &'a [UnitId], roles: &'a [ContactRole], day: NaiveDate) -> Vec<ContactRow>;
        fn list_responsible_units(tasks: &'a [TaskId], indicators: &'a [IndicatorId]) -> Vec<PartRow>;
        fn list_unit_names(ids: &'a [UnitId]) -> Vec<UnitNameRow>;
    }
    watch {
        fn find_oldest_waiting() -> Option<NaiveDateTime>;
        fn is_slot_done(job: &'a str, due_at: NaiveDateTime) -> bool;
        fn list_episodes_without_letter(
            before: NaiveDateTime,
            today: NaiveDate,
            trial: bool,
        ) -> Vec<(EpisodeId, String)>;
        fn list_hidden_failures(trial: bool) -> Vec<DeliveryRow>;
        fn list_last_slots() -> Vec<(String, Option<NaiveDateTime>)>;
        fn list_late_deliveries(due: NaiveDateTime, made: NaiveDateTime, trial: bool) -> Vec<DeliveryRow>;
        fn list_unaddressed() -> Vec<(UnitId, String, String)>;
        fn list_undelivered_letters(trial: bool) -> Vec<(LetterName, bool)>;
        fn list_waiting_drafts(before: NaiveDateTime) -> Vec<(LetterName, NaiveDateTime)>;
        fn longest_reply() -> i32;
    }
    withdrawals {
        fn list_ladder(letter: LetterId) -> Vec<(LetterId, LetterState)>;
        fn list_withdrawals(ids: &'a [LetterId]) -> HashMap<LetterId, (WithdrawalRow, LetterName)>;
        fn list_withdrawals_about(episodes: &'a [EpisodeId]) -> Vec<(EpisodeId, LetterName, WithdrawalRow, LetterName)>;
        fn list_withdrawn_by(letter: LetterId) -> Vec<LetterName>;
    }
    webhooks {
        fn find_feed_end() -> (i32, ChangePlace);
        fn find_webhook(id: WebhookId) -> Option<WebhookRow>;
        fn list_webhook_events(filter: &'a WebhookEventFilter, page: Page) -> Vec<WebhookEventRow>;
        fn list_webhooks(with_retired: bool, updated_after: Option<NaiveDateTime>, page: Page) -> Vec<WebhookRow>;
    }
}
