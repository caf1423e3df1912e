CREATE FUNCTION entry_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'entries are never changed or deleted: append a correction';
END $$;
CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry FOR EACH STATEMENT EXECUTE FUNCTION entry_refuse();
CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry FOR EACH STATEMENT EXECUTE FUNCTION entry_refuse();
CREATE TRIGGER entry_no_truncate BEFORE TRUNCATE ON entry FOR EACH STATEMENT EXECUTE FUNCTION entry_refuse();
CREATE FUNCTION entry_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.seq <> COALESCE((SELECT MAX(seq) FROM entry), 0) + 1
       OR NEW.prior <> COALESCE((SELECT hash FROM entry ORDER BY seq DESC LIMIT 1), repeat('0', 64)) THEN
        RAISE EXCEPTION 'an entry follows the last one';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER entry_in_order BEFORE INSERT ON entry FOR EACH ROW EXECUTE FUNCTION entry_follows();
-- Also where a session pretends to be a replica, which turns ordinary triggers off.
ALTER TABLE entry ENABLE ALWAYS TRIGGER entry_no_update;
ALTER TABLE entry ENABLE ALWAYS TRIGGER entry_no_delete;
ALTER TABLE entry ENABLE ALWAYS TRIGGER entry_no_truncate;
ALTER TABLE entry ENABLE ALWAYS TRIGGER entry_in_order;
