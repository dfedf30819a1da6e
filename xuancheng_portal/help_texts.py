"""What the help panel of each screen says, by the screen's address name; a test holds that every screen has its text.

A new screen: one entry `"app:name": Help(_("What it is for. What to do, and what comes next."), CHAPTER)`, where CHAPTER names
the section of each handbook that tells more. `also` adds a sentence for one role on a screen that serves several.
"""

from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Role


@dataclass(frozen=True)
class Help:
    """`chapters`: {handbook: heading of its section}. `also`: {role: one more sentence}. `reader`: for a page kept by the browser, whoever opens it."""

    words: Promise
    chapters: dict[str, str] = field(default_factory=dict)
    also: dict[str, Promise] = field(default_factory=dict)
    reader: str = ""


# Sections of the handbooks, as docs/ calls them.
ALL = {}
HOME = {"unit-clerk": "申报期内：填报", "county-clerk": "盯住数量"}
SET = {"office": "设置", "administrator": "新的一年"}
SETU = {"office": "设置", "administrator": "工作日历"}
COUNT = {"county-clerk": "盯住数量"}
STD = {"unit-clerk": "申报期内：填报", "office": "材料评分", "public": ""}
OVER = {"office": "", "auditor": ""}
FILL = {"unit-clerk": "申报期内：填报", "county-clerk": "审核一份申报", "office": "申报期：审核和受理"}
PLAN = {"unit-clerk": "活动开始：报送创建方案", "county-clerk": "创建方案", "office": "创建方案"}
SHARE = {"unit-clerk": "和同事一起填"}
SEND = {"unit-clerk": "填完：核对并提交", "county-clerk": "审核一份申报", "office": "申报期：审核和受理"}
TEMPLATE = {"office": "申报表模板（Word）"}
OFFLINE = {"unit-clerk": "用 Excel 离线填报"}
RETURN = {"unit-clerk": "被退回：补正", "county-clerk": "之后", "office": "申报期：审核和受理", "auditor": "常查的几件事"}
CHECK = {"county-clerk": "审核一份申报"}
ALIKE = {"office": "内容雷同"}
REVIEW = {"office": "申报期：审核和受理"}
SCORE = {"office": "材料评分"}
GUIDE = {"unit-clerk": "督促指导和验收期间", "office": "督促指导"}
RECT = {"unit-clerk": "督促指导和验收期间", "county-clerk": "之后", "office": "督促指导"}
VISIT = {"office": "现场验收"}
AUTO = {"office": "自动分组"}
ONE = {"office": "单个安排", "inspector": "到现场"}
BEFORE = {"inspector": "去之前"}
GOING = {"unit-clerk": "督促指导和验收期间"}
EXCEPT = {"office-lead": "批准例外", "county-lead": "批准例外"}
SITE = {"inspector": "到现场"}
SIGN = {"inspector": "商定、签字、锁定"}
PAPER = {"inspector": "手机用不了：纸质记录", "office": "现场验收"}
NONET = {"inspector": "没有信号也能记"}
RANK = {"office-lead": "复核名单", "county-lead": "复核名单", "office": "排名、名单和公示"}
EXPLAIN = {"office": "分数说明和推演"}
ADJUST = {"office-lead": "复核加分、扣分，决定一票否决", "county-lead": "复核名单", "office": "加分、扣分和一票否决"}
EXPORT = {"office": "导出报表"}
NOTICE = {"office-lead": "审查并发布公示", "county-lead": "发布公示", "office": "排名、名单和公示"}
NAME = {"office-lead": "命名和推荐", "county-lead": "命名和撤销", "office": "命名以后"}
AFTER = {"unit-clerk": "命名以后", "office": "命名以后"}
CASE = {"unit-clerk": "命名以后：典型案例", "office": "典型案例"}
LETTER = {"office": "公文"}
PUB = {"public": ""}
OBJECT = {"public": "对公示有意见"}
TRACK = {"public": "查进度"}
STATUS = {"administrator": "每天看一眼"}
CHART = {"office": "图表看板"}
ARCH = {"office": "归档"}
FIRST = {"office": "第一天上手", "administrator": "第一天上手"}
PEOPLE = {"administrator": "人员", "office": "设置"}
UNITS = {"administrator": "单位", "office": "设置"}
IMPORT = {"administrator": "用平时的表格导入单位和人员"}
SENDING = {"administrator": "消息发到哪里", "office": "设置"}
DAYS = {"administrator": "工作日历", "office": "设置"}
AUDIT = {"administrator": "审计", "auditor": "查记录", "office": "设置"}
STDS = {"office": "建设标准", "administrator": "新的一年"}
REHEARSE = {"office": "演练", "county-office": "演练"}
NEXT = {"administrator": "新的一年", "office": "新建活动", "county-office": ""}

