from django.urls import path

from accounts.views import account, sending

app_name = "accounts"

urlpatterns = [
    path("login/", account.Login.as_view(), name="login"),
    path("logout/", account.Logout.as_view(), name="logout"),
    path("password/", account.password_change, name="password_change"),
    path("inbox/", account.inbox, name="inbox"),
    path("inbox/<int:pk>/", account.message, name="message"),
    path("downloads/", account.downloads, name="downloads"),
    path("downloads/<int:pk>/", account.job, name="job"),
    path("downloads/<int:pk>/file/", account.download, name="download"),
    path("channels/", sending.my_channels, name="my_channels"),
    path("sending/", sending.sending, name="sending"),
    path("sending/times/", sending.sending_times, name="sending_times"),
    path("sending/channels/<slug:channel>/", sending.channel, name="channel"),
    path("sending/channels/<slug:channel>/test/", sending.test_channel, name="test_channel"),
    path("sending/letters/", sending.letter_list, name="letter_list"),
    path("sending/letters/<str:event>/", sending.letter, name="letter"),
    path("sending/letters/<str:event>/reset/", sending.reset_letter, name="reset_letter"),
    path("sending/deliveries/", sending.delivery_list, name="delivery_list"),
    path("sending/deliveries/resend/", sending.resend, name="resend"),
]
