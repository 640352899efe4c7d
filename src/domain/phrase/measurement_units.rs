//! Units and measure words as they are written after a number.

use std::sync::LazyLock;

use super::lexicon::Lexicon;

/// What sort of thing a unit counts; decides whether "5 … of X" can be a promise or only part of X's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UnitKind {
    /// %, ‰.
    Percent,
    /// 个百分点, 个基点.
    Point,
    /// 个, 家, 人次 …
    Count,
    /// 元 and its relatives.
    Money,
    /// Length, area, weight, volume, power, concentration …
    Measure,
    /// 个工作日, 小时, 天 …
    Time,
    /// 岁, 千伏, 年: nearly always part of a name.
    Attribute,
    /// 倍.
    Times,
    /// :1.
    Ratio,
    /// 名, 位 in a ranking.
    Rank,
    /// No unit written, or only a multiplier (万亿).
    Bare,
}

use UnitKind::{Attribute, Count, Measure, Money, Percent, Point, Time, Times};

const PERCENT: &str = "% ‰";
const POINTS: &str = "个百分点 百分点 个百分比 个基点 基点 个BP BP 个点";
const TIMES: &str = "倍";
const TIME: &str = "个工作日 工作日 个自然日 自然日 天 日 小时 个小时 分钟 秒 毫秒 个月 周 个星期 学时 课时 工时 环节 个环节";
const ATTRIBUTES: &str = "吨级 岁 周岁 千伏 kV KV 年 年期 月龄 级 号 米跑道 代 开间 层 楼";
const MONEY: &str = "元 美元 欧元 港元 港币 日元 人民币 元人民币 美金 块钱 元钱";
const COUNTS: &str = "个 家 项 件 处 所 座 条 名 人 户 台 套 辆 艘 架 张 床 间 场 次 批 份 支 只 头 羽 株 棵 本 篇 部 册 \
    款 种 类 门 对 组 列 班 趟 笔 单 宗 起 例 幅 块 片 颗 根 口 眼 孔 盏 节 位 员 队 团 站 点 村 镇 乡 店 岗 期 届 \
    轮 档 道 门次 节次 批次 班次 船次 车次 标台 标准台 人次 人/次 家次 户次 台次 件次 场次 架次 列次 艘次 头次 只次 例次 单次 \
    课次 点次 站次 台套 台班 个标准箱 标准箱 标箱 TEU 人口 家长 农户 农民 农民工 居民 村民 市民 群众 学生 师生 职工 家庭 \
    妇女 儿童 老人 老年人 残疾人 青年 党员 干部 旅客 游客 用户 劳动力 移民 毕业生 大学生 高校毕业生 企业 商户 网民 工人 \
    贫困人口 脱贫人口 农村人口 农业人口 脱贫劳动力 套次 孕妇 考生 新生儿 适龄妇女 \
    台(套) 台(件) 台（套） 套(间) 套(户) 户(套) 间(套) 部(台) 个(处) 处(个) 家(个) 个(家) 所(个) 座(个) 人(次) 场(次) \
    株次 把 顶 尾 匹 箱 桶 瓶 \
    袋 盒 枚 副 双 筒 分 路 杆 柜 桌 剂 针 卷 罐 篓 捆 丛 蔸 畦 窝 棚 帧 台份 人份 剂次 针次 针剂 诊次 床次 间次 户次 点位 工位 席位 摊位 铺位 \
    机位 舱位 卡位 站位 机柜 标准柜 团组 充电枪 网格 节课 堂课 人头 户头 品种 标段 词条 条目 字 万字 单品 席 餐 校 馆 塘 井 桩 哨 亭 \
    个(套) 套(个) 台(辆) 辆(台) 名(人) 人(名) 个位次 个名次 件(套) 套(件) 家(户) 户(家) 处(座) 座(处) 条(段) 项(次) 次(场) 项(个) 个(项) 张(个) 个(张) \
    间(个) 个(间) 个(所) 所(处) 部(件) 期(次) 支(个) 名次 位次 万标箱 枝 具 则 首 集 栋 幢 排 学位 床位 座席 泊位 车位 亩次 版 封 端口 航线 专业 网点 站点 载体";
