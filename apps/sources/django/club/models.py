from django.db import models


class Note(models.Model):
    text = models.CharField(max_length=200)
    photo = models.FileField(upload_to="", blank=True)
