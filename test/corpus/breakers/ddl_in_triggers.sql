-- DDL that a trigger runs for a row; downstream the trigger does not fire, so the DDL comes once.
CREATE TABLE wanted (name text PRIMARY KEY);
CREATE FUNCTION make_wanted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('CREATE TABLE %I (made_by text DEFAULT %L)', new.name, tg_name);
	EXECUTE format('INSERT INTO %I DEFAULT VALUES', new.name);
	RETURN new;
END $$;
CREATE TRIGGER tr AFTER INSERT ON wanted FOR EACH ROW EXECUTE FUNCTION make_wanted();
INSERT INTO wanted VALUES ('alpha'), ('beta');
