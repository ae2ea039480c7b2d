export default function Page() {
  return <h1>version {'{version}'}</h1>;
}
