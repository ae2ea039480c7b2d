from django.conf import settings
from django.http import HttpResponse
from django.urls import path
from django.views.static import serve

from club.models import Note


def version(request):
    return HttpResponse("{version}", content_type="text/plain")


def upload(request):
    Note.objects.create(text="a photo", photo=request.FILES["file"])
    return HttpResponse("kept")


def notes(request):
    if request.method == "POST":
        Note.objects.create(text=request.POST["text"])
        return HttpResponse("kept")
    return HttpResponse("\n".join(Note.objects.values_list("text", flat=True)), content_type="text/plain")


urlpatterns = [
    path("version", version),
    path("upload", upload),
    path("notes", notes),
    path("uploads/<path:path>", serve, {"document_root": settings.MEDIA_ROOT}),
]
