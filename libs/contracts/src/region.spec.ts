import { describe, expect, it } from '@jest/globals';
import { currentRegionCode, findRegion, findRegionWarning, isKnownRegion, regions } from './region.ts';

describe('the regions of Lianyungang', () => {
  it('are each there once, under a parent that is there', () => {
    expect(new Set(regions.map(({ code }) => code)).size).toBe(regions.length);
    for (const { parentCode, successorCode } of regions) {
      if (parentCode) expect(findRegion(parentCode)).toBeDefined();
      if (successorCode) expect(findRegion(successorCode)?.kind).toBe('COUNTY');
    }
  });

  it.each(['320703', '320706', '320707', '320722', '320723', '320724'])('include the county %s', (code) => {
    expect(findRegion(code)?.kind).toBe('COUNTY');
  });

  it('keep what was abolished and know what it became', () => {
    expect(currentRegionCode('320705')).toBe('320706');
    expect(currentRegionCode('320721')).toBe('320707');
    expect(currentRegionCode('320704')).toBe('320704');
    expect(currentRegionCode('320706')).toBe('320706');
    expect(currentRegionCode('110105')).toBe('110105');
  });

  it.each(['320705', '320721', '320704', '320771', 'LYG-XW', 'LYG-YTS', '320799', '320000', '310115', '100000'])('%s is known', (code) => {
    expect(isKnownRegion(code)).toBe(true);
  });

  it.each(['320702', '320788', '3207', '32070A', '990101', '000000', '830000', 'LYG-XX', '', '３２0706', '320706 ', '__proto__'])(
    '%p is not known',
    (code) => {
      expect(isKnownRegion(code)).toBe(false);
    },
  );

  it('leave a doubt for the made-up region unless made-up data are allowed', () => {
    expect(findRegionWarning('320799', 3)?.code).toBe('REGION_SYNTHETIC');
    expect(findRegionWarning('320799', 3, true)).toBeUndefined();
    expect(findRegionWarning('320788', 3, true)?.code).toBe('REGION_UNKNOWN');
    expect(findRegionWarning('320706', 3)).toBeUndefined();
  });
});
