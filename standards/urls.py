from django.urls import path

from standards import views

app_name = "standards"

urlpatterns = [
    path("standard/", views.standard, name="standard"),
]
