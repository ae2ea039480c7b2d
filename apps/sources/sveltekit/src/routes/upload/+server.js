import { mkdirSync, writeFileSync } from 'fs';
import { basename } from 'path';

export async function POST({ request }) {
  const file = (await request.formData()).get('file');
  mkdirSync('uploads', { recursive: true });
  writeFileSync(`uploads/${basename(file.name)}`, Buffer.from(await file.arrayBuffer()));
  return new Response('kept');
}
