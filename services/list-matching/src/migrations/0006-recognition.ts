import type { Migration } from '@lianxin/platform';

/** Mutual recognition: foreign entries and the agreements under which they have effects (R-2-16); more of the catalogue. */
export const migration0006: Migration = {
  name: '0006-recognition',
  sql: `
    ALTER TABLE list_entry ADD COLUMN origin_region text, ADD COLUMN recognised boolean,
      ADD CONSTRAINT foreign_or_not CHECK ((origin_region IS NULL) = (recognised IS NULL));
    CREATE INDEX list_entry_foreign ON list_entry (list_code, origin_region) WHERE origin_region IS NOT NULL;

    -- Agreements are dated data; a proposal and an end each need a second person of the credit office.
    CREATE TABLE recognition_agreement (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      region_code text NOT NULL,
      list_code text NOT NULL,
      valid_from date NOT NULL,
      valid_to date,
      document_name text NOT NULL,
      document_no text NOT NULL,
      status text NOT NULL,
      proposed_by text NOT NULL,
      proposed_at timestamptz NOT NULL,
      decided_by text,
      decided_at timestamptz,
      end_on date,
      end_document_no text,
      end_proposed_by text,
      end_decided_by text,
      CHECK (valid_to IS NULL OR valid_to >= valid_from)
    );
    CREATE INDEX recognition_agreement_list ON recognition_agreement (list_code);
    REVOKE DELETE ON recognition_agreement FROM list_matching_app, list_matching_consumer;

    -- Of the catalogue: where a county or zone is, and the measures of each list, for the warning in a decision (R-2-7).
    -- Its rows are read once more, because they may have come before there was a place for this.
    CREATE TABLE catalogue_measure (
      code text PRIMARY KEY,
      list_codes text[] NOT NULL,
      measure jsonb NOT NULL,
      catalogue_version integer NOT NULL
    );
    CREATE INDEX catalogue_measure_lists ON catalogue_measure USING gin (list_codes);
    REVOKE INSERT, UPDATE, DELETE ON catalogue_measure FROM list_matching_app;
    ALTER TABLE department ADD COLUMN region_code text, ADD COLUMN tenant boolean NOT NULL DEFAULT true;
    DELETE FROM consumer_position WHERE topic = 'lianxin.catalogue';
    DELETE FROM inbox;
    DELETE FROM catalogue_copy;
  `,
};
