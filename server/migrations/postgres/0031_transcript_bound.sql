-- The transcript is kept by the month in which its meeting was made, which the meeting's id
-- (UUIDv7) begins with: so a meeting's chunks are all in one partition, and the keys that
-- begin with the meeting hold over the whole. Three steps, none of which keeps writers
-- waiting: here the rows that are there are promised to be of meetings before a bound.

-- The least id of a meeting made at a time.
CREATE FUNCTION transcript_bound(made TIMESTAMP) RETURNS TEXT LANGUAGE sql IMMUTABLE AS $$
    SELECT substr(hex, 1, 8) || '-' || substr(hex, 9) || '-0000-0000-000000000000'
    FROM lpad(to_hex((EXTRACT(EPOCH FROM made) * 1000)::BIGINT), 12, '0') AS hex
$$;

DO $$
DECLARE
    month TIMESTAMP := date_trunc('month', now() AT TIME ZONE 'UTC') + INTERVAL '2 months';
    latest TEXT := (SELECT MAX(meeting_id) FROM transcript_chunks);
BEGIN
    -- Of a clock that was ahead, or an id that tells no time.
    WHILE transcript_bound(month) <= latest LOOP
        month := month + CASE WHEN month > now() + INTERVAL '20 years'
            THEN INTERVAL '100 years' ELSE INTERVAL '1 month' END;
    END LOOP;
    EXECUTE format('ALTER TABLE transcript_chunks ADD CONSTRAINT transcript_chunks_before
        CHECK (meeting_id < %L) NOT VALID', transcript_bound(month));
END $$;