const MEASURES: &str = "公里 千米 米 厘米 毫米 微米 海里 里 延米 皮长公里 芯公里 车道公里 线公里 双线公里 单线公里 平方公里 平方千米 \
    平方米 平米 ㎡ m2 m² 亩 公顷 顷 ha hm2 立方米 方 立方 m3 m³ 标立方米 标准立方米 立方米/秒 立方米/日 立方米/天 \
    吨 公斤 千克 克 毫克 微克 斤 担 t kg 吨标准煤 吨标煤 克标准煤 克标煤 千克标准煤 公斤标准煤 吨二氧化碳 吨二氧化碳当量 吨公里 人公里 标吨 载重吨 总吨 \
    千瓦 千瓦时 瓦 度 度电 兆瓦 兆瓦时 吉瓦 吉瓦时 千伏安 兆伏安 kW kWh KW MW MWh GW GWh TWh kVA MVA 升 毫升 公升 \
    微克/立方米 毫克/升 毫克/立方米 克/立方米 微克/升 μg/m3 μg/m³ ug/m3 ug/m³ mg/L mg/l mg/m3 mg/m³ 分贝 dB ℃ 摄氏度 \
    PB TB GB EB ZB PFlops PFLOPS Pflops EFlops EFLOPS Eflops P Gbps Mbps Tbps T 兆比特 架标准机架 标准机架 \
    机架 平方 立方 千焦 兆焦 吉焦 GJ MJ 兆帕 MPa 大卡 吨/日 吨/天 吨/小时 磅 英亩 公担 马力 匹马力 MVA Mvar GVA 兆乏 千乏 GPa Mb MHz GHz Hz \
    车道里 芯 轨公里 管公里 沟公里 孔公里 对公里 延长米 线性米 平方英尺 立方千米 m㎡ hm² km² km ㎞ ㎡ Wh 安时 标台 吨位 净吨 总吨位 \
    箱公里 人日 人天 工日 机时 核时 卡时 节点小时 米/秒 当量 人·公里 人当量 标准车 科学台时 台时 油当量 吨油当量 Tops TOPS 标方 车公里 人年 人月";

static UNITS: LazyLock<Lexicon<UnitKind>> = LazyLock::new(|| {
    let lists = [
        (PERCENT, Percent),
        (POINTS, Point),
        (TIMES, Times),
        (TIME, Time),
        (ATTRIBUTES, Attribute),
        (MONEY, Money),
        (COUNTS, Count),
        (MEASURES, Measure),
    ];
    Lexicon::of_prefixes(
        lists.into_iter().flat_map(|(words, kind)| words.split_whitespace().map(move |word| (word, kind))),
    )
});

/// What may stand after the slash of a compound unit (元/月·人, 张/千人).
static DENOMINATORS: LazyLock<Lexicon<()>> = LazyLock::new(|| {
    const WORDS: &str = "人 月 年 日 天 户 亩 次 平方米 立方米 千瓦时 升 吨 公里 平方公里 小时 秒 万元 亿元 百户 千人 万人 \
        百万人 十万人 10万人 千户 百人 万户 公顷 斤 公斤 人次 件 台 辆 床 床日 学年 学期 生 学生 村 县 个 家 度 km h L l m3 m³ kWh 季度 \
        季 周 亿元GDP 车 节 kg d";
    Lexicon::of_prefixes(WORDS.split_whitespace().map(|word| (word, ())))
});

/// Words that begin like a unit but are not one (5成立, 3年级).
static NOT_UNITS: LazyLock<Lexicon<()>> = LazyLock::new(|| {
    const WORDS: &str = "年级 年代 日报 家庭医生 个性 人才 人大 人民 人均 人工 人社 点对点 站式 站点建设 类似 种植 种业 道路 \
        村民委员会 村级 乡村 镇区 镇村 片区 条件 次中心 部门 本科 本地 队伍 团队 位于 位居 单位 班子 组织 级以上 级及以上 \
        期间 店铺 岗位 间接 方面 方案 方向 方式 方法 里程 口岸 节能 节水 节点 节假 对口 门类 员工 块状 T+ 首次 首台 \
        分之 环保 度假 项目制 起来 支持 只增 只减 张力 套餐 款项 把握 排放 排名 单个 版权 集中 集群 集聚 集体 学位论文 天然 周边 周期 条例 \
        路口 路段 路网 路灯 杆塔 柜台 桌面 针对 卷烟 餐饮 校区 校园 馆藏 井口 桩基 字样 席地 塘坝 棚户 棚改 剂量 平方根 立方体 芯片 \
        品种权 网格员 网格化 窝点 罐区 亭台 位数 例如 轮训 轮换 轮候 双创 双一流 米兰 家居 家电 口粮 类别 部分 升级 升规 则";
    Lexicon::of_prefixes(WORDS.split_whitespace().map(|word| (word, ())))
});

/// A unit as it stands after a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unit {
    /// Characters it takes.
    pub(super) length: usize,
    /// As written, without 余 and 多: `万家`.
    pub(super) label: String,
    /// What it counts.
    pub(super) kind: UnitKind,
    /// Power of ten of the multipliers in front (万家 has 4).
    pub(super) power: u32,
    /// Characters of the multipliers in front.
    pub(super) multipliers: usize,
    /// 余 or 多 between the number and the measure word.
    pub(super) surplus: Option<&'static str>,
    /// A measure word that no list has, known only by its place at the end.
    pub(super) guessed: bool,
}

/// The power of ten a multiplier stands for.
pub(super) fn power(c: char) -> Option<u32> {
    Some(match c {
        '十' => 1,
        '百' => 2,
        '千' => 3,
        '万' => 4,
        '亿' => 8,
        _ => return None,
    })
}

