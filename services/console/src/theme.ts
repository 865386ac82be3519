import type { ThemeConfig } from 'antd';

/** Red is honour in this trade (product §B.7): nothing bad may be red, so antd's error colour is a deep orange here. */
export const colors = {
  navy: '#17427a',
  reward: '#b3261e',
  punish: '#46566b',
  focus: '#8a5a00',
  waiting: '#64748b',
  signed: '#1d5fbf',
  armed: '#0b7285',
  pending: '#b45309',
  answered: '#1c7c45',
  returned: '#c2410c',
  lifting: '#5b4bb0',
  off: '#8792a2',
} as const;

export const theme: ThemeConfig = {
  cssVar: { key: 'lianxin' },
  token: {
    colorPrimary: colors.navy,
    colorLink: colors.signed,
    colorSuccess: colors.answered,
    colorWarning: colors.pending,
    colorError: colors.returned,
    colorText: '#1b2430',
    colorTextSecondary: '#4b5868',
    colorTextTertiary: '#5b6878',
    colorTextPlaceholder: '#5f6b7a',
    colorTextDescription: '#4b5868',
    colorBorderSecondary: '#e1e7ef',
    controlItemBgActive: '#e8eff8',
    controlItemBgActiveHover: '#dbe6f3',
    borderRadius: 6,
    fontSize: 14,
    fontFamily: '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", "HarmonyOS Sans SC", system-ui, sans-serif',
    motion: !globalThis.matchMedia?.('(prefers-reduced-motion: reduce)').matches,
  },
};