HELP = {
    "accounts:login": Help(_("用单位发给你的账号登录；第一次登录要换成只有你知道的密码。密码连续输错 5 次，这台电脑上的这个账号要等 1 分钟，再错等得更久。"), ALL),
    "accounts:password_change": Help(_("在这里换一个只有你知道的密码。填好新旧密码后保存，其他电脑上已登录的页面要重新登录。"), ALL),
    "accounts:inbox": Help(_("退回、整改、催报和结果都会在这里告诉你。点“去看看”直接到要办的地方；登记了邮箱的，同样的内容会发邮件。"), ALL),
    "accounts:downloads": Help(_("你让平台生成的表格和文件都放在这里。生成时可以离开页面，完成后会发消息，再回来下载。"), ALL),
    "accounts:job": Help(_("这一页显示一个文件生成到哪一步，会自动更新。完成后点“下载”；没有生成成功的，按提示处理后重新生成。"), ALL),
    "campaigns:settings": Help(_("这里是本次创建活动的全部设置：阶段、名额、评分、公示和申报表。点右上角或各行的“修改”，写明理由后立即生效并记入审计；只给个别单位宽限的，用“延期”。"), SET, {Role.ADMIN: _("你可以查看；修改由公开办办理。")}),
    "campaigns:change_settings": Help(_("修改评分、公示、申报和创建方案的要求。填好后写明理由再保存，马上生效；已经发生的报送和评分不会因此改变。"), SET),
    "campaigns:change_phase": Help(_("修改一个阶段的起止日期，最后一天含当日。保存后申报、督导或验收是否开放立即按新日期算，请写明理由。"), SET),
    "campaigns:change_track": Help(_("修改一个类别的名额和年度考核加分。已有单位列入名单的，名额不能再改，先从名单中移出。"), SET),
    "campaigns:extensions": Help(_("这里列出批准过的延期。需要给某个单位宽限的，点“批准延期”；别的单位仍按原来的截止时间。"), SET),
    "campaigns:grant_extension": Help(_("选择阶段和单位，填写延至哪一天和理由。保存后该单位会收到通知，可以一直办到新的截止时间。"), SET),
    "campaigns:cutoff": Help(_("给本县乡镇设一个早于全市的截止日期，留出审核时间。到时乡镇不能再提交给县里，你仍可以在全市截止前推荐。"), COUNT),
    "campaigns:calendar": Help(_("公示期、异议答复等按工作日计算，依据就是这张日历。放假和调休不对的，由市政务公开办或系统管理员点“导入节假日”更正。"), SETU),
    "standards:standard": Help(_("这里是建设标准的全文：类别、指标、检查点和各类单位的分值。填报和评分都以此为准；正式细则公布以前，分值是平台的默认值，页面上会注明。"), STD),
    "applications:list": Help(_("这里列出所有可以申报的单位和各自的进度。用搜索和筛选找单位，勾选后点“提醒所选单位”，同一单位一天只提醒一次；点单位名称看它的申报。"), OVER),
    "applications:start": Help(_("在这里开始你单位今年的申报，每个单位一份。点“开始申报”后逐项填写，随时自动保存，可以分几天填完。"), FILL),
    "applications:county_list": Help(_("这里是本县可以申报的乡镇（街道）和它们的进度。还没有开始的可以发邀请，提交上来的点“去审核”；推荐顺序填数字后保存。"), COUNT),
    "applications:creation_plan": Help(_("各地、各部门在活动开始时制定创建方案，在这里报送：选择方案文件，填写动员部署、自查自评、申报等时间节点，点“报送方案”。期限前可以更换，旧版本保留；逾期仍可报送，会标明逾期。"), PLAN),
    "applications:creation_plan_list": Help(_("这里看各单位的创建方案报了没有：已报送、逾期报送、未报送。可以按县和类别筛选，勾选未报的单位发提醒，同一单位一天一次；右上角导出名单或打包下载全部方案。"), PLAN, {Role.COUNTY_CLERK: _("你看到的是本县和所辖乡镇（街道）。"), Role.AUDITOR: _("你可以查看和导出，不能发提醒。")}),
    "applications:creation_plan_version": Help(_("这是一个单位报送的一版创建方案，有文件、时间节点和回执。“各个版本”里可以看以前的；晚于申报截止的日期会提示核对。"), PLAN),
    "applications:detail": Help(_("这是一份申报的清单：每一类、每一项填到哪里、有没有退回。点任何一项进去填写或查看；都完成后到“核对并提交”。"), FILL, {Role.COUNTY_CLERK: _("所辖单位的申报只能查看；要退回或推荐，从“下级单位推荐”进入。"), Role.OFFICE: _("打分、退回和受理在“审核”里办理。")}),
    "applications:item": Help(_("一屏填一项：对照标准要求选自评结论，写工作情况，附上网页链接、文件或照片。每处停笔后自动保存；填完标记完成，没有填完可以稍后再来。"), FILL),
    "applications:assign": Help(_("把没有填的项目分给同事，按类或按项选人后保存。同事会收到消息，进入工作台就能看到分给自己的项。"), SHARE),
    "applications:reuse_file": Help(_("这份申报里已经上传过的文件可以直接用在这一项，不用再传。选择文件后点确认；原来那一项的材料不受影响。"), FILL),
    "applications:submit": Help(_("提交前从头核对一遍：上方列出还缺什么，点一行就到那一处。确认无误后提交；提交以后不能修改，除非被退回。"), SEND),
    "applications:receipt": Help(_("这是提交的回执，有编号、收到时间和每个文件的校验值，可以打印保存。接下来由谁审核、什么时候出结果写在右边。"), SEND),
    "applications:version": Help(_("这是当时提交的一版内容，不会再变。要看改了什么，回到“版本与记录”选两版比较。"), SEND),
    "applications:form_template": Help(_("在这里换成自己的 Word 申报表模板。先下载正在使用的模板修改，再上传；平台先试填一份，有错会指出来，不能用的不会启用。"), TEMPLATE),
    "applications:offline": Help(_("没有网络时可以下载 Excel 表格离线填写。填好后在这里上传，先看清楚改了什么再保存，不会覆盖同事后来写的内容。"), OFFLINE),
    "applications:offline_preview": Help(_("这里逐处显示表格和平台内容的不同。两边都改过的由你选一个，确认后保存；一天内没有处理的会自动清除。"), OFFLINE),
    "applications:history": Help(_("这里是这份申报的全部版本和办理轨迹，最新的在上面。点“第几版”看当时的内容，也可以任选两版比较。"), RETURN),
    "applications:compare": Help(_("任选两版，逐字比较改了什么，文件和链接也比较。绿色是新增，红色带删除线的是去掉的。"), RETURN),
    "applications:county_check": Help(_("在这里审核乡镇（街道）报来的申报。要修改的在该项写意见，再点“退回修改”；没有问题点“同意推荐”，这一步才是报送市政务公开办。"), CHECK),
    "applications:likeness": Help(_("左右并排显示两份材料相同的段落，用同样的编号标出。确实不是雷同的，写明理由后点“已核对，不是雷同”；是雷同的，在审核页退回该项。"), ALIKE),
    "applications:link": Help(_("这里是一个网页链接历次检查的结果和当时的快照。打不开的请更换网址或上传网页截图，也可以请平台再查一遍。"), FILL),
    "applications:evidence_view": Help(_("在这里看一项的全部证明材料，左右方向键换一份，可以放大和旋转。下面若有疑似个人信息的提醒，由填报单位处理：换成遮盖后的文件，或者写明理由保留。"), FILL),
    "applications:change_pair": Help(_("修改对照表的一行：文件和解读各自的标题、网址和日期。平台按工作日计算解读是否按时，保存后马上重新计算。"), FILL),
    "inspections:review_list": Help(_("审核工作台：左边选单位，中间看材料，右边打分和办理。列表可以按进度筛选；没有待审单位时会直接说明。"), REVIEW),
    "inspections:review": Help(_("逐项看材料并评分，扣分写明理由，无法判断选“弃权”。要补正的逐项退回，列齐后一次发出；要改进的转整改任务。都评完点“完成评分”，之后不能再改。"), SCORE, {Role.AUDITOR: _("你可以查看评分和理由，不能办理。")}),
    "inspections:guidance": Help(_("给单位写指导意见，单位马上能看到，不要求回复。需要单位改正并回复的，转为整改任务。"), GUIDE),
    "inspections:rectification_list": Help(_("这里是全部整改任务，按待整改、待核验、已销号分列，逾期的标红。点一项进去办理。"), RECT, {Role.UNIT_CLERK: _("请在期限前回复每一项；逾期会提醒你单位和县里。"), Role.COUNTY_CLERK: _("这里也有所辖单位的整改，逾期的请督促。"), Role.AUDITOR: _("你可以查看全部，不能办理。")}),
    "inspections:rectification": Help(_("一项整改的全过程：问题、期限、单位的回复和照片。单位改好后填写说明并“申请销号”；公开办核验后“同意销号”，或者写明理由退回重改。"), RECT),
    "inspections:require_rectification": Help(_("把审核发现的问题转成整改任务：写清楚哪里要改、改到什么程度，定一个期限。发出后单位会收到通知。"), RECT),
    "inspections:group_list": Help(_("这里管理验收组：建立小组、选组长和组员。验收安排给小组，组员都要在场才能签字。"), VISIT),
    "inspections:group": Help(_("修改一个验收组的名称、组长和组员。已经开始的验收不受影响；与被验收单位有关系的人会提示回避。"), VISIT),
    "inspections:pool": Help(_("这里登记可以抽调去现场的人，以及任职经历、回避和最多验收几家。自动分组只从这里选人。"), AUTO),
    "inspections:pool_entry": Help(_("修改一个人最多验收几家，补充他的任职经历和回避。保存后，还没有发布的方案会按新情况检查。"), AUTO),
    "inspections:plan_list": Help(_("这里是自动生成的验收方案。先看负载、路程和回避，再打开一个调整，满意后发布；发布前谁都不会收到通知。"), AUTO),
    "inspections:plan": Help(_("方案以小组和日期排成一张表。拖动或选择来调整一家的时间和小组，红色表示不允许；全部没有红色后点“发布”，组员会收到通知。"), AUTO),
    "inspections:planned_group": Help(_("调整方案里一个组的人员和组长。保存前会检查回避和人数，发布以后才生效。"), AUTO),
    "inspections:plan_why": Help(_("这里说明为什么这家单位排给这个组、这一天：回避、路程和负载各起什么作用。有疑问的可以在方案里另行调整。"), AUTO),
    "inspections:import_plan": Help(_("已经在 Excel 里排好的，在这里上传。先看预览里的错误和变化，没有错误才能作为草稿保存。"), AUTO),
    "inspections:repair": Help(_("这里列出出了问题的验收安排，例如有人谢绝或新出现回避。每一处给出可选的替换，选好后保存，相关的人会收到通知。"), AUTO),
    "inspections:challenge_list": Help(_("这里是单位提出的回避请求和处理结果。打开一条，核实后同意或不同意，并写明理由。"), VISIT),
    "inspections:visit_list": Help(_("这里是全部现场验收：时间、小组、状态。可以按日期和状态筛选，点一行看详情；还没有安排的单位用“自动分组”或“安排验收”。"), VISIT),
    "inspections:plan_visit": Help(_("给一个单位安排验收：选小组和日期。与单位有关系的组员会被拦住，需要时换人或另选小组；保存后组员和单位会收到通知。"), ONE),
    "inspections:visit": Help(_("这一家验收的全部情况：组员是否接受、记录和照片、签字、锁定。验收员从这里进入记录；公开办可以改期、打印记录表，或者写明理由解锁。"), ONE, {Role.INSPECTOR: _("先接受安排，再开始记录；与单位有关系的请申请回避。")}),
    "inspections:change_visit": Help(_("修改验收的日期或小组，写明理由。已经接受的人会收到新的通知，需要重新答复。"), ONE),
    "inspections:decline_assignment": Help(_("不能参加的，在这里写明理由后谢绝。有亲属或任职关系的请选回避，公开办会另外安排人。"), BEFORE),
    "inspections:challenge": Help(_("单位认为某位验收员应当回避的，在这里写明理由提出；公开办核实后答复。答复之前验收安排不变。"), GOING),
    "inspections:override_conflict": Help(_("应当回避而确需此人参加的，由办领导在这里批准并写明理由。理由会印在验收记录里，请慎重。"), EXCEPT),
    "inspections:record": Help(_("对照要求逐项记录：选符合、部分符合或不符合，打分，拍照。部分符合和不符合要写说明或拍照；每点一下都会保存，可以随时换项。"), SITE),
    "inspections:evidence_view": Help(_("在这里看单位为这一项提供的材料，供现场核对。左右换一份，看完返回记录。"), SITE),
    "inspections:talk": Help(_("小组在这里商定每项得分：各人的记录并排，有分歧的先谈。组长填写商定的得分后，全组再签字。"), SIGN),
    "inspections:summary": Help(_("这里汇总你这一家记了几项、还差哪些，缺的点一下就到。都齐了以后到商定和签字。"), SIGN),
    "inspections:sign": Help(_("核对汇总后手写签字，也可以用登录密码确认。签字以后内容再有改动，签字作废，要重新签。"), SIGN),
    "inspections:witness": Help(_("单位陪同人员在这里签名，表示验收到过现场，不表示同意得分。也可以写明没有签的原因。"), SIGN),
    "inspections:unlock": Help(_("锁定的验收记录确有错误的，写明理由后解锁。解锁后原来的签字全部作废，小组改好要重新签字、锁定。"), ONE),
    "inspections:type_in": Help(_("把纸质记录表的结果录入平台：选签字的人，逐项填写，附上扫描件。全部正确才会一次保存，有错会指出在哪一行。"), PAPER),
    "inspections:require_rectifications": Help(_("把现场发现的问题成批转成整改任务：勾选要转的，写期限，一次发出。单位会收到每一项的通知。"), RECT),
    "inspections:declare_conflict": Help(_("与某个单位有任职或亲属关系的，在这里登记回避。登记以后不会再安排你去，公开办会看到理由。"), BEFORE),
    "inspections:today": Help(_("这里是你的验收任务，今天的在最上面。先接受或谢绝安排，去之前点“下载备用”，到现场点开单位开始记录。"), BEFORE),
    "inspections:phone": Help(_("没有信号也能用的现场记录。在有网络的地方下载单位，到现场照常记录和拍照，回到有网络的地方自动上传；传完之前不要清除浏览器数据。"), NONET, reader=Role.INSPECTOR),
    "inspections:quarantine_list": Help(_("迟到的手机记录放在这里：记录传到时验收已经锁定，或者人员有变化。打开一份，对照现有结果决定采用还是不采用。"), VISIT),
    "inspections:import_package": Help(_("手机坏了、传不上来的，把手机导出的备份包在这里上传。平台先核对每一条，能直接采用的采用，其余的放进“迟到的记录”等你决定。"), VISIT),
    "inspections:quarantine": Help(_("一份迟到的记录，与现有结果并排显示。写明理由后采用或不采用；采用后原来的签字会作废。"), VISIT),
    "results:ranking_list": Help(_("这里按类别看排名：验收完成几家、名额几个、名单到哪一步。点一个类别进去选名单。"), RANK),
    "results:ranking": Help(_("按总分排列，勾选入围单位，不能超过名额。同分跨过名额线的先集体研究；选好后锁定，再由另一人复核。"), RANK, {Role.OFFICE_LEAD: _("复核名单要由锁定人以外的人办理。"), Role.AUDITOR: _("你可以查看排名和锁定记录，不能办理。")}),
    "results:tie_decision": Help(_("同分的单位跨过名额线时，在这里记录集体研究的决定和先后。写明会议和依据，保存后才能锁定名单。"), RANK),
    "results:defence": Help(_("这一页说明一个单位的分数怎样算出来，可以打印给单位看。每个数字都能追到评分人和理由。"), EXPLAIN),
    "results:what_if": Help(_("在这里推演：换一组权重或分数，看排名怎样变。推演不改变任何真实结果。"), EXPLAIN),
    "results:frozen_list": Help(_("这是锁定当时的排名和名单，带校验值，不会再变。与现在的排名不同，说明锁定以后有过改动。"), RANK),
    "results:adjustments": Help(_("在这里提出或复核加分、扣分，写明事由和依据。一人提出、另一人复核后才计入总分；一票否决要先听单位陈述。"), ADJUST),
    "results:veto": Help(_("这一页是一票否决的事实、依据和单位的陈述。单位在期限内写明意见；办领导据此决定成立或不成立。"), ADJUST),
    "results:exports": Help(_("选择要导出的表格，生成后在下面下载。从各列表点“导出”的，也在这里；表格按当时的筛选生成。"), EXPORT),
    "results:notice_list": Help(_("这里是全部公示：起草、审查、公示中、结束。从锁定并复核的名单起草，审查后由另一人发布。"), NOTICE),
    "results:notice_new": Help(_("选择锁定并复核过的名单起草公示，核对标题、正文和联系方式。保存后先做保密审查，再发布。"), NOTICE),
    "results:notice": Help(_("左边是公示的样子，与打印件相同。逐条处理保密审查的提示，由另一人发布；发布次日起按工作日计算公示期。"), NOTICE),
    "results:objection_list": Help(_("这里是公示期收到的异议，最急的在前。每条都要在规定的工作日内书面答复，逾期标红。"), NOTICE),
    "results:objection": Help(_("一件异议的内容和办理过程。先受理核实，再作出成立、部分成立或不成立的答复；异议人的身份只有经办人能看到。"), NOTICE),
    "results:naming": Help(_("公示期满、没有未了结的异议，就可以命名。核对名单后由办领导点“命名”；有异议的单位先不命名，其他单位不受影响。"), NAME),
    "results:recommend": Help(_("从命名的示范区里择优推荐申报省级示范区。选择单位，写明推荐理由，保存后可以生成推荐文件。"), NAME),
    "results:title_list": Help(_("命名以后的跟踪都在这里：命名单位、复核、整改和撤销。点一个单位看它的全部记录。"), AFTER, {Role.UNIT_CLERK: _("这里只有你单位的命名。"), Role.COUNTY_CLERK: _("这里有本县和所辖单位的命名。")}),
    "results:yearly_bonus": Help(_("这里列出命名单位在年度政务公开考核中的加分，可以导出。加多少分在设置里按类别填写，失去称号的不加。"), AFTER),
    "results:title": Help(_("一个命名单位的跟踪记录：日常跟踪、年度复核、整改和经验材料。公开办在这里记录和复核；单位在这里报告整改情况。"), AFTER),
    "results:write_experience": Help(_("把创建中的好做法写成经验材料，可以分次写。写好后同意公开并报送，公开办采用后在公开页面展示。"), AFTER),
    "results:bulletin_list": Help(_("这里是示范创建情况的通报。公开办起草，审查后由办领导发布；发布的各单位都能看到。"), AFTER),
    "results:bulletin": Help(_("一期通报的正文。起草人可以修改，办领导审查后发布；发布以后不能再改。"), AFTER),
    "results:meeting_list": Help(_("这里是交流会、现场会的安排和纪要。公开办召集，受邀单位会收到消息。"), AFTER),
    "results:meeting_new": Help(_("填写会议的时间、地点、议程和邀请的单位。保存后受邀单位会收到通知，以后可以修改或取消。"), AFTER),
    "results:meeting": Help(_("一次会议的时间、地点、议程、受邀单位和纪要。开完会由公开办补上纪要。"), AFTER),
    "results:change_meeting": Help(_("修改会议的时间、地点、议程或受邀单位。保存后受邀单位会收到变更通知。"), AFTER),
    "results:experience_list": Help(_("这里是命名单位的经验材料和采用情况。单位从自己的命名页写，公开办采用或退回。"), AFTER),
    "results:experience": Help(_("一份经验材料。单位修改后同意公开并报送；公开办采用，或者写明意见退回。同意可以随时收回，公开页面随之撤下。"), AFTER),
    "results:case_list": Help(_("这里是典型案例的起草和发布情况。从命名单位的材料选做法，经单位同意后发布。"), CASE),
    "results:case": Help(_("一篇典型案例：标题、正文和照片。单位同意的就是这些文字；改动以后要重新同意，公开办审查后发布。"), CASE),
    "results:papers": Help(_("这里把锁定的名单、公示和命名生成正式公文：请示、公示、通报、整改通知。点一种公文预览，核对后生成 Word 或 PDF。"), LETTER),
    "results:paper_text": Help(_("修改一种公文的文字。双花括号里的名字会换成真实内容；保存前用一份虚构的例子试排，有错会指出来。"), LETTER),
    "results:paper": Help(_("这是一份公文按国标排好的样子。核对内容，填写文号，再生成 Word 或 PDF 送签。"), LETTER),
    "results:public_home": Help(_("这里公布政务公开示范创建的公示、命名结果、典型经验和建设标准，不用登录。要提意见的，从正在公示的名单进入。"), PUB),
    "results:public_notice_list": Help(_("这里列出正在公示和已经结束的名单。点开一份看全文、期限和联系方式。"), PUB),
    "results:public_notice": Help(_("这是公示的全文和名单。公示期内对任何单位有意见，点“提交异议”，或者按公示上的电话和地址反映。"), OBJECT),
    "results:public_objection": Help(_("实事求是地写明对哪个单位、什么事实有意见，留下真实姓名和电话，可以附文件。提交后会给你一个查询码，请保存好；身份只有经办人能看到。"), OBJECT),
    "results:public_objection_received": Help(_("异议已经收到，请记下查询码。公开办会在规定的工作日内答复，用查询码和电话后四位可以查进度。"), OBJECT),
    "results:public_track": Help(_("填写查询码和电话后四位，看异议办到哪一步和答复内容。查询码找不到的，请打公示上的电话。"), TRACK),
    "results:public_named_list": Help(_("这里是已经命名的示范区和示范点，可以按年度和类别看。失去称号的也会列出并注明。"), PUB),
    "results:public_case_list": Help(_("这里是创建单位的典型案例，供各地参考。点开看做法和照片。"), PUB),
    "results:public_case": Help(_("一篇典型案例，经单位同意公开。引用时请注明出处。"), PUB),
    "results:public_experience_list": Help(_("这里是命名单位总结的经验材料。点标题看全文。"), PUB),
    "results:public_experience": Help(_("一份经验材料，经单位同意公开。引用时请注明出处。"), PUB),
    "results:privacy": Help(_("这里说明收哪些个人信息、做什么用、保存多久，以及怎样申请更正和删除。"), PUB),
    "results:accessibility": Help(_("这里说明本网站的无障碍做法和怎样保护个人信息。使用有困难的，按页面上的方式告诉我们。"), PUB),
    "home": Help(_("工作台先告诉你接下来要做的事，最急的在最上面，每件事一个按钮。下面是你单位申报的进度、下级单位和最新动态。"), HOME, {Role.COUNTY_CLERK: _("作为县级审核员，先看“下级单位推荐”：只有在期限内由你同意推荐的才算数。")}),
    "overview": Help(_("总览汇集全部单位的进度：待办在中间，每个数字都能点开看名单。“尚未报送”里可以勾选单位发提醒；右边是数量要求和快捷入口。"), OVER, {Role.AUDITOR: _("你可以查看全部内容，不能发提醒和办理。")}),
    "status": Help(_("这里看平台运行得好不好：各部分、定时任务、等待处理的邮件和文件。有红色的，按旁边的说明处理；仍不正常，看运维手册。"), STATUS),
    "dashboard": Help(_("用图表看全市的申报、得分、工作量和链接状况。图里的数字和色块点开是名单，“查看数据”是同样的表格，可以打印。"), CHART),
    "dashboard_units": Help(_("这是从图表里一个数字点开的单位名单，与图上的数一样多。可以从单位进入它的申报。"), CHART),
    "dashboard_links": Help(_("这是从图表里点开的网页链接名单和检查结果。打不开的会提醒单位更换，也可以在审核时退回。"), CHART),
    "archive": Help(_("活动结束后在这里生成归档文件：全部内容、公示、命名和审计链，连同校验清单。里面有个人信息，按工作秘密保管和移交。"), ARCH),
    "help": Help(_("这里是按角色编写的使用手册，你的角色排在最前面。每个页面上的“帮助”会直接链接到有关的章节。"), ALL),
    "handbook": Help(_("手册按“什么时候做什么”编写，左边目录可以跳到各节，查找用浏览器的 Ctrl+F。图片取自演示数据，人员和分数均为虚构。"), ALL),
    "handbook_public": Help(_("这是写给社会公众的说明：怎样看公示、提异议、查进度。不用登录就能看。"), PUB),
    "first_day": Help(_("第一天上手的五步，每一步是否完成由平台按现有数据判断，不用自己勾。按顺序点每一步的按钮，最后发布一次演练，就可以正式开始。"), FIRST),
    "accounts:unit_list": Help(_("这里是全部单位，按县（市、区）排列，可以按名称、曾用名、代码查，也可以看某一天有哪些单位。新的名单由系统管理员导入；改名、合并和停用从单位页面办。"), UNITS),
    "accounts:unit": Help(_("一个单位的资料、下级单位、人员、名称沿革和修改记录。改了名用“改名”，撤并用“合并或停用”，写错了字才用“修改”。"), UNITS),
    "accounts:new_unit": Help(_("登记一个新单位。代码是它的钥匙，保存后不能改；上级单位填代码或名称。"), UNITS),
    "accounts:change_unit": Help(_("更正单位的资料。这里改名不留曾用名；单位真的改了名，请回到单位页面点“改名”。"), UNITS),
    "accounts:rename_unit": Help(_("填新的名称和从哪天起用。旧名留在名称沿革里，已经报送的申报和印出的文书仍用当时的名称。"), UNITS),
    "accounts:merge_unit": Help(_("填停用日期和承接单位，人员可以一并转过去；活动里还有申报的，人员先留在原单位办完。以前的申报仍归原单位，承接单位下一年可以带入它的内容。"), UNITS),
    "accounts:import_units": Help(_("选择平时用的单位名单，或者从 Excel 里复制一块粘贴进来。这一步只预览，什么都不保存。"), IMPORT),
    "accounts:import_people": Help(_("选择平时用的人员名单，或者粘贴一块表格。先看每一行会怎样，再决定导入；新账号没有密码，导入后发邀请。"), IMPORT),
    "accounts:import": Help(_("每一行是新增、修改、不变还是错误，错误写明在哪个单元格、怎么改。列认错了在右边改；全部正确就导入，也可以只导入正确的行。"), IMPORT),
    "accounts:people": Help(_("这里是全部人员，可以按姓名、账号、单位、县（市、区）、角色和状态查。没有登录过的人，由系统管理员发出邀请。"), PEOPLE),
    "accounts:person": Help(_("一个人的资料、角色、邀请和操作记录。角色都有起止日期；离任的先把手里的事交给别人，账号不删除。"), PEOPLE),
    "accounts:add_person": Help(_("登记一个新账号，没有密码。保存后发邀请，由本人用一次性链接设置密码。"), PEOPLE),
    "accounts:change_person": Help(_("修改姓名、电话、邮箱和工号。账号不能改；单位和角色在人员页面上改。"), PEOPLE),
    "accounts:move_person": Help(_("把这个人调到另一个单位，写明理由。调动后须重新登录，只看得到新单位的内容；手里的事列在页面上，先办工作交接。"), PEOPLE),
    "accounts:grant_role": Help(_("给这个人一个角色，可以写起止日期。不能给自己加角色。"), PEOPLE),
    "accounts:disable_person": Help(_("停用后此人立即退出登录，以前做的事仍署其名，可以随时恢复。手里没办完的事列在页面上，停用以前或以后都可以交给别人。"), PEOPLE),
    "accounts:cancel_leaving": Help(_("不走了的，在离任日期以前取消，写明理由。因离任终止的角色照原来的起止日期恢复；离任以后又改过的角色不动。账号已经停用的，先启用账号。"), PEOPLE),
    "accounts:invite": Help(_("这是刚生成的邀请单，链接只显示这一次。现在打印，剪开分发；本人扫码后设置自己的密码。"), PEOPLE),
    "handover": Help(_("这个人手里没办完的事都列在这里，分别选人接手，一次交接；已经打分、签字的留下不动。填了离任日期的，到期停用账号，到期以前可以改期或取消。"), PEOPLE),
    "accounts:second_factor": Help(_("用手机验证器扫二维码，填一次验证码，就启用了两步验证。恢复码只显示一次，请打印保存。"), ALL),
    "accounts:verify": Help(_("填手机验证器上的 6 位数字；手机不在身边的，填一个恢复码。都没有的，请系统管理员重置。"), ALL),
    "accounts:my_channels": Help(_("选择不紧急的消息还发到哪里。退回、临近截止、异议和安排变动等紧急的消息总会发送。"), ALL),
    "accounts:sending": Help(_("消息除了放在平台内，还可以发邮件、短信、企业微信或发给业务系统。在这里设置渠道和发送时间，看有没有发不出去的。"), SENDING),
    "accounts:sending_times": Help(_("免打扰时间里不向外发送，结束后补发；不紧急的消息在两个汇总时间合成一条。"), SENDING),
    "accounts:channel": Help(_("填写这个渠道的接口和密钥，再发一条测试消息。密钥只写不读，加密存放。"), SENDING),
    "accounts:letter_list": Help(_("每种消息的文字、发送时间和渠道。改过的有标记，可以随时恢复默认。"), SENDING),
    "accounts:letter": Help(_("修改这种消息的标题和内容，能用的 {内容} 写在右边。先预览再保存。"), SENDING),
    "accounts:delivery_list": Help(_("发给谁、走哪个渠道、发出没有、为什么没有，都在这里。失败的会自动重试，修好后也可以重发。"), SENDING),
    "audit": Help(_("按操作人、单位、对象、事项和日期查谁在什么时候做了什么，可以导出。“核对审计链”逐条验算记录有没有被改动过。"), AUDIT),
    "campaign_list": Help(_("每一年的活动，草稿也在内。照往年新建、导入活动文件，或者下载成文件保存。"), NEXT),
    "campaign_new": Help(_("新活动先是草稿，启用以前各单位看不到。照往年新建最省事；也可以从活动文件开始。"), NEXT),
    "campaign_copy": Help(_("设置、阶段、类别、名额和建设标准都照搬，日期移到新的一年。建成草稿后再逐项修改。"), NEXT),
    "campaign_import": Help(_("选择一个活动文件，先看全部问题，或者它会改变什么；看过以后再导入，要么全部导入，要么一点不动。"), NEXT),
    "campaign_publish": Help(_("启用以前核对缺什么、要注意什么。启用后各单位都看得到，代码、年度和申报类别不能再改。"), NEXT),
    "campaign_add_track": Help(_("给草稿增加一个申报类别：哪种单位申报、几个名额。可以照另一个类别的指标和分值。"), NEXT),
    "campaigns:campaign": Help(_("这是一份草稿的全部设置。逐项修改，看日程预览，最后由办公室启用；不用了可以删除。"), NEXT),
    "campaigns:change_campaign": Help(_("修改活动的名称、年度、代码、主办单位和批准依据。2022 年起须写明主办单位和批准依据。"), NEXT),
    "campaigns:preview": Help(_("活动放在日历里的样子：各阶段、节假日、重叠，以及公示最晚哪天发布。黄色的提醒不妨碍启用，请看一遍。"), NEXT),
    "campaigns:shift_dates": Help(_("把草稿的所有日期一起移动整年，或者移到选定的第一天。移动后到日程预览里核对。"), NEXT),
    "campaigns:add_phase": Help(_("增加一个阶段：起止日期和开放的操作。截止日含当天。"), NEXT),
    "campaigns:add_minimum": Help(_("写明每个县（市、区）至少、至多推荐几个。达不到时提醒，不拦住别的申报。"), NEXT),
    "campaigns:change_minimum": Help(_("修改或删除一条数量要求。活动已经启用的要写理由，并告诉有关单位。"), NEXT),
    "campaigns:change_day": Help(_("登记一天上班还是放假，写明理由。按工作日计算的期限会受影响，改后请核对。"), DAYS),
    "campaigns:import_days": Help(_("上传有“日期、是否上班、说明”三列的表格，或者粘贴国务院办公厅通知里各节日的几行，预览后导入。"), DAYS),
    "results:deadlines": Help(_("工作日历变动后，正在进行的公示和异议答复的期限与日历不一致的列在这里。写明理由，重新计算；公示只延长，不缩短。"), DAYS),
    "standard_versions": Help(_("建设标准的各版、各有多少申报在用。要改就新建草稿；收到正式的创建细则，在右边上传。"), STDS),
    "publish_standard": Help(_("启用以前看分值相加对不对、改了什么、涉及哪些申报。填报中的申报会转到新版，并提醒单位核对。"), STDS),
    "standards:draft": Help(_("草稿里的类别、指标和各类别的分值。合计在下方随时更新；改完保存，再核对并启用。"), STDS),
    "standards:draft_item": Help(_("一项指标的文字、适用的类别、证明材料、检查方式和检查点。不适用的类别分值留空。"), STDS),
    "standards:compare": Help(_("选两版，逐项看增加、删除和改动的文字与分值。"), STDS),
    "standards:take_annex": Help(_("上传创建细则的 Excel。上传后先核对，确认以后才写入草稿，启用前谁都不受影响。"), STDS),
    "standards:annex": Help(_("核对哪一列是什么、每一行对应哪个指标、分值合计多少。认错的改过来，再写入新的草稿。"), STDS),
    "applications:revision": Help(_("建设标准有修订，这些指标有变化。逐项看改了什么，核对自己的填报，点“已核对”；全部核对后才能提交。"), FILL),
    "rehearsal_list": Help(_("演练在活动和单位的副本上走一遍流程，不发邮件、不上公开页面。选活动和日期（全市的活动还可以选参加的单位），新建一次演练。"), REHEARSE),
    "rehearsal": Help(_("一次演练：选一个身份进入，像真的一样填报、审核、验收。可以推进日期；演练完整个删除，不留痕迹。"), REHEARSE),
}
