from django.urls import path

from applications.views import county, evidence, filling, likeness, review, versions

app_name = "applications"

urlpatterns = [
    path("", review.list, name="list"),
    path("start/", filling.start, name="start"),
    path("county/", county.county_list, name="county_list"),
    path("county/order/", county.county_order, name="county_order"),
    path("remind/", review.remind, name="remind"),
    path("<int:pk>/", filling.detail, name="detail"),
    path("<int:pk>/items/<str:code>/", filling.item, name="item"),
    path("<int:pk>/items/<str:code>/add-file/", evidence.add_file, name="add_file"),
    path("<int:pk>/items/<str:code>/add-link/", evidence.add_link, name="add_link"),
    path("<int:pk>/submit/", filling.submit, name="submit"),
    path("<int:pk>/receipt/<int:number>/", filling.receipt, name="receipt"),
    path("<int:pk>/versions/<int:number>/", versions.version, name="version"),
    path("<int:pk>/history/", review.history, name="history"),
    path("<int:pk>/compare/", review.compare, name="compare"),
    path("<int:pk>/withdraw/", filling.withdraw, name="withdraw"),
    path("<int:pk>/take-back/", filling.take_back, name="take_back"),
    path("<int:pk>/county-check/", county.county_check, name="county_check"),
    path("<int:pk>/move-due/", review.move_due, name="move_due"),
    path("likeness/<int:pk>/", likeness.likeness, name="likeness"),
    path("evidence/<int:pk>/", evidence.evidence, name="evidence"),
    path("evidence/<int:pk>/preview/", evidence.evidence_preview, name="evidence_preview"),
    path("evidence/<int:pk>/remove/", evidence.remove_evidence, name="remove_evidence"),
    path("evidence/<int:pk>/restore/", evidence.restore_evidence, name="restore_evidence"),
]
