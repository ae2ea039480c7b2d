import { readFile } from 'fs/promises';
import path from 'path';

export const dynamic = 'force-dynamic';

export async function GET(_, { params }) {
  try {
    const content = await readFile(path.join(process.cwd(), 'public', 'uploads', path.basename(params.name)));
    return new Response(content, { headers: { 'Content-Type': 'image/png' } });
  } catch {
    return new Response('not found', { status: 404 });
  }
}
