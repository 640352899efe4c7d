-- Rule packs (规则包): thresholds as data; a version is never changed, only followed by another.
CREATE TABLE rule_packs (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    version integer NOT NULL,
    family text NOT NULL,
    rules text NOT NULL,                                            -- JSON
    reason text NOT NULL,
    created_at timestamp NOT NULL,
    CONSTRAINT rule_packs_version_key UNIQUE (name, version)
);

CREATE TABLE campaigns (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    doc_no text,
    region_id uuid NOT NULL REFERENCES regions (id),
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    parent_id uuid REFERENCES campaigns (id),
    ordinal integer NOT NULL,
    office_unit_id uuid REFERENCES units (id),                      -- 专班办公室
    workforce text,                                                 -- 专班名称
    convener text,
    members_open boolean NOT NULL,                                  -- the document ends its list with 等
    rule_pack_id uuid NOT NULL REFERENCES rule_packs (id),
    issuing text NOT NULL,                                          -- automatic, approval
    issuer_name text NOT NULL,                                      -- 发文机关
    letter_mark text NOT NULL,                                      -- 机关代字
    reply_working_days integer NOT NULL,
    contact_name text,
    contact_phone text,
    contact_email text,
    created_at timestamp NOT NULL,
    revision integer NOT NULL,
    updated_at timestamp NOT NULL,
    CONSTRAINT campaigns_name_key UNIQUE (region_id, name, starts_on)
);
CREATE INDEX campaigns_parent_idx ON campaigns (parent_id);

CREATE TABLE campaign_members (
    id uuid PRIMARY KEY,
    campaign_id uuid NOT NULL REFERENCES campaigns (id),
    unit_id uuid NOT NULL REFERENCES units (id),
    role text NOT NULL,                                             -- deputy_convener, member
    ordinal integer NOT NULL,
    CONSTRAINT campaign_members_unit_key UNIQUE (campaign_id, unit_id, role)
);

CREATE TABLE tasks (
    id uuid PRIMARY KEY,
    campaign_id uuid NOT NULL REFERENCES campaigns (id),
    parent_id uuid REFERENCES tasks (id),
    ordinal integer NOT NULL,
    name text NOT NULL,
    units_open boolean NOT NULL,
    created_at timestamp NOT NULL,
    revision integer NOT NULL,
    updated_at timestamp NOT NULL
);
CREATE INDEX tasks_campaign_idx ON tasks (campaign_id);
CREATE UNIQUE INDEX tasks_name_key ON tasks (campaign_id, parent_id, name) WHERE parent_id IS NOT NULL;
CREATE UNIQUE INDEX tasks_root_name_key ON tasks (campaign_id, name) WHERE parent_id IS NULL;

CREATE TABLE measures (
    id uuid PRIMARY KEY,
    name text NOT NULL CONSTRAINT measures_name_key UNIQUE,
    unit text NOT NULL,
    basis text NOT NULL,
    better text NOT NULL,
    frequency text NOT NULL,
    release_day integer,
    "precision" integer NOT NULL,
    created_at timestamp NOT NULL,
    revision integer NOT NULL,
    updated_at timestamp NOT NULL
);

CREATE TABLE measure_aliases (
    name text PRIMARY KEY,
    measure_id uuid NOT NULL REFERENCES measures (id)
);

-- A measure in a region: what observations and indicators have in common.
CREATE TABLE series (
    id bigserial PRIMARY KEY,
    measure_id uuid NOT NULL REFERENCES measures (id),
    region_id uuid NOT NULL REFERENCES regions (id),
    CONSTRAINT series_pair_key UNIQUE (measure_id, region_id)
);

-- The promise, and beside it the verdict in force, so that a board is one scan.
CREATE TABLE indicators (
    id uuid PRIMARY KEY,
    campaign_id uuid NOT NULL REFERENCES campaigns (id),
    task_id uuid NOT NULL REFERENCES tasks (id),
    series_id bigint NOT NULL REFERENCES series (id),
    lead_unit_id uuid REFERENCES units (id),
    kind text,                                                      -- NULL: no target handed down yet
    comparator text,
    target_value numeric,
    target_value_hi numeric,
    target_unit text,
    hedge text,
    phrase text,
    benchmark text,
    curve text NOT NULL,                                            -- JSON
    baseline numeric,
    window_start date NOT NULL,
    window_end date NOT NULL,
    grade text NOT NULL,
    grade_rank integer NOT NULL,                                    -- worst first
    graded_as_of date,
    data_start date,
    data_end date,
    actual numeric,
    expected numeric,
    gap numeric,
    gap_points numeric,
    completion numeric,
    due_fraction numeric,
    needed_per_month numeric,
    needed_growth numeric,
    rule text,
    created_at timestamp NOT NULL,
    revision integer NOT NULL,
    updated_at timestamp NOT NULL,
    CONSTRAINT indicators_series_key UNIQUE (task_id, series_id)
) WITH (fillfactor = 60);  -- room for the verdict to be rewritten in place
CREATE INDEX indicators_board_idx ON indicators (campaign_id, grade_rank, id);
CREATE INDEX indicators_series_idx ON indicators (series_id);
CREATE INDEX indicators_lead_idx ON indicators (lead_unit_id);

-- One target printed in several places of a plan is one indicator with several citations.
CREATE TABLE citations (
    id uuid PRIMARY KEY,
    indicator_id uuid NOT NULL REFERENCES indicators (id),
    task_id uuid NOT NULL REFERENCES tasks (id),
    CONSTRAINT citations_task_key UNIQUE (indicator_id, task_id)
);

-- Who answers: of a task, or of one indicator where the document says so.
CREATE TABLE responsibilities (
    id uuid PRIMARY KEY,
    task_id uuid REFERENCES tasks (id),
    indicator_id uuid REFERENCES indicators (id),
    unit_id uuid NOT NULL REFERENCES units (id),
    role text NOT NULL,                                             -- lead, support
    ordinal integer NOT NULL,
    CONSTRAINT responsibilities_one_owner CHECK ((task_id IS NULL) <> (indicator_id IS NULL)),
    CONSTRAINT responsibilities_task_key UNIQUE (task_id, unit_id),
    CONSTRAINT responsibilities_indicator_key UNIQUE (indicator_id, unit_id)
);
CREATE INDEX responsibilities_unit_idx ON responsibilities (unit_id);
