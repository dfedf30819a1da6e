"""Two typical cases of the finished campaign: drafted by the units, published with their consent. The pictures are drawn here."""

from datetime import timedelta
from io import BytesIO

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw

from applications import uploads
from results import actions as deciding
from results.models import Naming
from xuancheng_portal.demo import cast

CASES = [
    (
        "桃花潭镇", "公开栏搬进祠堂门厅，村民看得见问得着",
        "（演示）镇里把各村的公开栏从村委会楼道搬到祠堂门厅、桥头凉亭等村民常去的地方，每月十日更新低保、工程、补贴三张表，旁边放一本“我来问”登记簿。\n"
        "村民写下的问题，三个工作日内由驻村干部当面答复，答复贴在原处。半年收到问题八十六件，办结八十四件，其中十一件改进了办事流程。\n"
        "可以借鉴的是：公开不在多，在于让人路过就能看见，看见了就有人答。",
        [("hall", "祠堂门厅里的三块公开栏，前面有两位村民在看（示意图）"), ("bridge", "桥头凉亭边的公开栏和登记簿（示意图）")],
    ),
    (
        "宁国市", "一张“政策明白卡”跟着项目走",
        "（演示）全市把惠企惠农政策拆成一事一卡：能得什么、找谁办、几天办完，印成卡片随项目资料一起送到企业和农户手里，卡上的二维码通向政策原文和办理窗口。\n"
        "每张卡由起草部门和政务服务窗口共同核对，政策变了，五个工作日内换卡。今年发卡一百二十种、四万余张，窗口重复咨询减少三成。\n"
        "可以借鉴的是：由看政策的人来定卡片怎么写，先请十位群众试读，看不懂的退回重写。",
        [("desk", "政务服务窗口的明白卡架（示意图）")],
    ),
]


def drawing(scene):
    """White walls with stepped gables over a street, and what the scene is about in front of them."""
    sky, ground = {"hall": ("#dbe8f3", "#c9c2b0"), "bridge": ("#e3efe6", "#9fc0cf"), "desk": ("#efe9dc", "#b9a98a")}[scene]
    image = Image.new("RGB", (1280, 960), sky)
    pen = ImageDraw.Draw(image)
    pen.polygon([(0, 520), (260, 330), (520, 470), (820, 280), (1280, 500), (1280, 700), (0, 700)], fill="#b9cdb8")
    for left, top, width in [(60, 380, 300), (420, 320, 420), (900, 400, 320)]:
        pen.rectangle((left, top, left + width, 720), fill="#fbfaf6", outline="#44515f", width=4)
        for step in range(3):
            pen.rectangle((left - 14 + step * 50, top - 22 - step * 34, left + width + 14 - step * 50, top - step * 34), fill="#2f3a45")
    pen.rectangle((0, 720, 1280, 960), fill=ground)
    if scene == "bridge":
        pen.arc((120, 640, 1160, 1180), 180, 360, fill="#6b6256", width=46)
    for column in range({"hall": 3, "bridge": 1, "desk": 4}[scene]):
        left = {"hall": 300, "bridge": 560, "desk": 200}[scene] + column * 232
        pen.rectangle((left, 500, left + 200, 740), fill="#1a5c9e")
        pen.rectangle((left + 14, 530, left + 186, 726), fill="#ffffff")
        for line in range(6):
            pen.line((left + 30, 556 + line * 28, left + 168 - line * 17 % 60, 556 + line * 28), fill="#7d8996", width=7)
    for place, coat in [(380, "#a51d14"), (520, "#17694a"), (840, "#5b3e96")][: 1 if scene == "desk" else 3]:
        pen.ellipse((place, 690, place + 50, 740), fill="#d9b38c")
        pen.rounded_rectangle((place - 16, 742, place + 66, 900), 24, fill=coat)
    file = BytesIO()
    image.save(file, "JPEG", quality=82)
    return ContentFile(file.getvalue(), name=f"{scene}.jpg")


def publish(campaign, at):
    """Each is drafted and consented to by the unit's own clerk, and looked at by the office two days later."""
    for name, title, body, photos in CASES:
        naming = Naming.objects.get(place__track__campaign=campaign, application__organization__short_name=name)
        clerk = cast.clerk_of(naming.application.organization)
        case = deciding.start_case(naming, by=clerk, at=at)
        case = deciding.save_case(case, base_version=case.version, title=title, body=body, by=clerk, at=at)
        for scene, caption in photos:
            case = deciding.add_case_photo(case, drawing(scene), caption, by=clerk, at=at)
        for photo in case.photos.all():
            uploads.draw_pictures(photo.blob_id)
        case = deciding.consent_to_case(case, base_version=case.version, by=clerk, at=at + timedelta(hours=1))
        deciding.publish_case(case, by=cast.person("office"), at=at + timedelta(days=2))
