import type { Migration } from '@lianxin/platform';

export const apiClients: Migration = {
  name: '0001-api-clients',
  sql: `
    -- Who may call the API. The key itself is never stored: it has 256 random bits, so its plain SHA-256 leads nowhere.
    CREATE TABLE api_client (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      name text NOT NULL,
      key_hash bytea NOT NULL UNIQUE CHECK (length(key_hash) = 32),
      roles text[] NOT NULL CHECK (cardinality(roles) > 0),
      departments text[] NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      created_by text NOT NULL,
      revoked_at timestamptz,
      revoked_by text,
      last_used_at timestamptz,
      CHECK ((revoked_at IS NULL) = (revoked_by IS NULL))
    );
    -- Two living clients of one name could not be told apart in a log.
    CREATE UNIQUE INDEX api_client_living_name ON api_client (name) WHERE revoked_at IS NULL;

    -- What happened to accounts, appended and never changed.
    CREATE TABLE account_fact (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      client_id uuid NOT NULL REFERENCES api_client (id),
      fact text NOT NULL CHECK (fact IN ('CLIENT_REGISTERED', 'CLIENT_REVOKED')),
      actor text NOT NULL,
      at timestamptz NOT NULL DEFAULT now(),
      detail jsonb NOT NULL
    );
    CREATE INDEX account_fact_client ON account_fact (client_id, at);
    CREATE UNIQUE INDEX account_fact_once ON account_fact (client_id, fact);

    ALTER TABLE api_client ENABLE ROW LEVEL SECURITY;
    ALTER TABLE account_fact ENABLE ROW LEVEL SECURITY;
    CREATE POLICY city ON api_client TO gateway_app USING (current_setting('lianxin.scope', true) = 'CITY');
    CREATE POLICY city ON account_fact TO gateway_app USING (current_setting('lianxin.scope', true) = 'CITY');
    -- The door looks a key up before anybody is known.
    CREATE POLICY door ON api_client TO gateway_consumer USING (true);
    -- What a key may do never changes: another right is another key.
    REVOKE UPDATE, DELETE ON api_client FROM gateway_app;
    GRANT UPDATE (revoked_at, revoked_by) ON api_client TO gateway_app;
    REVOKE INSERT, UPDATE, DELETE ON api_client FROM gateway_consumer;
    GRANT UPDATE (last_used_at) ON api_client TO gateway_consumer;
    REVOKE UPDATE, DELETE ON account_fact FROM gateway_app;
    REVOKE ALL ON account_fact FROM gateway_consumer;
  `,
};
