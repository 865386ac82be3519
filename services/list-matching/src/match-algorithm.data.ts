/** What every feature of an explanation means, for `GET /algorithms`. Kept beside the engine's own words. */
export const algorithmName = 'lianxin-gb-1';

export const features: Readonly<Record<string, string>> = {
  uscc_exact: '18 位统一社会信用代码有效且一致',
  uscc_conflict: '双方代码都有效但不同：判为不同主体，名称再像也不算',
  uscc_near: '代码校验位有误，与某登记代码仅差一处',
  uscc_invalid: '代码未通过校验，不作为依据',
  other_code: '组织机构代码、工商注册号或纳税人识别号是否一致',
  name_full: '名称规范化后完全一致（全半角、空格、繁简、括号、异体字均已统一）',
  name_variant: '名称仅写法不同：有限责任公司与有限公司、括号位置、行政区划写法',
  name_core: '字号、行业、组织形式一致，行政区划可以不同',
  name_similarity: '名称相近程度：字号 0.6、行业 0.2、组织形式 0.1、行政区划 0.1（R-11-6）',
  trade_pinyin: '字号读音相同',
  former_name: '与曾用名比对；只有决定日期在该曾用名使用期内，或来源写明曾用名，才算数',
  branch: '一方是分支机构：有自己的代码，与总公司互不延伸',
  region: '名称或登记地的行政区划不同',
  legal_representative: '法定代表人是否相同',
  address: '地址是否相同',
  phone: '电话是否相同（只比较带密钥的摘要）',
  county: '是否同一县区',
  uniqueness: '登记库中有几户使用同一名称',
  status: '吊销或注销',
  person_name: '姓名是否一致（繁简、空格、间隔号已统一）；仅姓名相同从不算匹配',
  id_number: '证件类型和完整号码是否一致',
  id_number_masked: '脱敏号码逐位比较，并用校验位排除不可能的号码',
  third_field: '出生年份、区县、工作单位、电话中是否另有一致项',
  birth_and_gender: '出生日期和性别是否一致',
  role: '是否同为所列单位的法定代表人',
  contradiction: '出生日期或性别不符',
};

/** What each line of §11.3 and §11.4 means and what may follow from it. */
export const grades: Readonly<Record<string, string>> = {
  E1: '一致：代码（号码）有效且相同，名称相同或为当时的曾用名。自动采用。',
  E2: '一致：代码有效且相同，名称仅写法不同。自动采用并注明。',
  C1: '冲突：代码（号码）相同而名称不同。必须人工复核，从不自动采用。',
  C2: '冲突：其他代码相同而名称不同。必须人工复核。',
  P1: '很可能：其他代码相同且名称核心一致；自然人为脱敏号码只符合一人、姓名相同并另有一项一致。人工确认。',
  P2: '很可能：名称与法定代表人相同且库中唯一；自然人为完整号码相同、姓名是曾用名或有字无法辨认。人工确认。',
  P3: '很可能：代码差一处、名称完全相同。人工确认。',
  S1: '可能：名称完全相同且省内唯一；自然人为姓名与脱敏号码相符。人工复核，确认前无任何效果。',
  S2: '可能：名称核心相同且同县区；自然人为姓名、出生日期、性别相同，或同为某单位法定代表人。人工复核。',
  S3: '可能：字号相同或同音，并且地址或法定代表人相同。人工复核。',
  S4: '可能：名称高度相近。人工复核。',
  NONE: '不匹配。',
};
