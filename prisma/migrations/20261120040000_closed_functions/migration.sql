-- A function that runs with its owner's rights must not find its tables in the caller's temporary schema, which is searched first unless it
-- is named. Named last, it can hide nothing.
DO $$
DECLARE
  closed regprocedure;
BEGIN
  FOR closed IN SELECT p.oid::regprocedure FROM pg_proc p WHERE p.prosecdef AND p.pronamespace = 'public'::regnamespace LOOP
    EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, public, pg_temp', closed);
  END LOOP;
END $$;