/// Reads the unit at the start of `text`; an empty [`UnitKind::Bare`] unit when there is none.
pub(super) fn read(text: &[char]) -> Unit {
    let mut unit = Unit {
        length: 0,
        label: String::new(),
        kind: UnitKind::Bare,
        power: 0,
        multipliers: 0,
        surplus: None,
        guessed: false,
    };
    loop {
        let rest = &text[unit.length..];
        let Some(&c) = rest.first() else { return unit };
        if let Some((length, kind)) = known(rest) {
            unit.kind = kind;
            take(&mut unit, text, length);
            compound(&mut unit, text);
            return unit;
        }
        if let Some(power) = power(c) {
            unit.power += power;
            unit.multipliers += 1;
            take(&mut unit, text, 1);
            if unit.multipliers > 4 {
                return unit;
            }
        } else if let Some(word) = surplus(c)
            && unit.surplus.is_none()
        {
            unit.surplus = Some(word);
            unit.length += 1;
        } else {
            if is_counter(rest) {
                unit.kind = Count;
                unit.guessed = true;
                take(&mut unit, text, 1);
            }
            return unit;
        }
    }
}

/// Whether `text` is one measure word that ends its clause or list member (2000株、). Characters that say something else
/// behind a number are none.
fn is_counter(text: &[char]) -> bool {
    const OTHERS: &str = "上下内外中前后余多强级号型版维线化制时年月日点度成性后末底初以为至到和与及或等的了是在占比升降增减高低大小新旧好优先共各均约近超达\
        过亿万千百十〇零一二三四五六七八九两半倍率类代卡色位第次之其将并";
    let Some((&c, rest)) = text.split_first() else { return false };
    let ends =
        matches!(rest, [] | ['、' | '和' | '及' | '(', ..] | ['以', '上' | '下' | '内'] | ['左', '右'])
            || matches!(rest, ['以', '上' | '下' | '内', '、', ..]);
    ends && matches!(c, '\u{4E00}'..='\u{9FFF}') && !OTHERS.contains(c)
}

fn surplus(c: char) -> Option<&'static str> {
    match c {
        '余' => Some("余"),
        '多' => Some("多"),
        _ => None,
    }
}

/// The unit word `text` starts with, unless the characters belong to a longer word that is not a unit.
fn known(text: &[char]) -> Option<(usize, UnitKind)> {
    let (length, kind) = UNITS.at_start(text)?;
    if NOT_UNITS.at_start(text).is_some_and(|(other, ())| other > length) {
        return None;
    }
    // A Latin unit must end where the Latin word ends (5G is not 5 grams of anything).
    let latin_end = text[length - 1].is_ascii_alphabetic();
    if latin_end && text.get(length).is_some_and(char::is_ascii_alphanumeric) {
        return None;
    }
    Some((length, kind))
}

fn take(unit: &mut Unit, text: &[char], length: usize) {
    let written = text[unit.length..unit.length + length].iter().map(|&c| match c {
        '(' => '（',
        ')' => '）',
        _ => c,
    });
    unit.label.extend(written);
    unit.length += length;
}

/// Extends a unit by `/人`, `·月`, at most three times.
fn compound(unit: &mut Unit, text: &[char]) {
    for _ in 0..3 {
        let rest = &text[unit.length..];
        match rest.first() {
            Some('/' | '·' | '每') if rest[0] != '每' || unit.kind == Measure => {
                match DENOMINATORS.at_start(&rest[1..]) {
                    Some((length, ())) => take(unit, text, length + 1),
                    None => return,
                }
            }
            _ => return,
        }
    }
}

/// Whether the whole of `text` is a unit, as in a table heading (亿元).
pub(super) fn is_unit(text: &[char]) -> Option<Unit> {
    let unit = read(text);
    (unit.length == text.len() && unit.kind != UnitKind::Bare).then_some(unit)
}

/// A unit given in brackets behind the name, as in tables: 粮食产量（亿斤）615.
pub(super) fn in_brackets(name: &[char]) -> (Vec<char>, Option<(String, UnitKind)>) {
    if let [rest @ .., ')'] = name
        && let Some(open) = rest.iter().rposition(|&c| c == '(')
        && let Some(unit) = is_unit(&rest[open + 1..])
    {
        return (rest[..open].to_vec(), Some((unit.label, unit.kind)));
    }
    (name.to_vec(), None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_end_where_the_thing_begins() {
        for (text, label, kind) in [
            ("万家", "万家", Count),
            ("个百分点以上", "个百分点", Point),
            ("余家企业", "家", Count),
            ("万余户", "万户", Count),
            ("元/月·人", "元/月·人", Money),
            ("元/月和", "元/月", Money),
            ("万千瓦时", "万千瓦时", Measure),
            ("千瓦", "千瓦", Measure),
            ("万家长", "万家长", Count),
            ("G基站", "", UnitKind::Bare),
            ("GB", "GB", Measure),
            ("年级", "", UnitKind::Bare),
            ("万亿", "万亿", UnitKind::Bare),
            ("套（户）", "套", Count),
            ("套(户)", "套（户）", Count),
            ("", "", UnitKind::Bare),
        ] {
            let chars: Vec<char> = text.chars().collect();
            let unit = read(&chars);
            assert_eq!((unit.label.as_str(), unit.kind), (label, kind), "{text}");
        }
    }
}
