import { databaseRolesOf, type Migration } from '@lianxin/platform';

/** A service's own copy of approved changes of parameters, as far as it has heard them (decision 0019). Whoever serves requests reads it only. */
export function parameterMigrationOf(service: string): Migration {
  const { app } = databaseRolesOf(service);
  return {
    name: 'parameters-0001',
    sql: `
    CREATE TABLE known_parameter (
      change_id uuid PRIMARY KEY,
      key text NOT NULL,
      -- That of the newest event about this change: an older one never takes its place.
      version integer NOT NULL,
      value integer NOT NULL,
      valid_from date NOT NULL,
      withdrawn boolean NOT NULL
    );
    REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON known_parameter FROM ${app};
  `,
  };
}
