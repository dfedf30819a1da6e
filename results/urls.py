from django.urls import path

from results.views import naming, notices, objections, public, ranking

app_name = "results"

urlpatterns = [
    path("ranking/", ranking.ranking_list, name="ranking_list"),
    path("ranking/<int:pk>/", ranking.ranking, name="ranking"),
    path("ranking/<int:pk>/lock/", ranking.lock_list, name="lock_list"),
    path("ranking/<int:pk>/confirm/", ranking.confirm_list, name="confirm_list"),
    path("ranking/<int:pk>/reopen/", ranking.reopen_list, name="reopen_list"),
    path("ranking/<int:pk>/tie/", ranking.tie_decision, name="tie_decision"),
    path("applications/<int:pk>/choose/", ranking.choose, name="choose"),
    path("places/<int:pk>/free/", ranking.free_place, name="free_place"),
    path("workbook/", ranking.workbook, name="workbook"),
    path("notices/", notices.notice_list, name="notice_list"),
    path("notices/new/", notices.notice_new, name="notice_new"),
    path("notices/<int:pk>/", notices.notice, name="notice"),
    path("notices/<int:pk>/publish/", notices.publish_notice, name="publish_notice"),
    path("notices/<int:pk>/withdraw/", notices.withdraw_notice, name="withdraw_notice"),
    path("objections/", objections.objection_list, name="objection_list"),
    path("objections/<int:pk>/", objections.objection, name="objection"),
    path("objections/<int:pk>/examine/", objections.examine_objection, name="examine_objection"),
    path("objections/<int:pk>/answer/", objections.answer_objection, name="answer_objection"),
    path("naming/", naming.naming, name="naming"),
    path("naming/name/", naming.name_units, name="name_units"),
    path("naming/<int:pk>/recommend/", naming.recommend, name="recommend"),
    path("public/", public.public_home, name="public_home"),
    path("public/notices/", public.public_notice_list, name="public_notice_list"),
    path("public/notices/<int:pk>/", public.public_notice, name="public_notice"),
    path("public/notices/<int:pk>/objection/", public.public_objection, name="public_objection"),
    path("public/objections/<str:code>/", public.public_objection_received, name="public_objection_received"),
    path("public/track/", public.public_track, name="public_track"),
    path("public/named/", public.public_named_list, name="public_named_list"),
]
