import type { Migration } from '@lianxin/platform';

/** What departments are called on paper: the name of the newest version of the catalogue that was heard. */
export const departmentNamesMigration: Migration = {
  name: '0011-department-names',
  sql: `
    CREATE TABLE department_name (
      code text PRIMARY KEY,
      version integer NOT NULL,
      name_zh text NOT NULL
    );
    REVOKE INSERT, UPDATE, DELETE ON department_name FROM credit_repair_app;
  `,
};
