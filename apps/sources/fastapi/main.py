import os
import sqlite3

from fastapi import FastAPI, File, Form, UploadFile
from fastapi.responses import PlainTextResponse
from fastapi.staticfiles import StaticFiles

app = FastAPI()
os.makedirs("uploads", exist_ok=True)
app.mount("/uploads", StaticFiles(directory="uploads"), name="uploads")
connection = sqlite3.connect("club.db", timeout=10, check_same_thread=False, isolation_level=None)
connection.execute("PRAGMA journal_mode=WAL")
connection.execute("CREATE TABLE IF NOT EXISTS notes (text TEXT)")


@app.get("/version", response_class=PlainTextResponse)
def version():
    return "{version}"


@app.post("/upload", response_class=PlainTextResponse)
def upload(file: UploadFile = File()):
    with open(os.path.join("uploads", os.path.basename(file.filename)), "wb") as kept:
        kept.write(file.file.read())
    return "kept"


@app.post("/notes", response_class=PlainTextResponse)
def note(text: str = Form()):
    connection.execute("INSERT INTO notes VALUES (?)", (text,))
    return "kept"


@app.get("/notes", response_class=PlainTextResponse)
def notes():
    return "\n".join(row[0] for row in connection.execute("SELECT text FROM notes"))
