-- Rule packs (规则包): thresholds as data; a version is never changed, only followed by another.
CREATE TABLE rule_packs (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    family TEXT NOT NULL,
    rules TEXT NOT NULL,                                            -- JSON
    reason TEXT NOT NULL,
    created_at TEXT NOT NULL,
    CONSTRAINT rule_packs_version_key UNIQUE (name, version)
) STRICT;

CREATE TABLE campaigns (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    doc_no TEXT,
    region_id TEXT NOT NULL REFERENCES regions (id),
    starts_on TEXT NOT NULL,
    ends_on TEXT NOT NULL,
    parent_id TEXT REFERENCES campaigns (id),
    ordinal INTEGER NOT NULL,
    office_unit_id TEXT REFERENCES units (id),                      -- 专班办公室
    workforce TEXT,                                                 -- 专班名称
    convener TEXT,
    members_open INTEGER NOT NULL,                                  -- the document ends its list with 等
    rule_pack_id TEXT NOT NULL REFERENCES rule_packs (id),
    issuing TEXT NOT NULL,                                          -- automatic, approval
    issuer_name TEXT NOT NULL,                                      -- 发文机关
    letter_mark TEXT NOT NULL,                                      -- 机关代字
    reply_working_days INTEGER NOT NULL,
    contact_name TEXT,
    contact_phone TEXT,
    contact_email TEXT,
    created_at TEXT NOT NULL,
    revision INTEGER NOT NULL,
    updated_at TEXT NOT NULL,
    CONSTRAINT campaigns_name_key UNIQUE (region_id, name, starts_on)
) STRICT;
CREATE INDEX campaigns_parent_idx ON campaigns (parent_id);

CREATE TABLE campaign_members (
    id TEXT PRIMARY KEY,
    campaign_id TEXT NOT NULL REFERENCES campaigns (id),
    unit_id TEXT NOT NULL REFERENCES units (id),
    role TEXT NOT NULL,                                             -- deputy_convener, member
    ordinal INTEGER NOT NULL,
    CONSTRAINT campaign_members_unit_key UNIQUE (campaign_id, unit_id, role)
) STRICT;

CREATE TABLE tasks (
    id TEXT PRIMARY KEY,
    campaign_id TEXT NOT NULL REFERENCES campaigns (id),
    parent_id TEXT REFERENCES tasks (id),
    ordinal INTEGER NOT NULL,
    name TEXT NOT NULL,
    units_open INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    revision INTEGER NOT NULL,
    updated_at TEXT NOT NULL
) STRICT;
CREATE INDEX tasks_campaign_idx ON tasks (campaign_id);
CREATE UNIQUE INDEX tasks_name_key ON tasks (campaign_id, parent_id, name) WHERE parent_id IS NOT NULL;
CREATE UNIQUE INDEX tasks_root_name_key ON tasks (campaign_id, name) WHERE parent_id IS NULL;

CREATE TABLE measures (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL CONSTRAINT measures_name_key UNIQUE,
    unit TEXT NOT NULL,
    basis TEXT NOT NULL,
    better TEXT NOT NULL,
    frequency TEXT NOT NULL,
    release_day INTEGER,
    "precision" INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    revision INTEGER NOT NULL,
    updated_at TEXT NOT NULL
) STRICT;

CREATE TABLE measure_aliases (
    name TEXT PRIMARY KEY,
    measure_id TEXT NOT NULL REFERENCES measures (id)
) STRICT;

-- A measure in a region: what observations and indicators have in common.
CREATE TABLE series (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    measure_id TEXT NOT NULL REFERENCES measures (id),
    region_id TEXT NOT NULL REFERENCES regions (id),
    CONSTRAINT series_pair_key UNIQUE (measure_id, region_id)
) STRICT;

-- The promise, and beside it the verdict in force, so that a board is one scan.
CREATE TABLE indicators (
    id TEXT PRIMARY KEY,
    campaign_id TEXT NOT NULL REFERENCES campaigns (id),
    task_id TEXT NOT NULL REFERENCES tasks (id),
    series_id INTEGER NOT NULL REFERENCES series (id),
    lead_unit_id TEXT REFERENCES units (id),
    kind TEXT,                                                      -- NULL: no target handed down yet
    comparator TEXT,
    target_value TEXT,
    target_value_hi TEXT,
    target_unit TEXT,
    hedge TEXT,
    phrase TEXT,
    benchmark TEXT,
    curve TEXT NOT NULL,                                            -- JSON
    baseline TEXT,
    window_start TEXT NOT NULL,
    window_end TEXT NOT NULL,
    grade TEXT NOT NULL,
    grade_rank INTEGER NOT NULL,                                    -- worst first
    graded_as_of TEXT,
    data_start TEXT,
    data_end TEXT,
    actual TEXT,
    expected TEXT,
    gap TEXT,
    gap_points TEXT,
    completion TEXT,
    due_fraction TEXT,
    needed_per_month TEXT,
    needed_growth TEXT,
    rule TEXT,
    created_at TEXT NOT NULL,
    revision INTEGER NOT NULL,
    updated_at TEXT NOT NULL,
    CONSTRAINT indicators_series_key UNIQUE (task_id, series_id)
) STRICT;
CREATE INDEX indicators_board_idx ON indicators (campaign_id, grade_rank, id);
CREATE INDEX indicators_series_idx ON indicators (series_id);
CREATE INDEX indicators_lead_idx ON indicators (lead_unit_id);

-- One target printed in several places of a plan is one indicator with several citations.
CREATE TABLE citations (
    id TEXT PRIMARY KEY,
    indicator_id TEXT NOT NULL REFERENCES indicators (id),
    task_id TEXT NOT NULL REFERENCES tasks (id),
    CONSTRAINT citations_task_key UNIQUE (indicator_id, task_id)
) STRICT;

-- Who answers: of a task, or of one indicator where the document says so.
CREATE TABLE responsibilities (
    id TEXT PRIMARY KEY,
    task_id TEXT REFERENCES tasks (id),
    indicator_id TEXT REFERENCES indicators (id),
    unit_id TEXT NOT NULL REFERENCES units (id),
    role TEXT NOT NULL,                                             -- lead, support
    ordinal INTEGER NOT NULL,
    CONSTRAINT responsibilities_one_owner CHECK ((task_id IS NULL) <> (indicator_id IS NULL)),
    CONSTRAINT responsibilities_task_key UNIQUE (task_id, unit_id),
    CONSTRAINT responsibilities_indicator_key UNIQUE (indicator_id, unit_id)
) STRICT;
CREATE INDEX responsibilities_unit_idx ON responsibilities (unit_id);
