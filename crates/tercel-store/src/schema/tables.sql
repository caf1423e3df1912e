-- Tables of both databases, in the two types both know alike: BIGINT and TEXT.
CREATE TABLE entry (
    seq BIGINT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    record TEXT,
    version BIGINT,
    form TEXT,
    subject TEXT,
    site TEXT,
    author TEXT NOT NULL,
    role TEXT NOT NULL,
    entered_at TEXT NOT NULL,
    happened TEXT,
    reason TEXT,
    protocol TEXT,
    payload TEXT NOT NULL,
    prior TEXT NOT NULL,
    hash TEXT NOT NULL
);
CREATE UNIQUE INDEX entry_version ON entry (record, version) WHERE kind IN ('create', 'correct', 'void');
CREATE INDEX entry_record ON entry (record, seq);
CREATE INDEX entry_subject ON entry (subject, seq);
CREATE INDEX entry_author ON entry (author, seq);
CREATE INDEX entry_kind ON entry (kind, seq);
CREATE TABLE record (
    record TEXT NOT NULL PRIMARY KEY,
    series TEXT NOT NULL,
    number BIGINT NOT NULL,
    form TEXT NOT NULL,
    subject TEXT,
    site TEXT,
    open_queries BIGINT NOT NULL,
    last_entry BIGINT NOT NULL,
    state TEXT NOT NULL
);
CREATE UNIQUE INDEX record_series ON record (series, number);
CREATE INDEX record_subject ON record (subject, form);
CREATE INDEX record_form ON record (form, site);
CREATE TABLE credential (
    account TEXT NOT NULL PRIMARY KEY,
    hash TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    must_change TEXT NOT NULL
);
CREATE TABLE attempt (
    account TEXT NOT NULL PRIMARY KEY,
    failures BIGINT NOT NULL,
    last_at TEXT NOT NULL
);
CREATE TABLE session (
    token TEXT NOT NULL PRIMARY KEY,
    account TEXT NOT NULL,
    csrf TEXT NOT NULL,
    created_at TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    expires_at TEXT,
    label TEXT
);
CREATE INDEX session_account ON session (account);
