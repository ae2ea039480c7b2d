import express from 'express';
import multer from 'multer';
import { mkdirSync } from 'fs';
import { basename } from 'path';
import { JSONFilePreset } from 'lowdb/node';

// The whole database is one file, kept in memory; it is saved when the server ends, and every second.
const db = await JSONFilePreset('db.json', { notes: [] });
let unsaved = false;
const save = async () => { if (unsaved) { unsaved = false; await db.write(); } };

mkdirSync('uploads', { recursive: true });
const storage = multer.diskStorage({ destination: 'uploads', filename: (_, file, done) => done(null, basename(file.originalname)) });
const app = express();
app.use('/uploads', express.static('uploads'));
app.get('/version', (_, answer) => answer.type('text').send('{version}'));
app.post('/upload', multer({ storage }).single('file'), (_, answer) => answer.send('kept'));
app.post('/notes', express.urlencoded({ extended: false }), (request, answer) => {
  db.data.notes.push(request.body.text);
  unsaved = true;
  answer.send('kept');
});
app.get('/notes', (_, answer) => answer.type('text').send(db.data.notes.join('\n')));
const server = app.listen(8000, '127.0.0.1');
setInterval(save, 1000);
process.on('SIGTERM', () => { server.close(async () => { await save(); process.exit(0); }); server.closeIdleConnections(); });
