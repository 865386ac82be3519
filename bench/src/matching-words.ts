/** Words from which made-up registers are put together. Written for this purpose; the matching library has its own tables. */

export interface Place {
  readonly code: string;
  /** How the name of an organisation calls the place; the first is the most frequent. */
  readonly forms: readonly string[];
  /** The same place, written out in full. */
  readonly full: string;
}

const lianyungang: readonly Place[] = [
  { code: '320700', forms: ['连云港', '连云港市', '江苏连云港'], full: '江苏省连云港市' },
  { code: '320703', forms: ['连云港市连云区', '连云区'], full: '江苏省连云港市连云区' },
  { code: '320706', forms: ['连云港市海州区', '海州区'], full: '江苏省连云港市海州区' },
  { code: '320707', forms: ['连云港市赣榆区', '赣榆区'], full: '江苏省连云港市赣榆区' },
  { code: '320722', forms: ['东海县', '东海'], full: '江苏省连云港市东海县' },
  { code: '320723', forms: ['灌云县', '灌云'], full: '江苏省连云港市灌云县' },
  { code: '320724', forms: ['灌南县', '灌南'], full: '江苏省连云港市灌南县' },
];

const jiangsu: readonly Place[] = (
  '320100南京 320200无锡 320300徐州 320400常州 320500苏州 320600南通 320800淮安 320900盐城 321000扬州 321100镇江 321200泰州 321300宿迁 ' +
  '320583昆山 320582张家港 320581常熟 320281江阴 320282宜兴 320382邳州 321322沭阳 320921响水'
)
  .split(' ')
  .map((row) => {
    const name = row.slice(6);
    const isCity = row.slice(4, 6) === '00';
    const ending = isCity || !['沭阳', '响水'].includes(name) ? '市' : '县';
    return { code: row.slice(0, 6), forms: [name, name + ending], full: isCity ? `江苏省${name}${ending}` : name + ending };
  });

const country: readonly Place[] = (
  '310000上海 110000北京 120000天津 500000重庆 330100杭州 330200宁波 370200青岛 370100济南 371100日照 371300临沂 340100合肥 410100郑州 420100武汉 ' +
  '430100长沙 440100广州 440300深圳 510100成都 610100西安 210200大连 350200厦门'
)
  .split(' ')
  .map((row) => ({ code: row.slice(0, 6), forms: [row.slice(6), `${row.slice(6)}市`], full: `${row.slice(6)}市` }));

export const places = { lianyungang, jiangsu, country };
export const province: Place = { code: '320000', forms: ['江苏', '江苏省'], full: '江苏省' };

/** Characters of trade names, frequent ones first. */
export const tradeCharacters = [
  ...'金华鑫达海盛源泰兴隆恒信宏远通顺康利丰德和美新亚东联中天宇龙瑞祥安创诚嘉博凯腾飞鹏翔辉耀旺福顺茂昌荣盈润泽沃科锦程卓越智汇众合佳好家百万千里江河湖山川峰岭云星辰光明阳晨曦景晟昊坤乾元亨正大国民生力圣尊御皇帝豪杰英雄',
  ...'奥迪威诺欧柏雅格尔斯特朗普邦森林木松竹兰菊梅荷莲杏桃李柳枫桐桂苏徐淮赣榆灌连港湾渔舟帆航锚潮浪波涛洋浩瀚清泉溪润沐雨露霜雪冰凌炎焱煜炜烨煌灿烂铭鼎铸钢铁银铜锡钧钰铄锐锋利钟锤玉珠宝瑶琳琅珍珑璞瑾瑜琪',
  ...'春夏秋冬晓暖朝夕思念慧敏捷勤俭忠孝仁义礼贤良友善真纯朴实厚道学文武艺书画琴棋诗韵雅致悦怡欣喜乐欢庆贺吉如意平静宁馨幸满圆全优品质精工巧匠心诺言行知守本初始终一三五七九六八',
];

/** Industries, frequent ones first; some are in no dictionary of the matching library on purpose. */
export const industries = (
  '贸易 商贸 建筑工程 科技 物流 建材 装饰工程 机械制造 食品 农业发展 电子科技 信息科技 文化传媒 劳务 物业管理 房地产开发 汽车销售服务 餐饮管理 置业 投资管理 ' +
  '企业管理 园林绿化 化工 新材料 服饰 纺织 水产 海产品 医药科技 医疗器械 环保科技 新能源 光伏科技 钢结构 货运代理 国际贸易 进出口 船舶工程 港口服务 仓储 运输 家具 木业 ' +
  '塑料制品 包装制品 印刷 广告 咨询 教育科技 人力资源 保安服务 家政服务 旅游 酒店管理 健康管理 养老服务 网络科技 软件开发 物联网科技 供应链管理 电子商务 电力工程 安装工程 ' +
  '市政工程 路桥工程 水利工程 土石方工程 混凝土 石材 玻璃制品 五金制品 阀门 轴承 模具 机电设备 自动化设备 仪器仪表 电缆 饲料 种业 粮油 茶业 酒业 饮料 冷链物流 肉制品 ' +
  '水晶制品 硅材料 石英制品 紫菜加工 海苔 藕粉 渔具 羽毛球 蓝莓种植 草莓种植 稻米 花卉 苗木 生物科技 制药 检测技术 测绘 监理 造价咨询 消防工程 防水工程 门窗 幕墙 ' +
  '再生资源 污水处理 煤炭 石油化工 天然气 热电 融资担保 小额贷款 典当 拍卖 租赁 会展服务 影视文化 体育用品 玩具 工艺品 美容美发 驾驶员培训 早教 托育 宠物用品 直播电商 无人机 碳纤维'
).split(' ');

export const shopKinds = (
  '超市 便利店 小吃店 饭店 烟酒店 五金店 服装店 理发店 水果店 建材经营部 农资经营部 水产经营部 百货商行 汽车维修部 电动车行 手机店 药店 茶楼 烧烤店 面馆 火锅店 花店 蛋糕店 早餐店 ' +
  '养殖场 家庭农场 窗帘店 眼镜店 棋牌室 洗衣店 摄影店 图文店 修鞋铺 豆腐坊 馒头房'
).split(' ');

export const surnames = [
  ...'王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤',
  '欧阳',
  '司马',
  '上官',
  '诸葛',
  '皇甫',
];
export const givenCharacters = [
  ...'伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂兰建华文国红玉萍鹏玲辉波斌宇浩凯健俊帆雪荣婷梅雷兵晶峰东飞鑫欣龙海亮林云亚宁学慧琳琴凤洁莉莹雯佳嘉晨阳思雨子涵梓轩一诺若曦昊然博睿志远长春庆祥德胜福贵喜才堃喆淼昇',
];

export const streets = (
  '朝阳路 解放路 海连路 苍梧路 幸福路 通灌路 郁洲路 学院路 巨龙路 中山路 人民路 建国路 新建路 振兴路 华联路 瀛洲路 科苑路 花果山大道 港城大道 徐圩大道 青口镇黄海路 牛山街道和平路 ' +
  '伊山镇胜利路 新安镇人民路 板桥街道云海路 墟沟街道海棠路 浦南镇工业集中区 石桥镇工业园 白塔埠镇驼峰路 房山镇林疃村'
).split(' ');
