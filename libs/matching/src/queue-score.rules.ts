/** What counts for the place in the review queue (R-11-2). It orders, it never decides. */
export interface QueueFeatures {
  readonly numberEqual: boolean;
  readonly otherCodeEqual: boolean;
  readonly fullNameEqual: boolean;
  readonly coreNameEqual: boolean;
  readonly legalRepresentativeEqual: boolean;
  readonly addressEqual: boolean;
  readonly phoneEqual: boolean;
  readonly regionEqual: boolean;
  /** Birth date, gender or region contradict. */
  readonly contradiction: boolean;
}

/** Points of R-11-2. K_full contains K_core, so only the greater of the two is counted. */
export const queuePoints = {
  numberEqual: 60,
  otherCodeEqual: 25,
  fullNameEqual: 25,
  coreNameEqual: 15,
  legalRepresentativeEqual: 10,
  addressEqual: 5,
  phoneEqual: 5,
  regionEqual: 5,
  contradiction: -30,
} as const satisfies Record<keyof QueueFeatures, number>;

/** Sum of the points of R-11-2. */
export function queueScoreOf(features: QueueFeatures): number {
  const counted: QueueFeatures = { ...features, coreNameEqual: features.coreNameEqual && !features.fullNameEqual };
  return Object.entries(queuePoints).reduce((sum, [feature, points]) => sum + (counted[feature as keyof QueueFeatures] ? points : 0), 0);
}
