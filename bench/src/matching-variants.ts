import type { SeededRandom } from './matching-random.ts';
import { tradeCharacters } from './matching-words.ts';

/** How people and old systems write the same name. Tables made by hand; nothing here is shared with the matching library. */

/** Traditional characters of the characters that the made-up names use. */
const traditional = new Map<string, string>(
  (
    '连連 云雲 东東 苏蘇 赣贛 县縣 区區 贸貿 易易 业業 华華 达達 鑫鑫 兴興 亚亞 联聯 龙龍 诚誠 飞飛 腾騰 顺順 丰豐 荣榮 润潤 泽澤 锦錦 汇匯 众眾 岭嶺 晓曉 阳陽 圣聖 ' +
    '尔爾 欧歐 迪迪 诺諾 兰蘭 莲蓮 杨楊 桦樺 渔漁 湾灣 锚錨 涛濤 洁潔 鸿鴻 鹏鵬 辉輝 灿燦 烂爛 铭銘 铸鑄 钢鋼 铁鐵 银銀 铜銅 锡錫 钧鈞 铄鑠 锐銳 锋鋒 玛瑪 宝寶 ' +
    '珑瓏 义義 礼禮 贤賢 艺藝 书書 画畫 韵韻 欢歡 庆慶 贺賀 宁寧 满滿 圆圓 优優 质質 万萬 丽麗 国國 广廣 场場 机機 设設 备備 电電 汽汽 车車 销銷 务務 团團 责責 传傳 ' +
    '农農 产產 发發 开開 资資 会會 济濟 经經 络絡 网網 软軟 产產 医醫 药藥 术術 关關 进進 远遠 运運 输輸 货貨 铝鋁 门門 窗窗 装裝 饰飾 园園 绿綠 环環 节節 热熱 气氣 ' +
    '测測 图圖 绘繪 险險 护護 养養 种種 苗苗 树樹 鱼魚 鸟鳥 鸡雞 猪豬 马馬 刘劉 陈陳 张張 赵趙 吴吳 孙孫 郑鄭 谢謝 韩韓 冯馮 邓鄧 萧蕭 叶葉 吕呂 卢盧 钟鐘 陆陸 贾賈 韦韋 邹鄒 ' +
    '谭譚 罗羅 严嚴 龚龔 钱錢 汤湯 伟偉 强強 军軍 涛濤 杰傑 刚剛 红紅 凤鳳 莹瑩 轩軒 长長 贵貴 学學 齐齊 习習 乐樂 创創 凯凱 劳勞 仓倉 储儲 构構 钻鑽 邮郵 饭飯 馆館 ' +
    '烟煙 维維 鲜鮮 饮飲 卖賣 头頭 顾顧 庄莊 厂廠 产產 废廢 体體 玻玻 纺紡 织織 纤纖 绵綿 缘緣 结結 统統 际際 阁閣 随隨 难難 领領 颐頤 驰馳 骏駿 鲁魯 鹰鷹'
  )
    .split(' ')
    .map((pair) => [pair.charAt(0), pair.charAt(1)]),
);

/** Other written forms of one character (domain §11.1 step 7). */
const written = new Map([
  ['峰', '峯'],
  ['村', '邨'],
  ['苏', '甦'],
  ['群', '羣'],
  ['启', '啓'],
  ['国', '囯'],
  ['富', '冨'],
  ['岩', '巖'],
]);

/** Characters that sound alike, tones aside. */
const homophoneGroups = (
  '金今津锦晋瑾 华花画桦滑 鑫欣新馨心昕 达大答 海亥害 盛胜圣晟升生 源元原园缘远圆苑 泰太态 兴星行幸 隆龙 恒衡横亨 信芯 宏红弘鸿洪虹 通同童桐铜 顺舜 康抗 利力立丽莉 丰风枫峰锋 ' +
  '德得 和合河禾荷 美每梅 东冬董 联连莲廉 中忠钟众 天添田甜 宇雨语羽玉育裕 瑞锐蕊 祥翔详向 安岸 创闯 诚成城程承晨 嘉佳家加 博波伯 凯楷铠 飞菲非 腾藤 鹏朋棚 辉晖慧汇惠 ' +
  '耀药要 旺望汪 福富扶 茂贸冒 昌长畅 荣融容蓉 盈赢英莹 润闰 泽择 科可柯 卓拙 越月悦岳 智志之知 好浩豪皓昊 百佰柏 万皖 里理黎 江姜 湖胡虎 山珊杉 川传 岭领灵玲凌 ' +
  '云芸运韵 辰陈臣 明名铭鸣 阳洋杨扬 景静竞 坤昆 乾前钱 正政征振 大达 国果 民敏闽 尊遵 御愈 奥澳 迪帝 威维伟微 诺懦 森深 林琳临 木牧慕 松嵩 竹烛珠 菊居 苏素 徐旭许续 ' +
  '渔鱼余 舟洲周州 帆凡 航杭 波拨 涛滔陶 清青卿 泉全权 雨宇 露鹿陆 雪学 冰兵 炎岩研严 鼎顶 钢刚岗 铁贴 银音因 玉育 宝保堡 春纯 夏霞厦 秋丘 暖 思丝司 忠中 孝晓 仁人 义艺毅益 ' +
  '礼理李 良梁粮 友有 善 真珍臻 文闻雯 武舞五 艺易 书舒 琴勤秦 诗施 怡宜 欣新 庆清 吉集 如儒 意亿 平萍 静敬 心新 优悠 工公功 匠将 本奔 王汪 李理 张章 刘流 陈晨 杨阳 赵照 黄皇 吴武 周洲 ' +
  '贸茂 易益 建健 筑助 程成 械谢 食实石 品聘 农浓 业页 电店 子紫 化华 传船 媒煤 物务 流留 服福 饰式 水睡 产铲 科棵 技计 材财 环还 保宝 船传 输书 装庄 租足 询寻 教叫 育玉 游由 酒久 管馆 理里'
).split(' ');

