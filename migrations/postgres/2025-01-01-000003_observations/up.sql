-- Append-only: a correction is a new vintage of the same fact.
CREATE TABLE observations (
    id uuid PRIMARY KEY,
    series_id bigint NOT NULL REFERENCES series (id),
    period_start date NOT NULL,
    period_end date NOT NULL,
    basis text NOT NULL,
    figure text NOT NULL,
    vintage integer NOT NULL,
    value numeric NOT NULL,
    status text NOT NULL,
    source text NOT NULL,
    published_on date NOT NULL,
    recorded_at timestamp NOT NULL,
    CONSTRAINT observations_fact_key UNIQUE (series_id, period_end, period_start, basis, figure, vintage),
    CONSTRAINT observations_period_check CHECK (period_start <= period_end)
);
