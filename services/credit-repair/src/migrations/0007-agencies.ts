import type { Migration } from '@lianxin/platform';

/** R-5-15: third-party credit agencies follow 信用中国; who of them has taken over which repair. */
export const agenciesMigration: Migration = {
  name: '0007-agencies',
  sql: `
    CREATE TABLE credit_agency (
      code text PRIMARY KEY,
      name_zh text NOT NULL,
      -- One that is not active is asked of no further repair; what it was asked of before stays.
      active boolean NOT NULL,
      changed_at timestamptz NOT NULL,
      changed_by text NOT NULL
    );
    CREATE TABLE repair_agency (
      repair_id uuid NOT NULL REFERENCES repair,
      agency_code text NOT NULL REFERENCES credit_agency,
      due_on date NOT NULL,
      -- Null until it is known that the agency shows what 信用中国 shows.
      updated_at timestamptz,
      receipt_no text,
      recorded_by text,
      PRIMARY KEY (repair_id, agency_code)
    );
    CREATE INDEX repair_agency_open ON repair_agency (agency_code, due_on) WHERE updated_at IS NULL;
    ALTER TABLE repair_agency ENABLE ROW LEVEL SECURITY;
    CREATE POLICY department ON repair_agency TO credit_repair_app USING (EXISTS (SELECT 1 FROM repair WHERE repair.id = repair_agency.repair_id));
    CREATE POLICY consumer ON repair_agency TO credit_repair_consumer USING (true) WITH CHECK (true);
    ALTER TABLE credit_agency ENABLE ROW LEVEL SECURITY;
    CREATE POLICY everybody ON credit_agency FOR SELECT TO credit_repair_app USING (true);
    CREATE POLICY keeper ON credit_agency TO credit_repair_app USING (current_setting('lianxin.scope', true) = 'CITY');
    CREATE POLICY consumer ON credit_agency TO credit_repair_consumer USING (true) WITH CHECK (true);
    REVOKE DELETE ON credit_agency, repair_agency FROM credit_repair_app, credit_repair_consumer;
  `,
};
