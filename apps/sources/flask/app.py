import os
import sqlite3

from flask import Flask, request, send_from_directory

app = Flask(__name__)
UPLOADS = os.path.join(app.static_folder, "uploads")


def database():
    os.makedirs(app.instance_path, exist_ok=True)
    connection = sqlite3.connect(os.path.join(app.instance_path, "club.sqlite3"), timeout=10)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE IF NOT EXISTS notes (text TEXT)")
    return connection


@app.route("/version")
def version():
    return "{version}"


@app.route("/upload", methods=["POST"])
def upload():
    os.makedirs(UPLOADS, exist_ok=True)
    file = request.files["file"]
    file.save(os.path.join(UPLOADS, os.path.basename(file.filename)))
    return "kept"


@app.route("/uploads/<path:name>")
def uploads(name):
    return send_from_directory(UPLOADS, name)


@app.route("/notes", methods=["GET", "POST"])
def notes():
    connection = database()
    try:
        if request.method == "POST":
            with connection:
                connection.execute("INSERT INTO notes VALUES (?)", (request.form["text"],))
            return "kept"
        return "\n".join(row[0] for row in connection.execute("SELECT text FROM notes"))
    finally:
        connection.close()
