-- Notes, and what is attached to them. The owner is the hash of a session's token.
CREATE TABLE note (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    owner text NOT NULL,
    idempotency_key text NOT NULL,
    title text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 200),
    body text NOT NULL CHECK (char_length(body) <= 10000),
    created_at timestamptz NOT NULL DEFAULT now(),
    -- What makes it safe to send a note again when the answer was lost.
    UNIQUE (owner, idempotency_key)
);

CREATE INDEX note_owner_newest_first ON note (owner, id DESC);

CREATE TABLE attachment (
    id uuid PRIMARY KEY,
    note_id bigint NOT NULL REFERENCES note ON DELETE CASCADE,
    name text NOT NULL,
    content_type text NOT NULL,
    size bigint NOT NULL CHECK (size > 0),
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX attachment_note ON attachment (note_id);

GRANT SELECT, INSERT, DELETE ON note, attachment TO :service_user;
