const path = require('path');
const express = require('express');
const multer = require('multer');
const Database = require('better-sqlite3');

const database = new Database(path.join(__dirname, 'club.sqlite3'));
database.pragma('journal_mode = WAL');
database.exec('CREATE TABLE IF NOT EXISTS notes (text TEXT)');

const uploads = path.join(__dirname, 'public', 'uploads');
const storage = multer.diskStorage({ destination: uploads, filename: (_, file, done) => done(null, path.basename(file.originalname)) });
const app = express();
require('fs').mkdirSync(uploads, { recursive: true });
app.use(express.static(path.join(__dirname, 'public')));
app.get('/version', (_, answer) => answer.type('text').send('{version}'));
app.post('/upload', multer({ storage }).single('file'), (_, answer) => answer.send('kept'));
app.post('/notes', express.urlencoded({ extended: false }), (request, answer) => {
  database.prepare('INSERT INTO notes VALUES (?)').run(request.body.text);
  answer.send('kept');
});
app.get('/notes', (_, answer) => {
  answer.type('text').send(database.prepare('SELECT text FROM notes').all().map((row) => row.text).join('\n'));
});
const server = app.listen(8000, '127.0.0.1');
process.on('SIGTERM', () => server.close(() => { database.close(); process.exit(0); }));
setInterval(() => {}, 1000);
