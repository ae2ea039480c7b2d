export const GET = () => new Response('{version}');
