/** A first number as a command to copy, for this very server. */
export function exampleCall(origin: string): string {
  const event = {
    specversion: "1.0",
    id: "1",
    source: "SUMBER",
    type: "pantau.sample.v1",
    data: { unit: "UNIT", indicator: "INDIKATOR", at: "2026-11-24", value: 95 },
  };
  return [
    `curl ${origin}/api/v1/events \\`,
    `  -H 'Authorization: Bearer KUNCI' \\`,
    `  -H 'Content-Type: application/cloudevents+json' \\`,
    `  -d '${JSON.stringify(event)}'`,
  ].join("\n");
}
