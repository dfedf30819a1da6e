from django.urls import path

from standards.views import annexes, drafts, published

app_name = "standards"

urlpatterns = [
    path("standard/", published.standard, name="standard"),
    path("compare/", drafts.compare, name="compare"),
    path("drafts/start/", drafts.start_draft, name="start_draft"),
    path("drafts/<int:pk>/", drafts.draft, name="draft"),
    path("drafts/<int:pk>/facts/", drafts.draft_facts, name="draft_facts"),
    path("drafts/<int:pk>/discard/", drafts.discard_draft, name="discard_draft"),
    path("drafts/<int:pk>/items/<str:code>/", drafts.draft_item, name="draft_item"),
    path("drafts/<int:pk>/items/<str:code>/remove/", drafts.remove_item, name="remove_item"),
    path("annexes/", annexes.take_annex, name="take_annex"),
    path("annexes/<int:pk>/", annexes.annex, name="annex"),
]
