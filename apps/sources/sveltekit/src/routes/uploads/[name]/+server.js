import { existsSync, readFileSync } from 'fs';
import { basename } from 'path';

export function GET({ params }) {
  const path = `uploads/${basename(params.name)}`;
  return existsSync(path) ? new Response(readFileSync(path)) : new Response('not found', { status: 404 });
}
