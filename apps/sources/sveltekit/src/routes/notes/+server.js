import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'fs';

export const GET = () => new Response(existsSync('data/notes.txt') ? readFileSync('data/notes.txt', 'utf8') : '');

export async function POST({ request }) {
  mkdirSync('data', { recursive: true });
  appendFileSync('data/notes.txt', `${(await request.formData()).get('text')}\n`);
  return new Response('kept');
}
