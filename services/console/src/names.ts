import type { CatalogueDepartment, CatalogueMeasure } from '@lianxin/contracts';
import { useQuery } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import { useLanguage } from './language.tsx';
import { useSession } from './session.tsx';

interface ListName {
  readonly code: string;
  readonly nameZh: string;
  readonly nameEn: string;
  /** BLACK, RED, FOCUS or ABNORMAL. */
  readonly type: string;
}

const forEver = { staleTime: Number.POSITIVE_INFINITY, gcTime: Number.POSITIVE_INFINITY };
/** More than there are: 230 departments, 30 lists, about 40 measures of one list. */
const limit = 1_000;

/** Names of what codes stand for, in the reader's language; a code that is not (yet) known stands for itself. */
export interface Names {
  readonly department: (code: string) => string;
  readonly list: (code: string) => string;
  /** BLACK, RED, FOCUS or ABNORMAL; empty while not known. */
  readonly listType: (code: string) => string;
  /** Places of the departments in the catalogue. */
  readonly departmentOrder: ReadonlyMap<string, number>;
}

export function useNames(): Names {
  const { language } = useLanguage();
  const { api } = useSession().caller;
  const departments = useQuery({
    queryKey: ['departments'],
    queryFn: ({ signal }) => api.all<CatalogueDepartment>('/api/v1/departments', limit, signal),
    ...forEver,
  });
  const lists = useQuery({
    queryKey: ['lists'],
    queryFn: ({ signal }) => api.get<{ data: ListName[] }>('/api/v1/lists', signal),
    ...forEver,
  });
  return useMemo(() => {
    const nameOf = (row: { nameZh: string; nameEn: string }) => (language === 'en' && row.nameEn !== '' ? row.nameEn : row.nameZh);
    const departmentNames = new Map((departments.data ?? []).map((row) => [row.code, nameOf(row)]));
    const listTypes = new Map((lists.data?.data ?? []).map((row) => [row.code, row.type]));
    const listNames = new Map((lists.data?.data ?? []).map((row) => [row.code, nameOf(row)]));
    return {
      department: (code: string) => departmentNames.get(code) ?? code,
      list: (code: string) => listNames.get(code) ?? code,
      listType: (code: string) => listTypes.get(code) ?? '',
      departmentOrder: new Map((departments.data ?? []).map((row, place) => [row.code, place])),
    };
  }, [departments.data, lists.data, language]);
}

/** Measures of one list, and their classes; the catalogue names classes in Chinese only. */
export interface MeasureNames {
  readonly measure: (code: string) => string;
  readonly className: (code: string) => string;
}

type NamedMeasure = Pick<CatalogueMeasure, 'code' | 'nameZh' | 'nameEn' | 'class'> & { readonly classNameZh: string };

export function useMeasureNames(listCode: string | undefined): MeasureNames {
  const { language } = useLanguage();
  const { api } = useSession().caller;
  const measures = useQuery({
    queryKey: ['measures', listCode],
    queryFn: ({ signal }) => api.all<NamedMeasure>(`/api/v1/measures?listCode=${encodeURIComponent(listCode ?? '')}`, limit, signal),
    enabled: listCode !== undefined,
    ...forEver,
  });
  const byCode = useMemo(() => new Map((measures.data ?? []).map((measure) => [measure.code, measure])), [measures.data]);
  const measure = useCallback(
    (code: string) => {
      const row = byCode.get(code);
      return row === undefined ? code : language === 'en' && row.nameEn !== '' ? row.nameEn : row.nameZh;
    },
    [byCode, language],
  );
  const classes = useMemo(() => new Map((measures.data ?? []).map((row) => [row.class, row.classNameZh])), [measures.data]);
  const className = useCallback((code: string) => classes.get(code) ?? code, [classes]);
  return useMemo(() => ({ measure, className }), [measure, className]);
}