/** Characters that look alike. */
const lookAlikePairs = (
  '未末 己已 土士 日曰 人入 千干 大太 天夫 田由 木本 王玉 目且 刀力 毫豪 拔拨 晴睛 侯候 冶治 贝见 货贷 令今 鸟乌 洒酒 幻幼 茶荼 徒徙 杨扬 汤场 炼练 鸿鸣 洲州 宏弘 晶品 ' +
  '汇江 达过 运远 恒垣 诚城 润洞 源原 峰锋 宁宇 辉晖 伟纬 佳住 光先 泰秦 瑞端 祥样 利和 万方 水永 威咸 铭名 锦绵 钢纲 新折 海梅 洋样 湖潮 渔鱼 材村 森林 易昜 科料 技枝 建健 设没'
).split(' ');

export function toTraditional(text: string): string {
  return Array.from(text, (character) => traditional.get(character) ?? character).join('');
}

export function toWrittenVariant(text: string): string {
  return Array.from(text, (character) => written.get(character) ?? character).join('');
}

/** ASCII as full-width characters; Chinese brackets are full-width anyway. */
export function toFullWidth(text: string): string {
  return text.replace(/[!-~]/g, (character) => String.fromCharCode(character.charCodeAt(0) + 0xfee0)).replaceAll(' ', '　');
}

/** The places of a text whose character has another in a table of groups. */
function replaceByGroup(random: SeededRandom, text: string, groups: readonly string[], from: number, to: number): string | undefined {
  const choices: string[] = [];
  for (let place = from; place < to; place += 1) {
    const character = text.charAt(place);
    for (const group of groups) {
      if (!group.includes(character)) continue;
      for (const other of group) if (other !== character) choices.push(text.slice(0, place) + other + text.slice(place + 1));
    }
  }
  return choices.length === 0 ? undefined : random.pick(choices);
}

/** One character written as another that sounds the same; undefined when the table has none. */
export function withHomophone(random: SeededRandom, text: string, from = 0, to = text.length): string | undefined {
  return replaceByGroup(random, text, homophoneGroups, from, to);
}

export function withLookAlike(random: SeededRandom, text: string, from = 0, to = text.length): string | undefined {
  return replaceByGroup(random, text, lookAlikePairs, from, to);
}

/** Every character of a text as one that sounds the same, where the table has one; undefined when no character changes. */
export function withAllHomophones(random: SeededRandom, text: string): string | undefined {
  let changed = '';
  for (let place = 0; place < text.length; place += 1)
    changed += (replaceByGroup(random, text, homophoneGroups, place, place + 1) ?? text).charAt(place);
  return changed === text ? undefined : changed;
}

/** Any other character at one place. */
export function withSubstitution(random: SeededRandom, text: string, from = 0, to = text.length): string {
  const place = from + random.below(to - from);
  let other = random.pick(tradeCharacters);
  while (other === text.charAt(place)) other = random.pick(tradeCharacters);
  return text.slice(0, place) + other + text.slice(place + 1);
}

export function withInsertion(random: SeededRandom, text: string, from = 0, to = text.length): string {
  const place = from + random.below(to - from + 1);
  return text.slice(0, place) + random.pick(tradeCharacters) + text.slice(place);
}

export function withDeletion(random: SeededRandom, text: string, from = 0, to = text.length): string {
  const place = from + random.below(to - from);
  return text.slice(0, place) + text.slice(place + 1);
}

/** Two different neighbours in the other order; undefined when all are equal. */
export function withTransposition(random: SeededRandom, text: string, from = 0, to = text.length): string | undefined {
  const places = Array.from({ length: to - from - 1 }, (_, index) => from + index).filter(
    (place) => text.charAt(place) !== text.charAt(place + 1),
  );
  if (places.length === 0) return undefined;
  const place = random.pick(places);
  return text.slice(0, place) + text.charAt(place + 1) + text.charAt(place) + text.slice(place + 2);
}

const pinyin = new Map<string, string>(
  (
    '金jin 华hua 鑫xin 达da 海hai 盛sheng 源yuan 泰tai 隆long 恒heng 信xin 宏hong 远yuan 通tong 顺shun 康kang 利li 丰feng 德de 美mei 新xin 东dong 联lian 天tian 宇yu 龙long 瑞rui 祥xiang ' +
    '安an 诚cheng 嘉jia 博bo 飞fei 腾teng 鹏peng 翔xiang 辉hui 旺wang 福fu 昌chang 荣rong 润run 泽ze 沃wo 锦jin 卓zhuo 智zhi 佳jia 百bai 万wan 江jiang 湖hu 山shan 川chuan 云yun 星xing 明ming'
  )
    .split(' ')
    .map((pair) => [pair.charAt(0), pair.slice(1)]),
);

/** A trade name in Latin letters; undefined when a character is not in the table. */
export function toPinyin(text: string): string | undefined {
  const syllables = Array.from(text, (character) => pinyin.get(character));
  return syllables.every((syllable) => syllable !== undefined) ? syllables.join('') : undefined;
}

/** Pinyin of characters that some systems cannot write. */
export const rareCharacters: Readonly<Record<string, string>> = { 堃: 'kun', 喆: 'zhe', 淼: 'miao', 曦: 'xi' };
