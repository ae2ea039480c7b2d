import { mkdir, writeFile } from 'fs/promises';
import path from 'path';

export async function POST(request) {
  const file = (await request.formData()).get('file');
  const folder = path.join(process.cwd(), 'public', 'uploads');
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, path.basename(file.name)), Buffer.from(await file.arrayBuffer()));
  return new Response('kept');
}
