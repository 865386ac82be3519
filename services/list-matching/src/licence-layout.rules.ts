import type { RecordLayout } from './public-record-layout.rules.ts';

/** 行政许可, version 2.0 (§7.7). */
export const licenceLayout2: RecordLayout = {
  code: 'licence-2.0',
  titleZh: '双公示 2.0 行政许可',
  standard: '2.0',
  fields: [
    { code: 'XK_XDR_MC', titleZh: '行政相对人名称', path: 'subject.name', isNeeded: true },
    { code: 'XK_XDR_LB', titleZh: '行政相对人类别', path: 'subject.kind', isNeeded: true },
    {
      code: 'XK_XDR_SHXYM',
      titleZh: '行政相对人代码_1(统一社会信用代码)',
      aliases: ['行政相对人代码_1', '统一社会信用代码', '代码_1'],
      path: 'subject.usccCode',
    },
    {
      code: 'XK_XDR_GSZC',
      titleZh: '行政相对人代码_2(工商注册号)',
      aliases: ['行政相对人代码_2', '工商注册号', '代码_2'],
      path: 'subject.otherNumbers.工商注册号',
    },
    {
      code: 'XK_XDR_ZZJG',
      titleZh: '行政相对人代码_3(组织机构代码)',
      aliases: ['行政相对人代码_3', '组织机构代码', '代码_3'],
      path: 'subject.otherNumbers.组织机构代码',
    },
    {
      code: 'XK_XDR_SWDJ',
      titleZh: '行政相对人代码_4(税务登记号)',
      aliases: ['行政相对人代码_4', '税务登记号', '代码_4'],
      path: 'subject.otherNumbers.税务登记号',
    },
    {
      code: 'XK_XDR_SYDW',
      titleZh: '行政相对人代码_5(事业单位证书号)',
      aliases: ['行政相对人代码_5', '事业单位证书号', '代码_5'],
      path: 'subject.otherNumbers.事业单位证书号',
    },
    {
      code: 'XK_XDR_SHZZ',
      titleZh: '行政相对人代码_6(社会组织登记证号)',
      aliases: ['行政相对人代码_6', '社会组织登记证号', '代码_6'],
      path: 'subject.otherNumbers.社会组织登记证号',
    },
    { code: 'XK_FRDB', titleZh: '法定代表人', aliases: ['法定代表人姓名'], path: 'representative.name' },
    { code: 'XK_FR_ZJLX', titleZh: '法定代表人证件类型', path: 'representative.idType' },
    { code: 'XK_FR_ZJHM', titleZh: '法定代表人证件号码', aliases: ['XK_FR_SFZH', '法定代表人身份证号'], path: 'representative.idNumber' },
    { code: 'XK_XDR_ZJLX', titleZh: '证件类型', aliases: ['自然人证件类型'], path: 'subject.idType' },
    { code: 'XK_XDR_ZJHM', titleZh: '证件号码', aliases: ['自然人证件号码'], path: 'subject.idNumber' },
    { code: 'XK_XKWS', titleZh: '行政许可决定文书名称', path: 'document.name', isNeeded: true },
    { code: 'XK_WSH', titleZh: '行政许可决定文书号', path: 'document.number', isNeeded: true },
    { code: 'XK_XKLB', titleZh: '许可类别', path: 'licence.category', isNeeded: true },
    { code: 'XK_XKZS', titleZh: '许可证书名称', path: 'licence.certificateName' },
    { code: 'XK_XKBH', titleZh: '许可编号', path: 'licence.number' },
    { code: 'XK_NR', titleZh: '许可内容', path: 'licence.detail', isNeeded: true },
    { code: 'XK_JDRQ', titleZh: '许可决定日期', path: 'decidedOn', isNeeded: true },
    { code: 'XK_YXQZ', titleZh: '有效期自', path: 'validFrom', isNeeded: true },
    { code: 'XK_YXQZI', titleZh: '有效期至', path: 'validTo', isNeeded: true },
    { code: 'XK_XKJG', titleZh: '许可机关', path: 'authority.name', isNeeded: true },
    { code: 'XK_XKJGDM', titleZh: '许可机关统一社会信用代码', aliases: ['许可机关代码'], path: 'authority.usccCode', isNeeded: true },
    { code: 'XK_ZT', titleZh: '当前状态', path: 'state', isNeeded: true },
    { code: 'XK_LYDW', titleZh: '数据来源单位', path: 'source.name', isNeeded: true },
    { code: 'XK_LYDWDM', titleZh: '数据来源单位统一社会信用代码', aliases: ['数据来源单位代码'], path: 'source.usccCode', isNeeded: true },
    { code: 'BZ', titleZh: '备注', path: 'remark' },
  ],
};

