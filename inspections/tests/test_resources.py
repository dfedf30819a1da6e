from inspections.models import AgreedScore, Rectification, RectificationStep
from inspections.resources import (
    DeskReviewResource,
    GuidanceNoteResource,
    RectificationResource,
    RectificationStepResource,
    ScoreResource,
)
from inspections.tests.factories import make_accepted, make_desk_review, make_note, make_rectification


def test_reviews_scores_and_guidance_go_out_under_chinese_headings(campaign, taohuatan, officer):
    application = make_accepted(taohuatan, campaign)
    make_desk_review(application, officer, {"1.1": "12.5", "2.1": "abstain"})
    make_note(application, officer)
    task = make_rectification(application, officer)
    RectificationStep.objects.create(rectification=task, kind="answer", text="已改。", at=task.raised_at, by=officer)

    scores = ScoreResource().export().dict

    assert [(row["单位"], row["指标编号"], row["得分"], row["环节"]) for row in scores][0] == ("桃花潭镇", "1.1", "12.50", "材料审核")
    assert DeskReviewResource().export().dict[0]["评分人"] == "宋小公"
    assert GuidanceNoteResource().export().dict[0]["指导意见"] == "请在专栏标注解读链接。"
    assert RectificationResource().export().dict[0]["状态"] == "待整改"
    assert RectificationStepResource().export().dict[0]["种类"] == "整改回复"


def test_no_decision_comes_in_as_a_row(campaign, taohuatan, officer):
    application = make_accepted(taohuatan, campaign)
    make_rectification(application, officer)
    rows = RectificationResource().export()

    RectificationResource().import_data(rows)

    assert Rectification.objects.count() == 1
    assert not AgreedScore.objects.exists()
