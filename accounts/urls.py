from django.urls import path

from accounts import views

app_name = "accounts"

urlpatterns = [
    path("login/", views.Login.as_view(), name="login"),
    path("logout/", views.Logout.as_view(), name="logout"),
    path("password/", views.password_change, name="password_change"),
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/<int:pk>/", views.message, name="message"),
    path("downloads/", views.downloads, name="downloads"),
    path("downloads/<int:pk>/", views.job, name="job"),
    path("downloads/<int:pk>/file/", views.download, name="download"),
]
