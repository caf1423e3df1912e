CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry BEGIN
    SELECT RAISE(ABORT, 'entries are never changed: append a correction');
END;
CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry BEGIN
    SELECT RAISE(ABORT, 'entries are never deleted: append a correction');
END;
CREATE TRIGGER entry_in_order BEFORE INSERT ON entry BEGIN
    SELECT RAISE(ABORT, 'an entry follows the last one')
    WHERE NEW.seq <> COALESCE((SELECT MAX(seq) FROM entry), 0) + 1
       OR NEW.prior <> COALESCE((SELECT hash FROM entry ORDER BY seq DESC LIMIT 1), '0000000000000000000000000000000000000000000000000000000000000000')
       OR EXISTS (SELECT 1 FROM entry
                  WHERE NEW.kind IN ('create', 'correct', 'void') AND kind IN ('create', 'correct', 'void')
                    AND record = NEW.record AND version = NEW.version);
END;
