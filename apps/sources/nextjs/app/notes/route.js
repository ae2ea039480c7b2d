import { appendFile, mkdir, readFile } from 'fs/promises';
import path from 'path';

export const dynamic = 'force-dynamic';
const folder = () => path.join(process.cwd(), 'data');
const file = () => path.join(folder(), 'notes.txt');

export async function GET() {
  return new Response(await readFile(file(), 'utf8').catch(() => ''));
}

export async function POST(request) {
  await mkdir(folder(), { recursive: true });
  await appendFile(file(), `${(await request.formData()).get('text')}\n`);
  return new Response('kept');
}
