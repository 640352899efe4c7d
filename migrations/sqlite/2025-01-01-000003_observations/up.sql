-- Append-only: a correction is a new vintage of the same fact.
CREATE TABLE observations (
    id TEXT PRIMARY KEY,
    series_id INTEGER NOT NULL REFERENCES series (id),
    period_start TEXT NOT NULL,
    period_end TEXT NOT NULL,
    basis TEXT NOT NULL,
    figure TEXT NOT NULL,
    vintage INTEGER NOT NULL,
    value TEXT NOT NULL,
    status TEXT NOT NULL,
    source TEXT NOT NULL,
    published_on TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    CONSTRAINT observations_fact_key UNIQUE (series_id, period_end, period_start, basis, figure, vintage),
    CONSTRAINT observations_period_check CHECK (period_start <= period_end)
) STRICT;