/** Version 1.0. */
export const licenceLayout1: RecordLayout = {
  code: 'licence-1.0',
  titleZh: '双公示 1.0 行政许可',
  standard: '1.0',
  fields: [
    { code: 'XK_WSH', titleZh: '行政许可决定书文号', path: 'document.number', isNeeded: true },
    { code: 'XK_XMMC', titleZh: '项目名称', path: 'licence.project' },
    { code: 'XK_SPLB', titleZh: '审批类别', path: 'licence.category' },
    { code: 'XK_NR', titleZh: '许可内容', path: 'licence.detail', isNeeded: true },
    { code: 'XK_XDR', titleZh: '行政相对人名称', path: 'subject.name', isNeeded: true },
    { code: 'XK_XDR_SHXYM', titleZh: '行政相对人代码_1(统一社会信用代码)', aliases: ['统一社会信用代码'], path: 'subject.usccCode' },
    { code: 'XK_XDR_ZDM', titleZh: '行政相对人代码_2(组织机构代码)', aliases: ['组织机构代码'], path: 'subject.otherNumbers.组织机构代码' },
    { code: 'XK_XDR_GSDJ', titleZh: '行政相对人代码_3(工商登记码)', aliases: ['工商登记码'], path: 'subject.otherNumbers.工商注册号' },
    { code: 'XK_XDR_SWDJ', titleZh: '行政相对人代码_4(税务登记号)', aliases: ['税务登记号'], path: 'subject.otherNumbers.税务登记号' },
    { code: 'XK_XDR_SFZ', titleZh: '行政相对人代码_5(居民身份证号)', aliases: ['居民身份证号'], path: 'subject.idNumber' },
    { code: 'XK_FR', titleZh: '法定代表人姓名', aliases: ['法定代表人'], path: 'representative.name' },
    { code: 'XK_JDRQ', titleZh: '许可决定日期', path: 'decidedOn', isNeeded: true },
    { code: 'XK_JZQ', titleZh: '许可截止期', aliases: ['截止期'], path: 'validTo' },
    { code: 'XK_XZJG', titleZh: '许可机关', path: 'authority.name', isNeeded: true },
    { code: 'XK_ZT', titleZh: '当前状态', path: 'state' },
    { code: 'DFBM', titleZh: '地方编码', path: 'subject.regionCode' },
    { code: 'SJC', titleZh: '数据更新时间戳', aliases: ['时间戳'], path: null },
    { code: 'BZ', titleZh: '备注', path: 'remark' },
  ],
};

/** 经营异常名录 as 信用中国 shows it (§7.8), with the labels under which registers send the day of listing. */
export const abnormalLayout: RecordLayout = {
  code: 'abnormal',
  titleZh: '经营异常名录',
  standard: '2.0',
  fields: [
    { code: '企业名称', titleZh: '企业名称', path: 'subject.name', isNeeded: true },
    { code: '代码', titleZh: '统一社会信用代码', aliases: ['代码'], path: 'subject.usccCode', isNeeded: true },
    { code: '法定代表人', titleZh: '法定代表人', path: 'representative.name' },
    { code: '注册号', titleZh: '注册号', path: 'subject.otherNumbers.工商注册号' },
    {
      code: '列入经营异常名录原因类型名称',
      titleZh: '列入经营异常名录原因类型名称',
      aliases: ['列入原因'],
      path: 'abnormal.reason',
      isNeeded: true,
    },
    { code: '设立日期', titleZh: '列入日期', aliases: ['设立日期'], path: 'decidedOn', isNeeded: true },
    { code: '列入决定机关名称', titleZh: '列入决定机关名称', aliases: ['列入决定机关'], path: 'authority.name', isNeeded: true },
    { code: '文书号', titleZh: '列入决定文号', aliases: ['文书号'], path: 'document.number' },
    { code: '备注', titleZh: '备注', path: 'remark' },
  ],
};
